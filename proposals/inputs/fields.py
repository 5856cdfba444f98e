"""Fields that know the committee and the rulebook of the subject they are checked for.

The context is ``{"subject": Subject, "rules": Rules, "at": datetime}``; without it (when the
schema is generated) a field accepts nothing and describes itself.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import serializers

from members.models import Body, Member, Unit
from members.prepared import KEY, prepared
from members.punctuation import aside, listed
from members.rules import CodedEntry, Rules

LEFT_OUT: dict[str, Any] = {"required": False, "allow_null": True, "default": None}
"""Of a field that may be left out: nothing stands in its place."""

LARGEST_KEY = 2**63 - 1
"""The largest key that the databases know."""


def keys_of(values: Iterable[object]) -> list[int]:
    """Raw input as keys of rows to lock; what cannot be a key is left to the validation."""
    texts = (str(value) for value in values)
    numbers = (int(text) for text in texts if text.isdecimal() and len(text) < 20)
    return [number for number in numbers if number <= LARGEST_KEY]


def key_field(**kwargs: Any) -> serializers.IntegerField:
    """The key of a row that the step looks for itself."""
    return serializers.IntegerField(min_value=1, max_value=LARGEST_KEY, **kwargs)


def optional_text(label: StrOrPromise, most: int, **kwargs: Any) -> serializers.CharField:
    """A text of at most so many characters that may be left out, or empty."""
    return serializers.CharField(
        label=label, max_length=most, required=False, allow_blank=True, default="", **kwargs
    )


class InCommittee(serializers.PrimaryKeyRelatedField[Any]):
    """The key of a row of the subject's committee; any other row does not exist here."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.model = model
        super().__init__(queryset=model._default_manager.all(), **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.all()
        subject = self.context.get("subject")
        if subject is None:
            return rows.none()
        return _in_committee(rows, subject.committee_id)

    def to_internal_value(self, data: Any) -> Any:
        subject = self.context.get("subject")
        if subject is None or type(data) is not int or not 0 < data <= LARGEST_KEY:
            return super().to_internal_value(data)
        for row in _one_of(self.model)(data, subject.committee_id):
            return row
        return self.fail("does_not_exist", pk_value=data)

    def fail(self, key: str, **kwargs: Any) -> Any:
        if key != "does_not_exist":
            return super().fail(key, **kwargs)
        message = _("没有编号为 %(pk)s 的%(what)s，请从列表中选择") % {
            "pk": kwargs["pk_value"],
            "what": self.model._meta.verbose_name,
        }
        raise serializers.ValidationError(message, code=key)


def _in_committee(rows: QuerySet[Any], committee: int) -> QuerySet[Any]:
    found = rows.filter(committee=committee)
    return found.filter(is_active=True) if hasattr(rows.model, "is_active") else found


@cache
def _one_of(model: type[Model]) -> Callable[[int, int], list[Any]]:
    """A function from the keys of a row and of its committee to the row."""

    @prepared(KEY, KEY)
    def rows(key: int, committee: int) -> QuerySet[Any]:
        return _in_committee(model._default_manager.filter(pk=key), committee).order_by()

    return rows


def unit_field(**kwargs: Any) -> InCommittee:
    """An active undertaking unit of the committee."""
    return InCommittee(Unit, **{"label": _("承办单位")} | kwargs)


def member_field(**kwargs: Any) -> InCommittee:
    """A member of the committee."""
    return InCommittee(Member, label=_("委员"), **kwargs)


def body_field(**kwargs: Any) -> InCommittee:
    """A collective proposer of the committee."""
    return InCommittee(Body, label=_("集体提案者"), **kwargs)


class RulebookCode(serializers.CharField):
    """The code of an entry of a table of the rulebook; ``table`` finds the table."""

    def __init__(self, table: Callable[[Rules], tuple[CodedEntry, ...]], **kwargs: Any) -> None:
        self.table = table
        super().__init__(max_length=32, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        entries = self.table(self.context["rules"])
        if code not in {entry.code for entry in entries}:
            choices = listed(aside(entry.code, entry.name) for entry in entries)
            raise serializers.ValidationError(
                _("“%(code)s”不在规则所列之中，可选：%(choices)s")
                % {"code": code, "choices": choices},
                code="not_in_rulebook",
            )
        return code


def category_field(**kwargs: Any) -> RulebookCode:
    """A category of the rulebook."""
    return RulebookCode(lambda rules: rules.review.categories, label=_("类别"), **kwargs)


def ground_field(**kwargs: Any) -> RulebookCode:
    """A ground for not filing of the rulebook."""
    return RulebookCode(lambda rules: rules.review.grounds, label=_("不予立案理由"), **kwargs)


def disposition_field(**kwargs: Any) -> RulebookCode:
    """What becomes of a proposal that is not filed, by the rulebook."""
    return RulebookCode(lambda rules: rules.review.dispositions, label=_("转办去向"), **kwargs)


def result_class_field(**kwargs: Any) -> RulebookCode:
    """A class of handling results of the rulebook."""
    return RulebookCode(lambda rules: rules.handling.result_classes, label=_("办理结果"), **kwargs)


class Reason(serializers.Serializer[Any]):
    """A reason in words, always required."""

    reason = serializers.CharField(label=_("理由"), max_length=2000)


class OptionalNote(serializers.Serializer[Any]):
    """A note that may be left out."""

    note = optional_text(_("备注"), 2000)


class NotLater:
    """Refuses a moment later than that of the step: a record cannot foretell."""

    requires_context = True

    def __call__(self, value: Any, field: serializers.Field[Any, Any, Any, Any]) -> None:
        at = field.context.get("at")
        if at is not None and value > at:
            raise serializers.ValidationError(_("时间不能晚于现在，请核对"), code="in_the_future")


def past_moment(label: StrOrPromise, **kwargs: Any) -> serializers.DateTimeField:
    """When something was that is put on record."""
    return serializers.DateTimeField(label=label, validators=[NotLater()], **kwargs)
