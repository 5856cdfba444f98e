"""Posts: a user, a role, a scope. Only posts say who somebody is here."""

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.enums import UNIT_ROLES, PostState, Role
from members.models.body import Body
from members.models.committee import Committee
from members.models.member import Member
from members.models.scope import require_same_committee
from members.models.unit import Unit
from members.models.user import User
from members.punctuation import aside


def held(day: date, path: str = "") -> Q:
    """The condition that a post is held on ``day``; ``path`` leads to it, as ``posts__``."""
    begun = Q(**{f"{path}since": None}) | Q(**{f"{path}since__lte": day})
    return begun & (Q(**{f"{path}until": None}) | Q(**{f"{path}until__gt": day}))


class PostQuerySet(models.QuerySet["Post"]):
    """Filters on posts."""

    def held_on(self, day: date) -> Self:
        """Posts that are held on ``day``; ``until`` is exclusive."""
        return self.filter(held(day))

    def lent_to(self, account: Any, day: date) -> Self:
        """Posts that a service account borrows on ``day`` by its token, while the token is good.

        They must be held still, by an account that is not disabled.
        """
        unexpired = Q(service_tokens__until=None) | Q(service_tokens__until__gt=day)
        return self.filter(
            unexpired,
            held(day),
            service_tokens__account=account,
            service_tokens__revoked_at=None,
            user__is_active=True,
        )


class Post(models.Model):
    """A role of a user in a committee, a unit, a body, or as a member for themself.

    Rows are never deleted: a post that ends on its first day was never held. ``version`` counts
    the changes on record, and ``ledger_hash`` is the hash of the last one.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(_("角色"), max_length=24, choices=Role)
    committee = models.ForeignKey(
        Committee, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    since = models.DateField(_("任职日期"), null=True, blank=True)
    until = models.DateField(_("卸任日期"), null=True, blank=True, help_text=_("不含当日"))
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    ledger_hash = models.CharField(max_length=64, default="", editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role"]
        verbose_name = _("职务")
        verbose_name_plural = _("职务")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(UNIT_ROLES), unit__isnull=False)
                | (~Q(role__in=sorted(UNIT_ROLES)) & Q(unit__isnull=True)),
                name="post_names_a_unit_exactly_for_unit_roles",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.COLLECTIVE_CONTACT, body__isnull=False)
                | (~Q(role=Role.COLLECTIVE_CONTACT) & Q(body__isnull=True)),
                name="post_names_a_body_exactly_for_contacts",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.MEMBER, member__isnull=False)
                | (~Q(role=Role.MEMBER) & Q(member__isnull=True)),
                name="post_names_a_member_exactly_for_members",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.PLATFORM_ADMINISTRATOR, committee__isnull=True)
                | (~Q(role=Role.PLATFORM_ADMINISTRATOR) & Q(committee__isnull=False)),
                name="post_names_a_committee",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="post_ends_no_earlier_than_it_begins",
            ),
            models.UniqueConstraint(
                "user",
                "role",
                Coalesce("committee", 0),
                Coalesce("unit", 0),
                Coalesce("body", 0),
                Coalesce("member", 0),
                name="post_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def in_words(self) -> str:
        """The role, and the unit or body in which it is held."""
        return aside(self.get_role_display(), self.unit or self.body)

    @property
    def state(self) -> PostState:
        """Whether an end is set, as the ledger tells it."""
        return PostState.HELD if self.until is None else PostState.ENDED

    def is_held_on(self, day: date) -> bool:
        """Whether it is held on ``day``."""
        return (self.since is None or self.since <= day) and not self.has_ended_on(day)

    def has_ended_on(self, day: date) -> bool:
        """Whether it is no longer held on ``day``."""
        return self.until is not None and self.until <= day

    def clean(self) -> None:
        """Refuse a unit, body or member of another committee."""
        require_same_committee(self, "unit", "body", "member")
        if self.role == Role.PLATFORM_ADMINISTRATOR and self.committee_id:
            raise ValidationError({"committee": _("平台管理员不属于某个委员会")})
