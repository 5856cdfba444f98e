"""The rulebook of a committee, effective-dated: local differences are data."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.committee import Committee
from members.models.user import User
from members.rule_errors import RulesInvalid
from members.rules import Rules


class Rulebook(models.Model):
    """The rules of a committee from a date on; a later row replaces it from its own date.

    Rows are never changed once in force, so what was decided under them stays explained.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="rulebooks")
    effective_from = models.DateField(_("生效日期"))
    document = models.JSONField(_("规则"))  # Shape: members.rules.Rules
    note = models.CharField(_("说明"), max_length=200, blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["committee", "-effective_from"]
        get_latest_by = "effective_from"
        verbose_name = _("规则")
        verbose_name_plural = _("规则")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "effective_from"], name="rulebook_one_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.committee} {self.effective_from:%Y-%m-%d}"

    def is_future(self, day: date) -> bool:
        """Whether these rules are not yet in force on ``day``, and may still change."""
        return self.effective_from > day

    def clean(self) -> None:
        """Refuse a document that is not a rulebook, naming each place that is wrong."""
        try:
            Rules.read(self.document)
        except RulesInvalid as error:
            raise ValidationError({"document": error.messages}) from error
