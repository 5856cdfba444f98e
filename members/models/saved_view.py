"""Saved views: the filters of a worklist that somebody wants to come back to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.enums import Role
from members.models.committee import Committee
from members.models.user import User


class SavedView(models.Model):
    """A worklist with its filters under a name; shared with those who hold ``shared_with`` there.

    ``query`` is the query of the page's address.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    worklist = models.CharField(_("工作清单"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("筛选条件"), max_length=1000, blank=True)
    shared_with = models.CharField(_("共享给"), max_length=24, choices=Role, blank=True)
    committee = models.ForeignKey(
        Committee, null=True, on_delete=models.CASCADE, related_name="saved_views"
    )

    class Meta:
        ordering = ["worklist", "name", "id"]
        verbose_name = _("视图")
        verbose_name_plural = _("视图")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "worklist", "name"], name="saved_view_name_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(shared_with="") | models.Q(committee__isnull=False),
                name="saved_view_shared_in_a_committee",
            ),
        ]

    def __str__(self) -> str:
        return self.name
