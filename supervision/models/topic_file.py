"""Files of the supervision of key topics."""

from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.machine.step import StepContext
from proposals.models.attachment import StoredFile, checked_type
from supervision.models.activity import Activity


class TopicFile(StoredFile):
    """A photograph or document of an activity, or of the report if no activity is named."""

    topic = models.ForeignKey(
        "supervision.KeyTopic", on_delete=models.PROTECT, related_name="files"
    )
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.PROTECT, related_name="files"
    )

    class Meta:
        ordering = ["topic_id", "id"]
        verbose_name = _("督办材料")
        verbose_name_plural = _("督办材料")

    @property
    def committee_id(self) -> int:
        """The topic's."""
        return self.topic.committee_id

    def take_in(self, upload: UploadedFile, context: StepContext, *, where: str) -> None:
        """Check a file by the rulebook and store it; a step that fails leaves no file behind.

        Pictures are taken whatever the rulebook says of attachments. Raises RuleBroken, naming
        the place ``where``.
        """
        self.extension = checked_type(upload, context.rules.attachments, where, pictures=True)
        self.store(upload, context)
