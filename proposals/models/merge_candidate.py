"""A group of proposals that a scan found alike, and what the office decided of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from members.models import Session
from proposals.enums import KEPT_APART, NEW, UNDECIDED_CANDIDATES, Tone
from proposals.enums import MergeCandidateState as S
from proposals.errors import RuleBroken
from proposals.inputs import merge_candidates as inputs
from proposals.inputs.fields import OptionalNote, Reason, keys_of
from proposals.machine import who
from proposals.machine.step import Condition, StepContext, step
from proposals.machine.subject import StandaloneSubject, state_field
from proposals.models.phases.merging import unknown
from proposals.models.proposal import Proposal

office = who.clerk | who.director

two_remain = Condition(
    _("组内至少保留两件提案；若都不相似，请标为不相似"),
    # Reads what was fetched ahead, if it was.
    lambda candidate: sum(one.left_out_at is None for one in candidate.members.all()) > 2,
)


def _all_members(candidate: MergeCandidate, data: Mapping[str, Any]) -> Iterable[int]:
    return candidate.members.values_list("proposal_id", flat=True)


def _named_members(_candidate: MergeCandidate, data: Mapping[str, Any]) -> Iterable[int]:
    members = data.get("members")
    return keys_of(members[: inputs.MOST_GATHERED]) if isinstance(members, list | tuple) else []


class MergeCandidate(StandaloneSubject):
    """Proposals of a session that may be of one matter (并案候选).

    What is decided of a group is remembered: a later scan brings up only what is new.
    """

    state = state_field(S)
    committee = models.ForeignKey("members.Committee", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        "members.Session",
        verbose_name=_("会议"),
        on_delete=models.PROTECT,
        related_name="merge_candidates",
    )
    scan = models.ForeignKey(
        "proposals.Scan",
        verbose_name=_("查重任务"),
        null=True,
        on_delete=models.PROTECT,
        related_name="candidates",
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("并案候选")
        verbose_name_plural = _("并案候选")
        indexes = [models.Index(fields=["session", "state"], name="candidate_in_session")]

    def __str__(self) -> str:
        return f"{self.session} #{self.pk}"

    @step(source=NEW, target=S.OPEN, who=who.system, label=_("发现"), input=inputs.FindInput)
    def find(self, context: StepContext) -> None:
        """A scan found these proposals alike; the first is the centre of the group."""
        self.scan_id = context.data["scan"]
        context.after.append(lambda: self.keep(context.data["members"]))

    @step(
        source=NEW,
        target=S.OPEN,
        who=office,
        label=_("归组"),
        input=inputs.GatherInput,
        locks=_named_members,
    )
    def gather(self, context: StepContext) -> None:
        """Somebody found them alike without a scan; they belong to the latest one's session."""
        found: dict[int, tuple[Any, Session]] = {}
        for at, key in enumerate(context.data["members"]):
            proposal = context.locked.get(key)
            if proposal is None or proposal.committee_id != self.committee_id:
                raise RuleBroken({f"members.{at}": unknown(key)})
            if proposal.session is None:
                raise RuleBroken({f"members.{at}": _t("提案 %(pk)s 尚未提交") % {"pk": key}})
            found[key] = (proposal.received_at, proposal.session)
        if len(found) < 2:
            raise RuleBroken({"members": _t("请至少选择两件不同的提案")})
        _received, self.session = max(found.values(), key=itemgetter(0))
        self.note = context.data["note"]
        rows = [{"proposal": key, "score": None} for key in found]
        context.after.append(lambda: self.keep(rows))

    @step(
        source=UNDECIDED_CANDIDATES,
        target=S.MERGED,
        who=office,
        label=_("并案"),
        input=inputs.MergeGroupInput,
        tone=Tone.WARNING,
        locks=_all_members,
    )
    def merge(self, context: StepContext) -> None:
        """The others are merged into the host, all or none."""
        inside = set(self.proposals().values_list("pk", flat=True))
        number = context.data["host"]
        named = context.data["members"] or sorted(inside - {number})
        for place, key in [("host", number), *((f"members.{i}", k) for i, k in enumerate(named))]:
            if key not in inside:
                raise RuleBroken({place: _t("提案 %(pk)s 不在本组之内") % {"pk": key}})
        consent: dict[str, Any] = {
            name: context.data[name]
            for name in ("consent_way", "consent_at")
            if name in context.data
        }
        self._decided(context)
        joined = {"members": named, "note": context.data["note"], **consent}
        context.then(context.locked[number].take_in, joined)

    @step(
        source=UNDECIDED_CANDIDATES, target=S.DISMISSED, who=office, label=_("不相似"), input=Reason
    )
    def dismiss(self, context: StepContext) -> None:
        """They are of different matters: no two of them are proposed together again."""
        self._decided(context, context.data["reason"])

    @step(source=S.OPEN, target=S.POSTPONED, who=office, label=_("以后再定"), input=OptionalNote)
    def postpone(self, context: StepContext) -> None:
        """To be decided later; a scan leaves the group as it is."""
        self._decided(context, context.data["note"])

    @step(
        source=UNDECIDED_CANDIDATES,
        target=S.RELATED,
        who=office,
        label=_("列为同类"),
        input=OptionalNote,
    )
    def relate(self, context: StepContext) -> None:
        """Of one kind, but each is handled by itself (同类提案)."""
        self._decided(context, context.data["note"])

    @step(
        source=(*UNDECIDED_CANDIDATES, *KEPT_APART),
        who=office,
        label=_("移出本组"),
        input=inputs.LeaveOutInput,
        conditions=[two_remain],
    )
    def leave_out(self, context: StepContext) -> None:
        """One of them is of another matter; it is not proposed together with the rest again."""
        number = context.data["proposal"]
        kept = self.members.filter(proposal=number, left_out_at=None)
        if not kept.update(left_out_at=context.at, reason=context.data["reason"]):
            raise RuleBroken({"proposal": _t("提案 %(pk)s 不在本组之内") % {"pk": number}})

    @step(source=(S.POSTPONED, *KEPT_APART), target=S.OPEN, who=office, label=_("重新考虑"))
    def reconsider(self, context: StepContext) -> None:
        """The decision is taken back."""
        self.decided_at, self.note = None, ""

    @step(
        source=(S.OPEN, S.POSTPONED, S.RELATED),
        who=office,
        label=_("列为督办专题"),
        input=inputs.ThemeInput,
    )
    def make_theme(self, context: StepContext) -> None:
        """The proposals become a theme that can be supervised as one key topic."""
        theme = self.themes.create(
            committee=self.committee,
            session=self.session,
            name=context.data["name"],
            created_by=context.person,
            created_at=context.at,
        )
        theme.proposals.set(self.proposals())

    @step(source=S.OPEN, target=S.SUPERSEDED, who=who.system, label=_("不再提示"))
    def supersede(self, context: StepContext) -> None:
        """A later scan no longer finds this group, or finds it with others."""

    def keep(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write who is in the group; the first row is the centre."""
        self.members.bulk_create(
            CandidateMember(
                candidate=self, proposal_id=row["proposal"], score=row["score"], is_centre=not at
            )
            for at, row in enumerate(rows)
        )

    def proposals(self) -> models.QuerySet[Proposal]:
        """Those that are in the group now, the centre first."""
        within = self.members.filter(left_out_at=None)
        return Proposal.objects.filter(pk__in=within.values("proposal"))

    def _decided(self, context: StepContext, note: str = "") -> None:
        self.decided_at, self.note = context.at, note


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
