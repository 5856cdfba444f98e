"""Assignment batches (交办会, 交办批次)."""

from django.utils.translation import gettext_lazy as _

from proposals.lifecycle.batch import BatchLifecycle
from proposals.models.proposal import Proposal


class AssignmentBatch(BatchLifecycle):
    """Proposals assigned together."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("交办批次")
        verbose_name_plural = _("交办批次")

    def __str__(self) -> str:
        return self.name

    @property
    def root(self) -> Proposal | None:  # type: ignore[override]  # a batch is of many
        """A batch belongs to no single proposal."""
        return None

    @property
    def root_id(self) -> None:
        """None either."""
        return
