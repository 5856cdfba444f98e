"""Inputs of the steps of key topics, their milestones and leaders' instructions."""

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.enums import BodyKind, SupervisionMethod
from members.models import Body, Session
from members.punctuation import listed
from proposals.inputs.fields import (
    LEFT_OUT,
    InCommittee,
    Reason,
    key_field,
    optional_text,
    past_moment,
    unit_field,
)

MOST_PROPOSALS = 100
MOST_FILES = 20
MOST_MILESTONES = 30


class Method(serializers.ChoiceField):
    """A method of supervision from the committee's rulebook."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=SupervisionMethod.choices, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        method: str = super().to_internal_value(data)
        allowed = self.context["rules"].key_proposals.methods
        if method and method not in allowed:
            names = listed(str(SupervisionMethod(known).label) for known in allowed)
            raise serializers.ValidationError(
                _t("本会不采用这种督办方式，可选：%(names)s") % {"names": names},
                code="not_in_rulebook",
            )
        return method


class Files(serializers.ListField):
    """Photographs and papers; a form that sends a single file sends no list."""

    child = serializers.FileField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, default=list, max_length=MOST_FILES, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data if isinstance(data, list) else [data])


class NotEarlier:
    """Refuses a day before that of the step: a plan is of what is to come."""

    requires_context = True

    def __call__(self, value: Any, field: serializers.Field[Any, Any, Any, Any]) -> None:
        at = field.context.get("at")
        if at is not None and value < localdate(at):
            raise serializers.ValidationError(_("日期不能早于今天"), code="in_the_past")


class NotLater:
    """Refuses a day after that of the step: a record cannot lie in the future."""

    requires_context = True

    def __call__(self, value: Any, field: serializers.Field[Any, Any, Any, Any]) -> None:
        at = field.context.get("at")
        if at is not None and value > localdate(at):
            raise serializers.ValidationError(_("日期不能晚于今天"), code="in_the_future")


class ProposalsInput(serializers.Serializer[Any]):
    """One proposal, several, or a theme that was made of merge candidates."""

    title = optional_text(_("题目"), 100, help_text=_("不填则用专题名称或案由"))
    proposals = serializers.ListField(
        label=_("提案"),
        child=key_field(),
        required=False,
        default=list,
        max_length=MOST_PROPOSALS,
    )
    theme = key_field(label=_("督办专题"), **LEFT_OUT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A topic needs at least one proposal."""
        if not attrs["proposals"] and attrs["theme"] is None:
            raise serializers.ValidationError(
                {"proposals": _t("请选择提案或督办专题")}, code="required"
            )
        return attrs


class NominateInput(ProposalsInput):
    """What should become a key topic, and why."""

    session = InCommittee(
        Session,
        label=_("会议"),
        **LEFT_OUT,
        help_text=_("往年未落实的提案再次列入时填写；不填则为提案所属会议"),
    )
    reason = serializers.CharField(label=_("推荐理由"), max_length=2000)


class AmendTopicInput(ProposalsInput):
    """The topic as it should be, e.g. with the proposals of several nominations."""

    reason = serializers.CharField(label=_("调整理由"), max_length=2000)


class DecideInput(serializers.Serializer[Any]):
    """What the chairpersons' meeting decided of a topic."""

    meeting = serializers.CharField(label=_("审定会议"), max_length=200)
    met_on = serializers.DateField(label=_("会议日期"), validators=[NotLater()])
    supervisors = serializers.ListField(
        label=_("领衔督办领导"), child=key_field(), min_length=1, max_length=10
    )
    supervising_body = InCommittee(
        Body,
        label=_("协助督办的专门委员会"),
        **LEFT_OUT,
        help_text=_("不填则由提案委办公室承担"),
    )
    participants = optional_text(_("参加人员"), 1000)
    methods = serializers.ListField(
        label=_("督办方式"), child=Method(), min_length=1, max_length=len(SupervisionMethod)
    )

    def validate_supervising_body(self, body: Body | None) -> Body | None:
        """Only special committees supervise."""
        if body is not None and body.kind != BodyKind.SPECIAL_COMMITTEE:
            raise serializers.ValidationError(_t("协助督办的须为专门委员会"))
        return body


class MilestoneInput(serializers.Serializer[Any]):
    """A milestone: what, by when, and by which method."""

    name = serializers.CharField(label=_("节点"), max_length=200)
    due_on = serializers.DateField(label=_("完成日期"), validators=[NotEarlier()])
    method = Method(label=_("督办方式"), required=False, allow_blank=True, default="")


def despite_field() -> serializers.CharField:
    """Why a milestone may be later than the time limits allow."""
    return optional_text(
        _("超出期限的理由"), 1000, help_text=_("有节点晚于督办期限或答复期限时填写")
    )


class PlanInput(serializers.Serializer[Any]):
    """The plan of supervision (督办方案) and its milestones."""

    text = serializers.CharField(label=_("督办方案"), max_length=20000)
    milestones = MilestoneInput(
        many=True,
        label=_("督办节点"),
        allow_empty=False,
        max_length=MOST_MILESTONES,  # type: ignore[call-arg]  # a keyword of the list
    )
    despite = despite_field()


class AddMilestoneInput(MilestoneInput):
    """A further milestone."""

    despite = despite_field()


class ActivityInput(serializers.Serializer[Any]):
    """An activity on site: time, place, people, findings, photographs and documents."""

    held_at = past_moment(_("时间"))
    place = serializers.CharField(label=_("地点"), max_length=200)
    method = Method(label=_("督办方式"))
    people = serializers.CharField(label=_("参加人员"), max_length=1000)
    findings = serializers.CharField(label=_("情况"), max_length=10000)
    files = Files(label=_("照片和材料"))


class ProblemInput(serializers.Serializer[Any]):
    """A problem that is reported upwards."""

    to_whom = serializers.CharField(
        label=_("报送对象"), max_length=200, help_text=_("如：市委、市政府分管领导")
    )
    text = serializers.CharField(label=_("问题和建议"), max_length=10000)


class InstructionInput(serializers.Serializer[Any]):
    """A leader's instruction; each unit that is asked owes its own follow-up."""

    leader = serializers.CharField(label=_("批示领导"), max_length=60)
    text = serializers.CharField(label=_("批示内容"), max_length=5000)
    given_on = serializers.DateField(label=_("批示日期"), validators=[NotLater()])
    units = unit_field(
        many=True,
        required=False,
        default=list,
        help_text=_("要求落实的单位；不填则由提案委办公室落实"),
    )


class ReportInput(serializers.Serializer[Any]):
    """The report on the supervision (督办情况报告)."""

    text = serializers.CharField(label=_("督办情况报告"), max_length=30000)
    files = Files(label=_("附件"))


class EvidenceInput(serializers.Serializer[Any]):
    """How a milestone was met, or an instruction followed up."""

    evidence = serializers.CharField(label=_("完成情况"), max_length=5000)


class PutOffInput(Reason):
    """Another day for a milestone, and why."""

    new_due_on = serializers.DateField(label=_("新的完成日期"), validators=[NotEarlier()])
