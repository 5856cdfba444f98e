"""To whom a reply was delivered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Body, Member


class Delivery(models.Model):
    """One proposer's copy of a reply (并案的分别答复)."""

    reply = models.ForeignKey(
        "proposals.Reply", on_delete=models.PROTECT, related_name="deliveries"
    )
    original = models.ForeignKey(
        "proposals.Proposal",
        verbose_name=_("原提案"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["reply_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, body__isnull=True)
                | Q(member__isnull=True, body__isnull=False),
                name="delivery_to_a_member_or_a_body",
            )
        ]

    def __str__(self) -> str:
        return str(self.member or self.body)
