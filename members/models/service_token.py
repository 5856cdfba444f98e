"""Service tokens: the keys by which other systems use the API."""

import hashlib
import secrets
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Value, When
from django.utils.translation import gettext_lazy as _

from members.enums import TokenStanding
from members.models.committee import Committee
from members.models.post import Post
from members.models.user import User

PREFIX = "tian_"
"""What every service token begins with, so that one is known wherever it turns up."""

SHOWN = len(PREFIX) + 6
"""How many characters tell tokens apart; they give nothing away."""


def new_token() -> str:
    """A token of 256 random bits."""
    return f"{PREFIX}{secrets.token_hex(32)}"


def digest_of(token: str) -> str:
    """What is kept of a token: as it is random, a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


class ServiceTokenQuerySet(models.QuerySet["ServiceToken"]):
    """Filters on service tokens."""

    def with_standing(self, day: date) -> Self:
        """Tokens with their ``standing`` on ``day``."""
        lent = Post.objects.lent_to(OuterRef("account"), day)
        standing = Case(
            When(Exists(lent), then=Value(TokenStanding.VALID)),
            When(revoked_at__isnull=False, then=Value(TokenStanding.REVOKED)),
            When(until__lte=day, then=Value(TokenStanding.EXPIRED)),
            default=Value(TokenStanding.LAPSED),
            output_field=models.CharField(),
        )
        return self.annotate(standing=standing)


class ServiceToken(models.Model):
    """A key by which another system uses the API, within some of the posts of its maker.

    It acts as a service account of its own, which holds no posts: it borrows ``posts``, all in one
    committee, from ``made_by``, who answers for it. ``version`` counts the changes on record, and
    ``ledger_hash`` is the hash of the last one. Rows are never deleted.
    """

    account = models.OneToOneField(
        User, verbose_name=_("服务账号"), on_delete=models.PROTECT, related_name="service_token"
    )
    made_by = models.ForeignKey(
        User, verbose_name=_("责任人"), on_delete=models.PROTECT, related_name="service_tokens"
    )
    committee = models.ForeignKey(
        Committee, null=True, on_delete=models.PROTECT, related_name="service_tokens"
    )
    posts = models.ManyToManyField(Post, verbose_name=_("权限"), related_name="service_tokens")
    read_only = models.BooleanField(_("只读"), default=False)
    until = models.DateField(_("有效期至"), null=True)  # exclusive; None: without end
    prefix = models.CharField(_("前缀"), max_length=SHOWN)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("建立时间"))
    warned_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(_("上次使用"), null=True)
    last_used_from = models.GenericIPAddressField(_("来源地址"), null=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True)
    version = models.PositiveIntegerField(default=0)
    ledger_hash = models.CharField(max_length=64, default="")

    standing: str  # of ``with_standing``

    objects = ServiceTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("服务令牌")
        verbose_name_plural = _("服务令牌")

    def __str__(self) -> str:
        return self.account.name

    @property
    def name(self) -> str:
        """What it is called; its acts bear this name."""
        return self.account.name

    @property
    def state(self) -> TokenStanding:
        """Whether it was revoked, as the ledger tells it."""
        return TokenStanding.VALID if self.revoked_at is None else TokenStanding.REVOKED

    def get_standing_display(self) -> str:
        """Its standing in words."""
        return str(TokenStanding(self.standing).label)
