"""Leaders' instructions on key topics."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from members.punctuation import stated
from supervision.lifecycle.instruction import InstructionLifecycle


class Instruction(InstructionLifecycle):
    """What a leader wrote on a key topic, and what one addressee did about it (批示)."""

    class Meta:
        ordering = ["topic_id", "number", "id"]
        verbose_name = _("领导批示")
        verbose_name_plural = _("领导批示")

    def __str__(self) -> str:
        return stated(self.topic, f"{self.leader} {self.given_on}")

    @property
    def root(self) -> None:
        """It belongs to no single proposal."""
        return

    @property
    def root_id(self) -> None:
        """None either."""
        return
