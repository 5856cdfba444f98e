"""Saved input of a form that has not been sent yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.user import User


class FormDraft(models.Model):
    """The fields of the form at ``path``, kept while they are being typed.

    A copy for its writer alone: it is no part of any record, and gone once the form is sent.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="form_drafts")
    path = models.CharField(_("页面"), max_length=200)
    fields = models.JSONField(_("填写内容"))  # Shape: {name: [text]}
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        ordering = ["-saved_at"]
        verbose_name = _("未提交的填写内容")
        verbose_name_plural = _("未提交的填写内容")
        constraints = [
            models.UniqueConstraint(fields=["user", "path"], name="form_draft_once_a_form")
        ]

    def __str__(self) -> str:
        return self.path
