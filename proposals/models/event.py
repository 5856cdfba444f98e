"""The ledger: one append-only row for each step, chained by hashes for each subject."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from members.enums import Channel
from members.models import Member
from proposals.machine.subject import Subject
from proposals.models.proposal import Proposal


class Event(models.Model):
    """Who did what to which subject, when, on whose behalf, through which channel, with what.

    Rows are appended by ``proposals.door.perform``, and for rows without a machine, such as
    posts, by ``proposals.records.record``; database triggers refuse UPDATE and DELETE. Only what
    belongs to the platform has no committee. ``sequence`` counts the events of a subject from 1
    and is its version after the act; ``call_id`` is shared by all events of one call; ``key`` is
    the caller's Idempotency-Key.
    """

    subject_kind = models.CharField(_("对象"), max_length=24)
    subject_id = models.PositiveBigIntegerField(_("对象编号"))
    sequence = models.PositiveIntegerField(_("序号"))
    proposal = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="events"
    )
    committee = models.ForeignKey(
        "members.Committee", null=True, on_delete=models.PROTECT, related_name="events"
    )
    call_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    action = models.CharField(_("动作"), max_length=40)
    source = models.CharField(_("原状态"), max_length=20, blank=True)
    target = models.CharField(_("新状态"), max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("经办人"),
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    on_behalf_of = models.ForeignKey(
        Member, verbose_name=_("代理"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    at = models.DateTimeField(_("时间"))
    input = models.JSONField(_("内容"), default=dict)  # Shape: what the step's input declares
    key = models.CharField(max_length=100, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    subject: Subject  # the moved subject, set by the door on the event that it returns

    class Meta:
        ordering = ["id"]
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sequence"], name="event_sequence_unique"
            ),
            models.UniqueConstraint(
                fields=["actor", "key"], condition=Q(key__gt=""), name="event_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(channel=Channel.SYSTEM),
                name="event_has_an_actor_or_is_the_systems",
            ),
        ]
        indexes = [models.Index(fields=["proposal", "id"], name="event_timeline")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.sequence} {self.action}"

    @cached_property
    def consequences(self) -> list[Event]:
        """What followed from this event in the same act, in order."""
        return list(Event.objects.filter(call_id=self.call_id, id__gt=self.pk).order_by("id"))

    def digest(self) -> str:
        """The SHA-256, in hex, of the row's content and of the hash before it."""
        content: dict[str, Any] = {
            "subject": [self.subject_kind, self.subject_id, self.sequence],
            "proposal": self.proposal_id,
            "committee": self.committee_id,
            "act": str(self.call_id),
            "action": self.action,
            "states": [self.source, self.target],
            "actor": self.actor_id,
            "on_behalf_of": self.on_behalf_of_id,
            "channel": self.channel,
            "address": self.address,
            "at": self.at.astimezone(UTC).isoformat(),
            "input": self.input,
            "key": self.key,
            "previous": self.previous_hash,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
