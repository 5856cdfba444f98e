"""The inbox: in-app notices are rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.user import User


class Notice(models.Model):
    """A notice to a user; written in the transaction of the event that it reports."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"), blank=True)
    link = models.CharField(_("链接"), max_length=200, blank=True)
    # Kind and key of its subject, such as assignment:7.
    about = models.CharField(_("所涉事项"), max_length=60, blank=True)
    needs_action = models.BooleanField(_("需办理"), default=False)
    statutory = models.BooleanField(_("法定通知"), default=False)
    on_behalf_of = models.ForeignKey(
        User,
        verbose_name=_("代谁接收"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        indexes = [models.Index(fields=["recipient", "-id"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.title
