"""Files of the supervision of key topics."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.machine.subject import StepContext
from proposals.models.attachment import checked_type, fingerprint
from supervision.models.activity import Activity


def _place(file: TopicFile, name: str) -> str:
    """A name that tells nothing and cannot be guessed."""
    return f"{file.topic.committee_id}/{uuid.uuid4().hex}"


class TopicFile(models.Model):
    """A photograph or paper of an activity, or of the report where no activity is named."""

    topic = models.ForeignKey(
        "supervision.KeyTopic", on_delete=models.PROTECT, related_name="files"
    )
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

    def take_in(self, upload: UploadedFile, context: StepContext, *, where: str) -> None:
        """Check a file by the rulebook and store it; an act that fails leaves no file behind.

        Pictures are taken whatever the rulebook says of attachments. Raises RuleBroken, naming
        the place ``where``.
        """
        self.extension = checked_type(upload, context.rules.attachments, where, pictures=True)
        stem = (upload.name or "").rpartition(".")[0] or upload.name
        self.name = f"{stem}.{self.extension}"[-200:]
        self.size = upload.size or 0
        self.sha256 = fingerprint(upload)
        self.uploaded_by, self.uploaded_at = context.person, context.at
        self.file.save(upload.name or "", upload, save=False)
        stored = str(self.file.name)
        context.undo.append(lambda: self.file.storage.delete(stored))
        self.save()
