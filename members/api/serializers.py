"""Shapes of people, bodies and rules in the API; fields are always listed."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members import clock, permissions
from members.api.errors import as_api_error
from members.enums import CommitteeLevel
from members.models import (
    Body,
    Committee,
    Member,
    Notice,
    Post,
    Rulebook,
    Session,
    Term,
    Unit,
    User,
)
from members.presets import NAMES
from members.reader import reader_of
from members.visibility import visible


class Visible(serializers.PrimaryKeyRelatedField):
    """A relation to a row that the person may see; any other id does not exist."""

    def get_queryset(self) -> Any:
        rows = cast(QuerySet, super().get_queryset())
        return visible(reader_of(self.context["request"]), rows)


class CommitteeSerializer(serializers.ModelSerializer):
    """A committee in the tree; ``preset`` gives a new one its first rulebook."""

    preset = serializers.ChoiceField(
        choices=NAMES, required=False, write_only=True, label=_("规则样本")
    )

    class Meta:
        model = Committee
        fields = ["id", "code", "name", "short_name", "level", "parent", "place_names", "preset"]
        extra_kwargs = {"short_name": {"required": False}}

    def validate_place_names(self, value: Any) -> list[str]:
        """A list of short texts."""
        field = serializers.ListField(child=serializers.CharField(max_length=40), max_length=2000)
        return field.run_validation(value)


class CommitteeNameSerializer(serializers.ModelSerializer):
    """What any signed-in person reads of the tree."""

    level = serializers.ChoiceField(choices=CommitteeLevel.choices, read_only=True)

    class Meta:
        model = Committee
        fields = ["id", "code", "name", "short_name", "level", "parent"]
        read_only_fields = fields


class OfCommittee(serializers.ModelSerializer):
    """A row of one committee: written by its administrators, never moved to another."""

    committee = serializers.PrimaryKeyRelatedField(queryset=Committee.objects.all())

    def validate_committee(self, committee: Committee) -> Committee:
        """Refuse strangers before anything else is said about the committee's rows."""
        if self.instance is not None and committee != self.instance.committee:
            raise serializers.ValidationError(_("不能移到其他委员会"))
        reader = reader_of(self.context["request"])
        permissions.require(permissions.refusal_to_administer(reader, committee))
        return committee

    def values(self, attrs: dict[str, Any], *names: str) -> list[Any]:
        """The values of fields as they would become."""
        return [attrs.get(name, getattr(self.instance, name, None)) for name in names]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Apply the rules of the model to the row as it would become."""
        model: type[models.Model] = self.Meta.model
        row = model()
        if self.instance is not None:
            for field in row._meta.concrete_fields:
                setattr(row, field.attname, getattr(self.instance, field.attname))
        many = {field.name for field in row._meta.many_to_many}
        for name, value in attrs.items():
            if name not in many:
                setattr(row, name, value)
        try:
            row.clean()
        except ValidationError as error:
            raise as_api_error(error) from error
        return attrs


class TermSerializer(OfCommittee):
    class Meta:
        model = Term
        fields = ["id", "committee", "number", "begins_on", "ends_on"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        begins_on, ends_on = self.values(attrs, "begins_on", "ends_on")
        if ends_on <= begins_on:
            raise serializers.ValidationError({"ends_on": _("结束日期须晚于开始日期")})
        return super().validate(attrs)


class SessionSerializer(OfCommittee):
    term = Visible(queryset=Term.objects.all())
    term_number = serializers.IntegerField(source="term.number", read_only=True)

    class Meta:
        model = Session
        fields = [
            "id",
            "committee",
            "term",
            "term_number",
            "number",
            "opens_on",
            "closes_on",
            "collection_opens_at",
            "collection_closes_at",
            "rollover_at",
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        opens, closes, rolls = self.values(
            attrs, "collection_opens_at", "collection_closes_at", "rollover_at"
        )
        if closes <= opens:
            raise serializers.ValidationError(
                {"collection_closes_at": _("截止时间须晚于开始征集时间")}
            )
        if rolls is not None and rolls < closes:
            raise serializers.ValidationError(
                {"rollover_at": _("转入下次会议的时间不能早于截止时间")}
            )
        return super().validate(attrs)


class BodySerializer(OfCommittee):
    convener = Visible(queryset=Member.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Body
        fields = [
            "id",
            "committee",
            "kind",
            "name",
            "convener",
            "contact_name",
            "contact_phone",
            "is_active",
        ]

    def to_representation(self, row: Body) -> dict[str, Any]:
        return _without_contact(self, row, super().to_representation(row), ["contact_phone"])


class UnitSerializer(OfCommittee):
    # A field named as an attribute of every serializer: the metaclass takes it out.
    parent = Visible(queryset=Unit.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Unit
        fields = ["id", "committee", "name", "short_name", "kind", "parent", "is_active"]


class MemberSerializer(OfCommittee):
    """A member; how to reach them is null for who may not see it."""

    user = Visible(queryset=User.objects.all(), allow_null=True, required=False)
    sector = Visible(queryset=Body.objects.all(), allow_null=True, required=False)
    party = Visible(queryset=Body.objects.all(), allow_null=True, required=False)
    group = Visible(queryset=Body.objects.all(), allow_null=True, required=False)
    special_committees = Visible(queryset=Body.objects.all(), many=True, required=False)
    terms = Visible(queryset=Term.objects.all(), many=True, required=False)
    sector_name = serializers.CharField(source="sector.name", default=None, read_only=True)
    party_name = serializers.CharField(source="party.name", default=None, read_only=True)
    group_name = serializers.CharField(source="group.name", default=None, read_only=True)

    class Meta:
        model = Member
        fields = [
            "id",
            "committee",
            "number",
            "name",
            "sector",
            "sector_name",
            "party",
            "party_name",
            "group",
            "group_name",
            "special_committees",
            "terms",
            "employer",
            "user",
            "phone",
            "address",
            "postcode",
        ]
        validators: list[Any] = []  # services apply the model's own rules

    def to_representation(self, row: Member) -> dict[str, Any]:
        shown = super().to_representation(row)
        return _without_contact(self, row, shown, ["user", "phone", "address", "postcode"])


def _without_contact(
    serializer: serializers.ModelSerializer,
    row: Member | Body,
    shown: dict[str, Any],
    private: list[str],
) -> dict[str, Any]:
    if permissions.sees_contact(reader_of(serializer.context["request"]), row):
        return shown
    return shown | dict.fromkeys(private)


class PostSerializer(serializers.ModelSerializer):
    """A post; what is null is no part of its scope."""

    user = Visible(queryset=User.objects.all())
    committee = serializers.PrimaryKeyRelatedField(
        queryset=Committee.objects.all(), allow_null=True, default=None
    )
    unit = Visible(queryset=Unit.objects.all(), allow_null=True, default=None)
    body = Visible(queryset=Body.objects.all(), allow_null=True, default=None)
    member = Visible(queryset=Member.objects.all(), allow_null=True, default=None)
    role_name = serializers.CharField(source="get_role_display", read_only=True)
    user_name = serializers.CharField(source="user.get_short_name", read_only=True)
    committee_name = serializers.CharField(
        source="committee.short_name", default=None, read_only=True
    )
    unit_name = serializers.CharField(source="unit.name", default=None, read_only=True)
    body_name = serializers.CharField(source="body.name", default=None, read_only=True)
    reason = serializers.CharField(
        label=_("事由"), max_length=200, write_only=True, required=False, allow_blank=True
    )

    class Meta:
        model = Post
        fields = [
            "id",
            "user",
            "user_name",
            "role",
            "role_name",
            "committee",
            "committee_name",
            "unit",
            "unit_name",
            "body",
            "body_name",
            "member",
            "since",
            "until",
            "reason",
        ]
        validators: list[Any] = []  # services.give_post takes an ended post up again


class PostEndSerializer(serializers.Serializer):
    until = serializers.DateField(label=_("卸任日期"), required=False)
    reason = serializers.CharField(label=_("事由"), max_length=200)


class AccountSerializer(serializers.ModelSerializer):
    """An account as its administrators see it: name, username and the posts they may see."""

    posts = serializers.SerializerMethodField()
    password = serializers.CharField(write_only=True, max_length=128, trim_whitespace=False)
    phone = serializers.CharField(write_only=True, max_length=30, required=False, allow_blank=True)
    home = serializers.PrimaryKeyRelatedField(
        queryset=Committee.objects.all(), allow_null=True, required=False
    )
    name = serializers.CharField(max_length=60)

    class Meta:
        model = User
        fields = ["id", "username", "name", "home", "is_active", "posts", "password", "phone"]

    @extend_schema_field(PostSerializer(many=True))
    def get_posts(self, row: User) -> Any:
        return PostSerializer(row.posts_shown, many=True, context=self.context).data  # type: ignore[attr-defined]  # prefetched by the view


class RulebookSerializer(serializers.ModelSerializer):
    """A rulebook without its document, for lists."""

    is_future = serializers.SerializerMethodField()

    class Meta:
        model = Rulebook
        fields = ["id", "committee", "effective_from", "note", "is_future", "updated_at"]

    def get_is_future(self, row: Rulebook) -> bool:
        return row.is_future(clock.today())


class RulebookDocumentSerializer(RulebookSerializer):
    """A rulebook with its document; its shape is at ``/rulebooks/schema/``."""

    committee = serializers.PrimaryKeyRelatedField(queryset=Committee.objects.all())
    document = serializers.DictField()

    class Meta(RulebookSerializer.Meta):
        fields = [*RulebookSerializer.Meta.fields, "document"]
        read_only_fields = ["updated_at"]
        validators: list[Any] = []  # services.adopt_rulebook refuses a taken day

    def validate_committee(self, committee: Committee) -> Committee:
        if self.instance is not None and committee != self.instance.committee:
            raise serializers.ValidationError(_("不能移到其他委员会"))
        return committee


class NoticeSerializer(serializers.ModelSerializer):
    """A notice; ``on_behalf_of`` is whom its reader stands in for."""

    on_behalf_of_name = serializers.CharField(
        source="on_behalf_of.get_short_name", default=None, read_only=True
    )

    class Meta:
        model = Notice
        fields = [
            "id",
            "title",
            "text",
            "link",
            "needs_action",
            "statutory",
            "on_behalf_of",
            "on_behalf_of_name",
            "created_at",
            "read_at",
        ]
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer):
    """Who is signed in, and what for."""

    posts = serializers.SerializerMethodField()
    unread_notices = serializers.SerializerMethodField()
    unread_needing_action = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "name",
            "posts",
            "unread_notices",
            "unread_needing_action",
        ]
        read_only_fields = fields

    @extend_schema_field(PostSerializer(many=True))
    def get_posts(self, user: User) -> Any:
        posts = user.posts.held_on(clock.today()).select_related(
            "user", "committee", "unit", "body"
        )
        return PostSerializer(posts, many=True, context=self.context).data

    def get_unread_notices(self, user: User) -> int:
        return user.notices.filter(read_at__isnull=True).count()

    def get_unread_needing_action(self, user: User) -> int:
        return user.notices.filter(read_at__isnull=True, needs_action=True).count()


class LoginSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150, label=_("用户名、手机号或姓名"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, label=_("密码"))
    code = serializers.CharField(
        max_length=20,
        required=False,
        label=_("动态验证码或恢复码"),
        help_text=_("账号开启了双因素验证时必填"),
    )


class TokenSerializer(serializers.Serializer):
    """A token to send as ``Authorization: Token …`` until ``expiry``."""

    token = serializers.CharField(read_only=True)
    expiry = serializers.DateTimeField(read_only=True)
