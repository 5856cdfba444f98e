"""Punctuality and key topics: the figures of ``proposals.statistics`` with those of here."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from members.enums import DutyKind
from members.models import Session
from proposals import statistics
from proposals.enums import FILED_STATES, ProposalState
from proposals.models import Event, Proposal
from proposals.statistics import Figure, Report
from supervision.enums import InstructionState
from supervision.models import Activity, Duty, Instruction, KeyTopic, Milestone, TopicProposal
from supervision.models.duty import KEPT, Closing, decided_by, done_by, late_at

PARTS = (*statistics.PARTS, "punctuality", "key_topics")
"""What a report consists of; each part takes a few queries."""


def report(session: Session, at: datetime, parts: Collection[str] = PARTS) -> Report:
    """All figures of a session as of ``at``, punctuality and key topics included."""
    known = statistics.report(session, at, parts)
    more = []
    if "punctuality" in parts:
        more += _punctuality(session, at)
    if "key_topics" in parts:
        more += _key_topics(session, at)
    return replace(known, figures=[*known.figures, *more])


def by_session(sessions: Sequence[Session], at: datetime) -> dict[int, dict[str, int]]:
    """Of each session: received, filed, concluded (as their states were at ``at``); one query."""
    counts = (
        statistics.received_by(Proposal.objects.filter(session__in=sessions), at)
        .order_by()
        .values("session")
        .annotate(
            received=Count("pk"),
            filed=Count("pk", filter=Q(state_then__in=FILED_STATES)),
            concluded=Count("pk", filter=Q(state_then=ProposalState.CONCLUDED)),
        )
    )
    names = ("received", "filed", "concluded")
    rows = counts.values_list("session", *names)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _punctuality(session: Session, at: datetime) -> list[Figure]:
    """Replies on time over replies due by then; an extended date counts as the date."""
    owed = Duty.objects.filter(
        proposal__session=session, kind=DutyKind.REPLY, opened_at__lte=at
    ).exclude(closing=Closing.CANCELLED)
    counts = owed.aggregate(
        due=Count("pk", filter=decided_by(at)),
        on_time=Count("pk", filter=done_by(at) & KEPT),
        overdue=Count("pk", filter=late_at(at)),
    )
    base = _("已到期或已答复的答复任务；延期后的期限视为期限")
    return [
        Figure("replied_on_time", _("按期答复"), counts["on_time"], counts["due"], base),
        Figure("overdue", _("逾期未答复"), counts["overdue"], counts["due"], base),
    ]


def _key_topics(session: Session, at: datetime) -> list[Figure]:
    """Key topics, their milestones kept, activities and leaders' instructions (rules.md s. 11)."""
    ended = Event.objects.filter(
        subject_kind=KeyTopic.kind,
        subject_id=OuterRef("pk"),
        action=KeyTopic.cancel.__name__,
        at__lte=at,
    )
    topics = KeyTopic.objects.filter(session=session, announced_at__lte=at).exclude(Exists(ended))
    keys = topics.order_by().values("pk")
    proposals = TopicProposal.objects.filter(topic__in=keys).values("proposal").distinct()
    milestones = Duty.objects.filter(
        kind=DutyKind.MILESTONE,
        opened_at__lte=at,
        subject_id__in=Milestone.objects.filter(topic__in=keys).order_by().values("pk"),
    )
    owed = milestones.exclude(closing=Closing.CANCELLED, closed_at__lte=at).aggregate(
        due=Count("pk", filter=decided_by(at)),
        on_time=Count("pk", filter=done_by(at) & KEPT),
    )
    instructions = Instruction.objects.filter(topic__in=keys, created_at__lte=at)
    given = instructions.order_by().values("topic", "number").distinct()
    waiting = instructions.exclude(state=InstructionState.FOLLOWED_UP, settled_at__lte=at)
    unheeded = waiting.order_by().values("topic", "number").distinct().count()
    count = given.count()
    base = _("已公布、未取消的重点题目")
    return [
        Figure("key_topics", _("重点题目"), topics.count(), base=base),
        Figure("key_proposals", _("重点提案"), proposals.count(), base=base),
        Figure(
            "supervision_activities",
            _("督办活动"),
            Activity.objects.filter(topic__in=keys, held_at__lte=at, recorded_at__lte=at).count(),
            base=base,
        ),
        Figure(
            "milestones_on_time",
            _("按期完成的督办节点"),
            owed["on_time"],
            owed["due"],
            _("已到期或已完成的督办节点；延后的日期视为期限"),
        ),
        Figure(
            "instructions_followed_up",
            _("已落实的领导批示"),
            count - unheeded,
            count,
            _("领导批示；要求几个单位落实的，全部落实才计入"),
        ),
    ]
