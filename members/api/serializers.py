"""Serializers of people, bodies and rules; fields are always listed."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members import permissions, services
from members.api.errors import as_api_error
from members.api.model_serializer import ALL, model_serializer
from members.enums import Channel, CommitteeLevel
from members.models import (
    Body,
    Committee,
    Member,
    Notice,
    Post,
    Rulebook,
    ServiceToken,
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


PLACES = Committee._meta.get_field("place_names")


class CommitteeSerializer(serializers.ModelSerializer):
    """A committee in the tree; ``preset`` gives a new one its first rulebook."""

    preset = serializers.ChoiceField(
        choices=NAMES, required=False, write_only=True, label=_("规则样本")
    )

    place_names = serializers.ListField(
        child=serializers.CharField(max_length=40),
        label=PLACES.verbose_name,
        help_text=PLACES.help_text,
        max_length=2000,
        required=False,
    )

    class Meta:
        model = Committee
        fields = ["id", "code", "name", "short_name", "level", "parent", "place_names", "preset"]
        extra_kwargs = {"short_name": {"required": False}}


CommitteeNameSerializer = model_serializer(
    Committee,
    "What any signed-in person reads of the tree.",
    "id code name short_name level parent",
    of="CommitteeName",
    read_only=ALL,
    level=serializers.ChoiceField(choices=CommitteeLevel.choices, read_only=True),
)


def related_name(source: str) -> serializers.CharField:
    """The name of a related row, if there is one."""
    return serializers.CharField(source=source, allow_null=True, read_only=True)


class CommitteeRowSerializer(serializers.ModelSerializer):
    """A row of one committee: written by its administrators, never moved to another.

    Its ``private`` fields, by which people are reached, are null for who may not see them.
    """

    private: tuple[str, ...] = ()
    committee = serializers.PrimaryKeyRelatedField(queryset=Committee.objects.all())

    class Meta:
        fields = ["id", "committee"]

    def validate_committee(self, committee: Committee) -> Committee:
        """Refuse strangers before anything else is said about the committee's rows."""
        if self.instance is not None and committee != self.instance.committee:
            raise serializers.ValidationError(_("不能移到其他委员会"))
        reader = reader_of(self.context["request"])
        permissions.require(permissions.refusal_to_administer(reader, committee))
        return committee

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

    def to_representation(self, row: Any) -> dict[str, Any]:
        """The row, without what is private where the reader may not see that."""
        shown = super().to_representation(row)
        reader = reader_of(self.context["request"])
        if not self.private or permissions.sees_contact(reader, row):
            return shown
        return shown | dict.fromkeys(self.private)


def _body() -> Visible:
    return Visible(queryset=Body.objects.all(), allow_null=True, required=False)


class MemberWriteSerializer(CommitteeRowSerializer):
    """A member, whom services enter and change; the context may say by which ``channel``."""

    def create(self, data: dict[str, Any]) -> Member:
        return services.add_member(**data, **self._decision)

    def update(self, row: Member, data: dict[str, Any]) -> Member:
        return services.change_member(member=row, **data, **self._decision)

    @property
    def _decision(self) -> dict[str, Any]:
        channel = self.context.get("channel", Channel.API)
        return {"by": reader_of(self.context["request"]), "channel": channel}


TermSerializer = model_serializer(
    Term, "", "number begins_on ends_on", extends=CommitteeRowSerializer
)
SessionSerializer = model_serializer(
    Session,
    "",
    "term term_number number opens_on closes_on collection_opens_at collection_closes_at "
    "rollover_at",
    extends=CommitteeRowSerializer,
    term=Visible(queryset=Term.objects.all()),
    term_number=serializers.IntegerField(source="term.number", read_only=True),
)
BodySerializer = model_serializer(
    Body,
    "",
    "kind name convener contact_name contact_phone is_active",
    extends=CommitteeRowSerializer,
    private=("contact_phone",),
    convener=Visible(queryset=Member.objects.all(), allow_null=True, required=False),
)
UnitSerializer = model_serializer(
    Unit,
    "",
    "name short_name kind parent is_active",
    extends=CommitteeRowSerializer,
    parent=Visible(queryset=Unit.objects.all(), allow_null=True, required=False),
)


MemberSerializer = model_serializer(
    Member,
    "A member; how to reach them is null for readers who may not see it.",
    "number name sector sector_name party party_name group group_name special_committees terms "
    "employer user phone address postcode",
    extends=MemberWriteSerializer,
    private=("user", "phone", "address", "postcode"),
    options={"validators": []},  # services apply the model's own rules
    user=Visible(queryset=User.objects.all(), allow_null=True, required=False),
    sector=_body(),
    party=_body(),
    group=_body(),
    special_committees=Visible(queryset=Body.objects.all(), many=True, required=False),
    terms=Visible(queryset=Term.objects.all(), many=True, required=False),
    sector_name=related_name("sector.name"),
    party_name=related_name("party.name"),
    group_name=related_name("group.name"),
)
PostSerializer = model_serializer(
    Post,
    "A post; what is null is no part of its scope.",
    "id user user_name role role_name committee committee_name unit unit_name body body_name "
    "member since until reason",
    options={"validators": []},  # services.give_post takes an ended post up again
    user=Visible(queryset=User.objects.all()),
    committee=serializers.PrimaryKeyRelatedField(
        queryset=Committee.objects.all(), allow_null=True, default=None
    ),
    unit=Visible(queryset=Unit.objects.all(), allow_null=True, default=None),
    body=Visible(queryset=Body.objects.all(), allow_null=True, default=None),
    member=Visible(queryset=Member.objects.all(), allow_null=True, default=None),
    role_name=serializers.CharField(source="get_role_display", read_only=True),
    user_name=serializers.CharField(source="user.get_short_name", read_only=True),
    committee_name=related_name("committee.short_name"),
    unit_name=related_name("unit.name"),
    body_name=related_name("body.name"),
    reason=serializers.CharField(label=_("事由"), max_length=200, write_only=True),
)


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
        return row.is_future(reader_of(self.context["request"]).day)


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


NoticeSerializer = model_serializer(
    Notice,
    "A notice; ``on_behalf_of`` is whom its reader stands in for.",
    "id title text link needs_action statutory on_behalf_of on_behalf_of_name created_at read_at",
    read_only=ALL,
    on_behalf_of_name=related_name("on_behalf_of.get_short_name"),
)


class OwnTokenSerializer(serializers.Serializer):
    """The service token by which the request was made."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    read_only = serializers.BooleanField(read_only=True)
    until = serializers.DateField(read_only=True, allow_null=True)


class MeSerializer(serializers.ModelSerializer):
    """The signed-in person and their posts; for a service token, those that it borrows."""

    posts = serializers.SerializerMethodField()
    service_token = serializers.SerializerMethodField()
    unread_notices = serializers.SerializerMethodField()
    unread_needing_action = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            *("id", "username", "name", "posts", "service_token"),
            *("unread_notices", "unread_needing_action"),
        ]
        read_only_fields = fields

    @extend_schema_field(PostSerializer(many=True))
    def get_posts(self, user: User) -> Any:
        held = [post.pk for post in reader_of(self.context["request"]).posts]
        rows = Post.objects.select_related("user", "committee", "unit", "body")
        return PostSerializer(rows.filter(pk__in=held), many=True, context=self.context).data

    @extend_schema_field(OwnTokenSerializer(allow_null=True))
    def get_service_token(self, user: User) -> Any:
        token = self.context["request"].auth
        return OwnTokenSerializer(token).data if isinstance(token, ServiceToken) else None

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


class CalendarSerializer(serializers.Serializer):
    """Since when somebody's calendar has its present address; null while it is off."""

    made_at = serializers.DateTimeField(allow_null=True)


class CalendarAddressSerializer(serializers.Serializer):
    """A new address of the calendar: keep it now."""

    made_at = serializers.DateTimeField()
    url = serializers.URLField()
