"""The suggestions of a proposal, each a row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Filters on suggestions."""

    def to_answer(self, proposal: int) -> SuggestionQuerySet:
        """What a reply to the proposal answers: its own, then those of what was merged into it."""
        own = models.Q(proposal=proposal)
        family = self.filter(own | models.Q(proposal__merged_into=proposal))
        own_first = models.Case(models.When(own, then=0), default=1)
        return family.select_related("proposal").order_by(own_first, "proposal", "number")


class Suggestion(models.Model):
    """One suggestion of a proposal; replies answer them one by one, adoption counts them."""

    proposal = models.ForeignKey(
        "proposals.Proposal", on_delete=models.CASCADE, related_name="suggestions"
    )
    number = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("建议"))

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["proposal_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="suggestion_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:40]}"

    def number_in(self, proposal: int) -> str:
        """Its number in a reply to the proposal; that of a merged one names its proposal."""
        if self.proposal_id == proposal:
            return str(self.number)
        return _t("%(number)s（并入件 %(receipt)s）") % {
            "number": self.number,
            "receipt": self.proposal.receipt_no,
        }
