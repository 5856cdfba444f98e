"""The sections on key proposals and on performance points."""

from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from members.enums import Merit, ProposingPart, SupervisionMethod
from members.rules.section import Limit, RuleSection


class KeyProposals(RuleSection):
    """Key proposals (重点提案) and how they are supervised."""

    quota: Limit = Field(0, ge=0, title=gettext_noop("每年重点题目上限"))
    theme_quota: Limit = Field(0, ge=0, title=gettext_noop("每个专题最多含提案件数"))
    methods: tuple[SupervisionMethod, ...] = Field(
        tuple(SupervisionMethod), min_length=1, title=gettext_noop("督办方式")
    )


class PointRule(RuleSection):
    """The points of a member for one proposal, by what became of it and their part in it."""

    merit: Merit = Field(title=gettext_noop("成绩"))
    part: ProposingPart = Field(ProposingPart.LEAD, title=gettext_noop("以何身份"))
    points: int = Field(ge=0, le=1000, title=gettext_noop("每件分值"))
    most: Limit = Field(0, ge=0, le=10000, title=gettext_noop("每次会议最多计分"))


class Points(RuleSection):
    """Performance points (履职积分) for proposals, session by session; none without rules.

    With ``highest_part`` a merit earned as initiator and as co-signer counts once, the higher.
    """

    rules: tuple[PointRule, ...] = Field((), title=gettext_noop("计分办法"))
    highest_part: bool = Field(False, title=gettext_noop("同一项成绩只按得分较高的身份计"))
    most: Limit = Field(0, ge=0, le=10000, title=gettext_noop("提案一项每次会议最多计分"))

    @model_validator(mode="after")
    def _each_merit_once(self) -> Self:
        seen = [(rule.merit, rule.part) for rule in self.rules]
        if len(seen) != len(set(seen)):
            raise ValueError(_("同一成绩、同一身份的分值只能写一次"))
        return self
