"""The whole rulebook, and its JSON schema."""

from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field, ValidationError, model_validator

from members.rule_errors import invalid
from members.rules.handling import Feedback, Handling, Publication
from members.rules.merits import KeyProposals, Points
from members.rules.review import Review, Similarity
from members.rules.section import CodedEntry, Label, RuleSection
from members.rules.submission import Attachments, Cosigning, Numbering, Proposers, Texts
from members.rules.time_limits import DeadlineRule, Reminders, Warnings


class Rules(RuleSection):
    """Everything a committee decides for itself, under one date of effect."""

    name: Label = Field(title=gettext_noop("规则名称"))
    texts: Texts = Field(Texts(), title=gettext_noop("文本要求"))
    attachments: Attachments = Field(Attachments(), title=gettext_noop("附件"))
    proposers: Proposers = Field(Proposers(), title=gettext_noop("提案者"))
    cosigning: Cosigning = Field(Cosigning(), title=gettext_noop("联名"))
    numbering: Numbering = Field(Numbering(), title=gettext_noop("编号"))
    review: Review = Field(title=gettext_noop("审查立案"))
    similarity: Similarity = Field(Similarity(), title=gettext_noop("相似提案"))
    deadlines: tuple[DeadlineRule, ...] = Field(title=gettext_noop("期限"))
    handling: Handling = Field(title=gettext_noop("办理与答复"))
    feedback: Feedback = Field(title=gettext_noop("征询意见"))
    publication: Publication = Field(Publication(), title=gettext_noop("公开"))
    reminders: Reminders = Field(Reminders(), title=gettext_noop("提醒与催办"))
    warnings: Warnings = Field(Warnings(), title=gettext_noop("期限和等待的标示"))
    key_proposals: KeyProposals = Field(KeyProposals(), title=gettext_noop("重点提案"))
    points: Points = Field(Points(), title=gettext_noop("履职积分"))

    @classmethod
    def read(cls, document: Any) -> Self:
        """The rules in ``document``; raises RulesInvalid naming every wrong place."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise invalid(error) from error

    @classmethod
    def stored(cls, document: Any) -> dict[str, Any]:
        """``document`` as it is stored, each value of its kind: what a form sends is text.

        What it leaves open stays open. Raises RulesInvalid.
        """
        return cls.read(document).model_dump(mode="json", exclude_unset=True)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        tables: dict[str, tuple[CodedEntry, ...]] = {
            "grounds": self.review.grounds,
            "dispositions": self.review.dispositions,
            "categories": self.review.categories,
            "result_classes": self.handling.result_classes,
            "attitude": self.feedback.attitude,
            "result": self.feedback.result,
            "pause_grounds": self.handling.pauses.grounds,
        }
        for table, entries in tables.items():
            codes = [entry.code for entry in entries]
            if len(codes) != len(set(codes)):
                raise ValueError(_("%(table)s 中的代码重复") % {"table": table})
        return self


def json_schema() -> dict[str, Any]:
    """The JSON schema of a rulebook, titles in the reader's language."""
    schema: dict[str, Any] = _translated(Rules.model_json_schema())
    return schema


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _(value) if key == "title" and isinstance(value, str) else _translated(value)
        for key, value in node.items()
    }
