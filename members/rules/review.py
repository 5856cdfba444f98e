"""The sections on review: rounds, grounds, categories, and when proposals count as alike."""

from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from members.enums import REVIEWER_ROLES, Linkage, MergeCounting, Role
from members.punctuation import listed
from members.rules.section import CodedEntry, Label, RuleSection


class Ground(CodedEntry):
    """A ground for not filing (不予立案理由)."""


class Disposition(CodedEntry):
    """What becomes of a proposal that is not filed (转办去向)."""

    needs_destination: bool = Field(False, title=gettext_noop("须填写转送单位"))


class ReviewRound(RuleSection):
    """A round of review (初审, 复审, 终审) and the roles that may give it."""

    name: Label = Field(title=gettext_noop("名称"))
    roles: tuple[Role, ...] = Field(min_length=1, title=gettext_noop("由谁审查"))

    @model_validator(mode="after")
    def _the_committee_reviews(self) -> Self:
        if strangers := [role.label for role in self.roles if role not in REVIEWER_ROLES]:
            raise ValueError(
                _("审查由提案委员会人员进行，不能是%(roles)s") % {"roles": listed(strangers)}
            )
        return self


class Review(RuleSection):
    """How proposals are examined."""

    rounds: tuple[ReviewRound, ...] = Field(
        min_length=1, max_length=3, title=gettext_noop("审查轮次")
    )
    grounds: tuple[Ground, ...] = Field(min_length=1, title=gettext_noop("不予立案理由"))
    dispositions: tuple[Disposition, ...] = Field(min_length=1, title=gettext_noop("不立案去向"))
    categories: tuple[CodedEntry, ...] = Field(min_length=1, title=gettext_noop("提案类别"))
    merge_counting: MergeCounting = Field(
        MergeCounting.EXCLUSIVE, title=gettext_noop("并案统计方式")
    )
    merge_needs_consent: bool = Field(False, title=gettext_noop("并案前须征得提案者同意"))


class Similarity(RuleSection):
    """When proposals count as alike; scores are from 0 to 1.

    With vectors of meaning (``EMBEDDER``) scores are higher and have lines of their own.
    """

    shown: float = Field(0.08, ge=0, le=1, title=gettext_noop("相似度达到多少即提示"))
    merge: float = Field(0.18, ge=0, le=1, title=gettext_noop("相似度达到多少列为并案候选"))
    merge_with_vectors: float = Field(
        0.38, ge=0, le=1, title=gettext_noop("启用语义向量时，相似度达到多少列为并案候选")
    )
    linkage: Linkage = Field(Linkage.AVERAGE, title=gettext_noop("并案候选的归组方式"))
    ask: float = Field(0.6, ge=0, le=1, title=gettext_noop("相似度达到多少须说明不是同一件事"))
