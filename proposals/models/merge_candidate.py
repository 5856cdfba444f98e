"""Scans of a session for merge candidates, the groups they find, and themes made of groups."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proposals.enums import ScanState
from proposals.lifecycle.merge_candidate import MergeCandidateLifecycle
from proposals.models.proposal import Proposal


class Scan(models.Model):
    """One look through a session for proposals to merge (查重); a job with its progress."""

    committee = models.ForeignKey("members.Committee", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(
        "members.Session", verbose_name=_("会议"), on_delete=models.CASCADE, related_name="scans"
    )
    state = models.CharField(_("状态"), max_length=10, choices=ScanState, default=ScanState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"))
    heard_at = models.DateTimeField(_("最近进展"), null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    found = models.PositiveIntegerField(_("新发现的组"), default=0)
    trouble = models.TextField(_("故障"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("查重任务")
        verbose_name_plural = _("查重任务")
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state__in=[ScanState.WAITING, ScanState.RUNNING]),
                name="scan_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.done}/{self.total}"


class MergeCandidate(MergeCandidateLifecycle):
    """Proposals of a session that may be of one matter."""

    class Meta:
        ordering = ["-id"]
        verbose_name = _("并案候选")
        verbose_name_plural = _("并案候选")
        indexes = [models.Index(fields=["session", "state"], name="candidate_in_session")]

    def __str__(self) -> str:
        return f"{self.session} #{self.pk}"

    @property
    def root(self) -> Proposal | None:  # type: ignore[override]  # a group is of many
        """A group belongs to no single proposal."""
        return None

    @property
    def root_id(self) -> None:
        """None either."""
        return


class CandidateMember(models.Model):
    """A proposal of a group; ``score`` is its likeness to the others on the average.

    A group that was made by hand has no scores.
    """

    candidate = models.ForeignKey(MergeCandidate, on_delete=models.CASCADE, related_name="members")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="candidacies")
    score = models.FloatField(_("相似度"), null=True)
    is_centre = models.BooleanField(_("居中"), default=False)
    left_out_at = models.DateTimeField(_("移出时间"), null=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["candidate_id", "-is_centre", "-score", "proposal_id"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "proposal"], name="candidate_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id}: {self.proposal_id}"


class Theme(models.Model):
    """Proposals of one matter that are supervised together (督办专题)."""

    committee = models.ForeignKey("members.Committee", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        "members.Session", verbose_name=_("会议"), on_delete=models.PROTECT, related_name="themes"
    )
    name = models.CharField(_("专题名称"), max_length=100)
    proposals = models.ManyToManyField(Proposal, verbose_name=_("提案"), related_name="themes")
    candidate = models.ForeignKey(
        MergeCandidate, null=True, on_delete=models.PROTECT, related_name="themes"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("督办专题")
        verbose_name_plural = _("督办专题")

    def __str__(self) -> str:
        return self.name
