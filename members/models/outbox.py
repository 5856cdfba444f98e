"""The common base of outbox rows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.enums import UNDELIVERED, OutgoingState

LOGGED = 500
"""How many characters of an error or a response are kept."""


class Outgoing(models.Model):
    """One thing to send: written in the transaction that it reports, sent outside any.

    ``key`` goes with every attempt, so that whoever receives it twice can tell. A worker takes
    a row by moving ``next_try_at`` to the end of its lease: killed, it leaves a row that is due
    again by itself.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("状态"), max_length=8, choices=OutgoingState, default=OutgoingState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    created_at = models.DateTimeField(_("产生时间"))
    due_at = models.DateTimeField(_("应发时间"))
    next_try_at = models.DateTimeField(_("下次尝试"))
    claimed_at = models.DateTimeField(_("最近一次尝试"), null=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    last_error = models.CharField(_("错误"), max_length=LOGGED, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=UNDELIVERED),
                name="%(class)s_to_try",
            ),
            models.Index(
                fields=["due_at"], condition=Q(state__in=UNDELIVERED), name="%(class)s_to_send"
            ),
        ]

    def carried(self) -> QuerySet[Any]:
        """Rows that go out as part of this one."""
        return type(self)._default_manager.none()

    @classmethod
    def ready(cls, at: datetime) -> QuerySet[Any]:
        """The rows that a worker may take at ``at``."""
        return cls._default_manager.filter(state__in=UNDELIVERED, next_try_at__lte=at)
