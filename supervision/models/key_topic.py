"""Key topics and what is kept of their supervision."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.enums import DutyKind, SupervisionMethod
from proposals.models import Proposal
from proposals.models.attachment import checked_type, fingerprint
from supervision.deadlines import local_day
from supervision.lifecycle.key_topic import KeyTopicLifecycle
from supervision.models.duty import Duty

if TYPE_CHECKING:
    from proposals.machine.subject import StepContext


class KeyTopic(KeyTopicLifecycle):
    """One proposal, or a theme of several, that a leader supervises (重点题目)."""

    proposals = models.ManyToManyField(
        Proposal, through="TopicProposal", related_name="key_topics", verbose_name=_("提案")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("重点题目")
        verbose_name_plural = _("重点题目")
        indexes = [
            models.Index(fields=["session", "state"], name="topic_in_session"),
            models.Index(fields=["committee", "state"], name="topic_in_committee"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def root(self) -> None:
        """It belongs to no single proposal."""
        return

    @property
    def root_id(self) -> None:
        """None either."""
        return

    @property
    def link(self) -> str:
        """Its address in the API."""
        return f"/api/v1/key-topics/{self.pk}/"

    @property
    def reply_due_at(self) -> datetime | None:  # type: ignore[override]  # declared for mypy
        """When the first reply to its proposals is due that is still owed.

        What was merged is answered by its host.
        """
        answered = self.links.order_by().annotate(
            answered=Coalesce("proposal__merged_into", "proposal")
        )
        duties = Duty.objects.open().filter(
            kind=DutyKind.REPLY, proposal__in=answered.values("answered")
        )
        return duties.order_by("due_at").values_list("due_at", flat=True).first()

    @property
    def supervised_until(self) -> datetime | None:
        """When supervision must have ended; None while no reply date is known."""
        duties = Duty.objects.of(self.kind, self.pk).open().filter(kind=DutyKind.SUPERVISION)
        return duties.values_list("due_at", flat=True).first()

    def time_limits(self) -> list[tuple[str, date]]:
        """What a plan must keep to: the name of each limit and its last day."""
        limits = [
            (_t("督办期限"), self.supervised_until),
            (_t("答复期限"), self.reply_due_at),
        ]
        return [(words, local_day(due)) for words, due in limits if due is not None]


class TopicProposal(models.Model):
    """A proposal of a key topic."""

    topic = models.ForeignKey(KeyTopic, on_delete=models.CASCADE, related_name="links")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="topic_links")

    class Meta:
        ordering = ["topic_id", "proposal_id"]
        verbose_name = _("题目内的提案")
        verbose_name_plural = _("题目内的提案")
        constraints = [
            models.UniqueConstraint(fields=["topic", "proposal"], name="topic_proposal_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}: {self.proposal_id}"


class Activity(models.Model):
    """Supervision on the spot or at a table: when, where, how, who, and what was found."""

    topic = models.ForeignKey(KeyTopic, on_delete=models.PROTECT, related_name="activities")
    held_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=200)
    method = models.CharField(_("督办方式"), max_length=16, choices=SupervisionMethod)
    people = models.TextField(_("参加人员"))
    findings = models.TextField(_("情况"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        ordering = ["topic_id", "held_at", "id"]
        verbose_name = _("督办活动")
        verbose_name_plural = _("督办活动")

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d} {self.place}"


class Problem(models.Model):
    """A problem of a key topic that was reported upwards (问题专报)."""

    topic = models.ForeignKey(KeyTopic, on_delete=models.PROTECT, related_name="problems")
    to_whom = models.CharField(_("报送对象"), max_length=200)
    text = models.TextField(_("问题和建议"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("报送时间"))

    class Meta:
        ordering = ["topic_id", "id"]
        verbose_name = _("上报的问题")
        verbose_name_plural = _("上报的问题")

    def __str__(self) -> str:
        return f"{self.reported_at:%Y-%m-%d} {self.to_whom}"


def _place(file: TopicFile, name: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{file.topic.committee_id}/{uuid.uuid4().hex}"


class TopicFile(models.Model):
    """A photograph or paper of an activity, or of the report where no activity is named."""

    topic = models.ForeignKey(KeyTopic, on_delete=models.PROTECT, related_name="files")
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(_("文件名"), max_length=200)
    extension = models.CharField(_("类型"), max_length=10)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=_place, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        ordering = ["topic_id", "id"]
        verbose_name = _("督办材料")
        verbose_name_plural = _("督办材料")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take_in(
        cls,
        topic: KeyTopic,
        upload: UploadedFile,
        context: StepContext,
        *,
        activity: Activity | None,
        where: str,
    ) -> None:
        """Check a file by the rulebook and store it; an act that fails leaves no file behind.

        Pictures are taken whatever the rulebook says of attachments. Raises RuleBroken, naming
        the place ``where``.
        """
        extension = checked_type(upload, context.rules.attachments, where, pictures=True)
        row = cls(
            topic=topic,
            activity=activity,
            name=f"{(upload.name or '').rpartition('.')[0] or upload.name}.{extension}"[-200:],
            extension=extension,
            size=upload.size or 0,
            sha256=fingerprint(upload),
            uploaded_by=context.person,
            uploaded_at=context.at,
        )
        row.file.save(upload.name or "", upload, save=False)
        stored = str(row.file.name)
        context.undo.append(lambda: row.file.storage.delete(stored))
        row.save()
