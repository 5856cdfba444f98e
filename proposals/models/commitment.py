"""Commitments (承诺事项)."""

from django.utils.translation import gettext_lazy as _

from proposals.lifecycle.commitment import CommitmentLifecycle


class Commitment(CommitmentLifecycle):
    """A promise made in a reply."""

    class Meta:
        ordering = ["proposal_id", "id"]
        verbose_name = _("承诺事项")
        verbose_name_plural = _("承诺事项")

    def __str__(self) -> str:
        return self.text[:60]
