"""Members of a committee (政协委员)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import BodyKind
from members.models.body import Body
from members.models.committee import Committee
from members.models.scope import require_same_committee
from members.models.term import Term
from members.models.user import User

BODY_KINDS = {
    "sector": BodyKind.SECTOR,
    "party": BodyKind.PARTY,
    "group": BodyKind.GROUP,
    "special_committees": BodyKind.SPECIAL_COMMITTEE,
}
"""Field of a member to the kind of body that it names."""


def _tag(kind: BodyKind) -> models.ForeignKey[Body | None, Body | None]:
    """The one body of a kind that a member belongs to, if any."""
    return models.ForeignKey(
        Body,
        verbose_name=kind.label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name=f"{kind}_members",
        limit_choices_to=Q(kind=kind),
    )


class Member(models.Model):
    """A member of a committee, with the tags by which figures are broken down."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(
        User,
        verbose_name=_("账号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    terms = models.ManyToManyField(Term, verbose_name=_("届"), related_name="members")
    number = models.CharField(_("委员证号"), max_length=20)
    name = models.CharField(_("姓名"), max_length=60)
    sector = _tag(BodyKind.SECTOR)
    party = _tag(BodyKind.PARTY)
    group = _tag(BodyKind.GROUP)
    special_committees = models.ManyToManyField(
        Body,
        verbose_name=_("专门委员会"),
        blank=True,
        related_name="committee_members",
        limit_choices_to=Q(kind=BodyKind.SPECIAL_COMMITTEE),
    )
    employer = models.CharField(_("单位及职务"), max_length=200, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    address = models.CharField(_("通讯地址"), max_length=200, blank=True)
    postcode = models.CharField(_("邮编"), max_length=10, blank=True)

    class Meta:
        ordering = ["committee", "number"]
        verbose_name = _("政协委员")
        verbose_name_plural = _("政协委员")
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="member_number_unique"),
            models.UniqueConstraint(
                fields=["committee", "user"],
                condition=Q(user__isnull=False),
                name="member_user_once_in_a_committee",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse bodies of another committee or of the wrong kind."""
        require_same_committee(self, "sector", "party", "group")
        wrong = {
            name: _("类别须为%(kind)s") % {"kind": BODY_KINDS[name].label}
            for name in ("sector", "party", "group")
            if (body := getattr(self, name)) is not None and body.kind != BODY_KINDS[name]
        }
        if wrong:
            raise ValidationError(wrong)
