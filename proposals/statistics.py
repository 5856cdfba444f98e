"""The figures of a session, each with numerator, denominator, base and as-of time.

Everything is read as of a moment: states from the ledger, replies and ratings by their dates.
A later event never changes an earlier figure (rules.md section 12.3: cut-off dates).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import MergeCounting, PeriodKind, ProposerKind, SatisfactionBase
from members.models import Member, Session
from members.rules import CodedEntry, Rating, Rules
from members.selectors import rules_for
from proposals.enums import (
    ASSIGNED_STATES,
    FACE_TO_FACE,
    FILED_STATES,
    HANDED_IN,
    PENDING,
    TAKEN_UP,
    CosignatureState,
    ProposalState,
)
from proposals.models import (
    Assignment,
    ContactRecord,
    Cosignature,
    Event,
    Feedback,
    Proposal,
    Reply,
    ReplyPoint,
)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Then(TypedDict):
        state_then: str

    Received = QuerySet[WithAnnotations[Proposal, _Then]]
    """Proposals that had been received, each with its state at the moment of the report."""


@dataclass(frozen=True)
class Figure:
    """A count, or a share of ``denominator``; ``base`` says in words what is counted in what."""

    code: str
    label: str
    numerator: int
    denominator: int | None = None
    base: str = ""

    @property
    def percent(self) -> Decimal | None:
        """The share in per cent, to one decimal, halves up; None without a denominator."""
        if not self.denominator:
            return None
        share = Decimal(100 * self.numerator) / Decimal(self.denominator)
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Table:
    """A figure broken down; ``rows`` are (name, count), ``base`` is what the counts add up to."""

    code: str
    label: str
    base: str
    rows: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """The sum of the rows."""
        return sum(count for _name, count in self.rows)


@dataclass(frozen=True)
class Report:
    """The figures of a session as of ``at``."""

    session: Session
    at: datetime
    figures: Sequence[Figure]
    tables: Sequence[Table] = field(default_factory=tuple)

    def figure(self, code: str) -> Figure:
        """One figure by its code; raises KeyError."""
        for figure in self.figures:
            if figure.code == code:
                return figure
        raise KeyError(code)

    def count(self, code: str) -> int:
        """The numerator of a figure."""
        return self.figure(code).numerator


PARTS = ("intake", "handling", "adoption", "satisfaction", "participation", "tables")
"""What a report consists of; each part takes a few queries."""


def report(session: Session, at: datetime, parts: Collection[str] = PARTS) -> Report:
    """The figures of ``session`` as they were at ``at``; a constant number of queries."""
    rules = rules_for(session.committee, timezone.localtime(at).date())
    then = proposals_then(session, at)
    known: dict[str, Callable[[], list[Figure]]] = {
        "intake": lambda: _intake(then, rules),
        "handling": lambda: _handling(then, at),
        "adoption": lambda: _adoption(then, rules, at),
        "satisfaction": lambda: _satisfaction(then, rules, at),
        "participation": lambda: [_participation(session, then)],
    }
    figures = [figure for part, count in known.items() if part in parts for figure in count()]
    return Report(session, at, figures, _tables(then, rules, at) if "tables" in parts else ())


def proposals_then(session: Session, at: datetime) -> Received:
    """What had been received for the session by ``at``, annotated with ``state_then``."""
    return received_by(Proposal.objects.filter(session=session), at)


def received_by(rows: QuerySet[Proposal], at: datetime) -> Received:
    """Those of ``rows`` that had been received by ``at``, annotated with ``state_then``."""
    last = (
        Event.objects.filter(subject_kind=Proposal.kind, subject_id=OuterRef("pk"), at__lte=at)
        .order_by("-sequence")
        .values("target")[:1]
    )
    return rows.annotate(state_then=Subquery(last)).filter(state_then__in=HANDED_IN)


def current_replies(then: Received, at: datetime) -> QuerySet[Reply]:
    """Each unit's last reply that had been delivered by ``at``, corrections included."""
    later = Reply.objects.filter(
        assignment=OuterRef("assignment"),
        delivered_at__lte=at,
        delivered_at__gt=OuterRef("delivered_at"),
    )
    return Reply.objects.filter(
        ~Exists(later), delivered_at__lte=at, proposal__in=then.values("pk")
    )


# -- The figures ------------------------------------------------------------------------------


def counted_intake(rules: Rules, raw: int, filed: int, merged: int) -> tuple[int, int, str]:
    """What counts as received and as filed by the rulebook, and the base of the share in words."""
    how = rules.review.merge_counting
    received = raw - merged if how == MergeCounting.BEFORE_REVIEW else raw
    accepted = filed + merged if how == MergeCounting.AFTER_FILING else filed
    base = {
        MergeCounting.BEFORE_REVIEW: _("并案后的收到件数"),
        MergeCounting.AFTER_FILING: _("收到件数；立案数含已并入他件的"),
    }.get(how, _("收到件数；并案另计"))
    return received, accepted, base


def _intake(then: Received, rules: Rules) -> list[Figure]:
    counts = then.order_by().aggregate(
        received=Count("pk"),
        filed=Count("pk", filter=Q(state_then__in=FILED_STATES)),
        merged=Count("pk", filter=Q(state_then=ProposalState.MERGED)),
        not_filed=Count("pk", filter=Q(state_then=ProposalState.NOT_FILED)),
        withdrawn=Count("pk", filter=Q(state_then=ProposalState.WITHDRAWN)),
        pending=Count("pk", filter=Q(state_then__in=PENDING)),
        key=Count("pk", filter=Q(state_then__in=FILED_STATES, is_key=True)),
        intersession=Count("pk", filter=Q(period_kind=PeriodKind.INTERSESSION)),
    )
    raw, filed, merged = counts["received"], counts["filed"], counts["merged"]
    received, accepted, base = counted_intake(rules, raw, filed, merged)
    found = []
    if rules.review.merge_counting == MergeCounting.BEFORE_REVIEW:
        found.append(Figure("received_raw", _("并案前收到"), raw, base=_("件，并案前")))
    if rules.review.merge_counting == MergeCounting.AFTER_FILING:
        found.append(Figure("filed_after_merging", _("并案后立案"), filed, base=_("件，并案后")))
    return [
        Figure("received", _("收到"), received, base=_("件")),
        *found,
        Figure("filed", _("立案"), accepted, received, base),
        Figure("merged", _("并案"), merged, raw, _("收到件数")),
        Figure("not_filed", _("不予立案"), counts["not_filed"], raw, _("收到件数")),
        Figure("withdrawn", _("撤案"), counts["withdrawn"], raw, _("收到件数")),
        Figure("pending", _("待审查"), counts["pending"], raw, _("收到件数")),
        Figure("intersession", _("平时提案"), counts["intersession"], raw, _("收到件数")),
        Figure("key", _("重点提案"), counts["key"], filed, _("立案件数")),
    ]


def _handling(then: Received, at: datetime) -> list[Figure]:
    filed = then.filter(state_then__in=FILED_STATES)
    replied = Event.objects.filter(
        subject_kind=Proposal.kind,
        subject_id=OuterRef("pk"),
        action=Proposal.complete_reply.__name__,
        at__lte=at,
    )
    # A talk counts from when it is on record, however long before it was held.
    spoken = ContactRecord.objects.filter(
        assignment__proposal=OuterRef("pk"), held_at__lte=at, recorded_at__lte=at
    )
    met = spoken.filter(way__in=FACE_TO_FACE)
    counts = (
        filed.annotate(was_replied=Exists(replied), was_met=Exists(met), was_spoken=Exists(spoken))
        .order_by()
        .aggregate(
            filed=Count("pk"),
            assigned=Count("pk", filter=Q(state_then__in=ASSIGNED_STATES)),
            replied=Count("pk", filter=Q(was_replied=True)),
            concluded=Count("pk", filter=Q(state_then=ProposalState.CONCLUDED)),
            met=Count("pk", filter=Q(was_met=True)),
            spoken=Count("pk", filter=Q(was_spoken=True)),
        )
    )
    everything, assigned = counts["filed"], counts["assigned"]
    return [
        Figure("assigned", _("交办"), assigned, everything, _("立案件数")),
        Figure("replied", _("办复"), counts["replied"], everything, _("立案件数")),
        Figure("concluded", _("办结"), counts["concluded"], everything, _("立案件数")),
        Figure("contacted", _("沟通"), counts["spoken"], assigned, _("交办件数")),
        Figure("met", _("面商"), counts["met"], assigned, _("交办件数")),
    ]


def _adoption(then: Received, rules: Rules, at: datetime) -> list[Figure]:
    """Adoption by proposal, by suggestion, and by the class of the result."""
    concluded = then.filter(state_then=ProposalState.CONCLUDED)
    replies = current_replies(then, at)
    points = ReplyPoint.objects.filter(reply__in=replies.values("pk"))
    taken = points.filter(adoption__in=TAKEN_UP, reply__proposal=OuterRef("pk"))
    suggestions = points.aggregate(
        answered=Count("suggestion", distinct=True),
        taken=Count("suggestion", distinct=True, filter=Q(adoption__in=TAKEN_UP)),
    )

    def of_class(*, planned: bool) -> int:
        table = rules.handling.result_classes
        codes = [entry.code for entry in table if entry.solved or (planned and entry.planned)]
        fitting = replies.filter(proposal=OuterRef("pk"), result_class__in=codes)
        return concluded.filter(Exists(fitting)).count()

    whole = concluded.count()
    by_points = _("办结件数；有一条建议被采纳或部分采纳即计入")
    by_class = _("办结件数；分办的以其中最好的办理结果计")
    return [
        Figure(
            "adopted",
            _("采纳或部分采纳"),
            concluded.filter(Exists(taken)).count(),
            whole,
            by_points,
        ),
        Figure("solved", _("已解决"), of_class(planned=False), whole, by_class),
        Figure("solved_or_planned", _("已解决或列入计划"), of_class(planned=True), whole, by_class),
        Figure(
            "suggestions_adopted",
            _("建议采纳"),
            suggestions["taken"],
            suggestions["answered"],
            _("已答复的建议条数"),
        ),
    ]


def _satisfaction(then: Received, rules: Rules, at: datetime) -> list[Figure]:
    """Both scales over the base that the rulebook names; by proposal over all concluded ones."""
    forms = Feedback.objects.filter(
        reply__in=current_replies(then, at).values("pk"), rated_at__lte=at
    )
    counts = forms.aggregate(
        returned=Count("pk"),
        attitude=Count("pk", filter=Q(attitude__in=_satisfied(rules.feedback.attitude))),
        result=Count("pk", filter=Q(result__in=_satisfied(rules.feedback.result))),
    )
    assigned = then.filter(state_then__in=ASSIGNED_STATES).count()
    whole, base = {
        SatisfactionBase.RETURNED: (counts["returned"], _("收回的征询意见表")),
        SatisfactionBase.ALL: (assigned, _("交办件数")),
    }[rules.feedback.satisfaction_base]
    good = forms.filter(proposal=OuterRef("pk"), satisfied=True)
    bad = forms.filter(proposal=OuterRef("pk"), satisfied=False)
    concluded = then.filter(state_then=ProposalState.CONCLUDED)
    satisfied = concluded.filter(Exists(good), ~Exists(bad)).count()
    by_proposal = _("办结件数；收回的评价全部为满意或基本满意")
    return [
        Figure("satisfied", _("满意"), satisfied, concluded.count(), by_proposal),
        Figure("satisfied_attitude", _("对办理态度满意"), counts["attitude"], whole, base),
        Figure("satisfied_result", _("对办理结果满意"), counts["result"], whole, base),
        Figure("forms_returned", _("收回征询意见表"), counts["returned"], base=_("份")),
    ]


def _satisfied(scale: Sequence[Rating]) -> list[str]:
    return [entry.code for entry in scale if entry.satisfied]


def _participation(session: Session, then: Received) -> Figure:
    received = then.values("pk")
    signed = Cosignature.objects.filter(proposal__in=received, state=CosignatureState.AGREED)
    members = Member.objects.filter(committee=session.committee_id, terms=session.term_id)
    active = members.filter(
        Q(pk__in=then.filter(lead__isnull=False).values("lead")) | Q(pk__in=signed.values("member"))
    )
    return Figure(
        "participating",
        _("参与委员"),
        active.count(),
        members.count(),
        _("本届委员人数；领衔或联名至少一件"),
    )


# -- The tables -------------------------------------------------------------------------------


def _tables(then: Received, rules: Rules, at: datetime) -> list[Table]:
    filed = then.filter(state_then__in=FILED_STATES)
    refused = then.filter(state_then=ProposalState.NOT_FILED)
    replies = current_replies(then, at)
    classes = rules.handling.result_classes
    tasks = Assignment.objects.live().filter(proposal__in=filed.values("pk"), issued_at__lte=at)
    return [
        Table(
            "filed_by_kind",
            _("立案按提案者"),
            _("立案件数"),
            _kinds(filed, rules),
        ),
        Table(
            "received_by_category",
            _("收到按类别"),
            _("收到件数"),
            _coded(then, "category", rules.review.categories),
        ),
        Table(
            "filed_by_category",
            _("立案按类别"),
            _("立案件数"),
            _coded(filed, "category", rules.review.categories),
        ),
        Table(
            "not_filed_by_disposition",
            _("不予立案按去向"),
            _("不予立案件数"),
            _coded(refused, "disposition", rules.review.dispositions),
        ),
        Table(
            "results_by_task",
            _("办理结果按承办任务"),
            _("已答复的承办任务数，分办时多于提案件数"),
            _coded(replies, "result_class", classes),
        ),
        Table("tasks_by_unit", _("承办任务按单位"), _("承办任务数"), _named(tasks, "unit__name")),
        Table(
            "filed_by_sector",
            _("立案按界别"),
            _("立案件数，个人与联名提案按第一提案人"),
            _named(filed.filter(lead__isnull=False), "lead__sector__name"),
        ),
    ]


def _kinds(filed: Received, rules: Rules) -> list[tuple[str, int]]:
    """By proposer kind; where the rulebook says so, hosts of mergers are a kind of their own."""
    rows: QuerySet[Any] = filed
    found = []
    if rules.review.merge_counting == MergeCounting.AS_KIND:
        hosts = filed.filter(Exists(Proposal.objects.filter(merged_into=OuterRef("pk"))))
        found.append((_("并案提案"), hosts.count()))
        rows = filed.exclude(pk__in=hosts.values("pk"))
    counted = dict(rows.order_by().values_list("proposer_kind").annotate(n=Count("pk")))
    return [(str(kind.label), counted.get(kind.value, 0)) for kind in ProposerKind] + found


def _coded(
    rows: QuerySet[Any], column: str, entries: Sequence[CodedEntry]
) -> list[tuple[str, int]]:
    """Counts by a code of the rulebook, in its order; codes of former rulebooks by themselves."""
    counted = dict(rows.order_by().values_list(column).annotate(n=Count("pk")))
    known = [(entry.name, counted.pop(entry.code, 0)) for entry in entries]
    unset = counted.pop("", 0)
    rest = [(str(code), count) for code, count in sorted(counted.items())]
    return known + rest + ([(_("未分类"), unset)] if unset else [])


def _named(rows: QuerySet[Any], column: str) -> list[tuple[str, int]]:
    """Counts by the name of a related row, largest first."""
    counted = rows.order_by().values_list(column).annotate(n=Count("pk")).order_by("-n", column)
    return [(name or _("未填写"), count) for name, count in counted]


def last_moment(session: Session) -> datetime | None:
    """When something last happened to a proposal of the session."""
    return Event.objects.filter(proposal__session=session).aggregate(at=Max(F("at")))["at"]
