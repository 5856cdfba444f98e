"""The leader's page: six figures, who has what, what stands still, the topics under supervision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import Role
from members.models import Session
from members.pages import home, navigation
from members.pages.frame import Frame, frame_of
from members.pages.navigation import Section
from members.punctuation import listed
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.enums import ASSIGNED_STATES, FILED_STATES, HANDED_IN, IN_HANDS, UNDER_WAY
from proposals.enums import ProposalState as S
from proposals.models import Assignment, Event, Proposal
from proposals.pages.life import Clock, waiting_on
from proposals.pages.life import clocks as clocks_of
from proposals.permissions import told_units
from supervision.board import MILESTONES, BoardMilestone, own_milestones
from supervision.enums import KEY_STATES, KeyTopicState
from supervision.headline import Headline, headlines
from supervision.models import Duty, KeyTopic
from supervision.permissions import led_committees
from supervision.selectors import calendar_for

READERS = frozenset(
    {
        Role.LEADING_SUPERVISOR,
        Role.COMMITTEE_DIRECTOR,
        Role.INSPECTION_OFFICER,
        Role.ASSIGNING_OFFICER,
    }
)
"""For whom the page is."""

QUIET = 30
"""Days without an act after which a proposal stands still, if the address names no other."""

FEW = 5
"""Units with fewer items are not compared with others."""

SHADES = 4
"""How many shades a count can have above none."""

SHOWN = 15
"""Proposals that stand still which the page lists; the first are the longest."""


# -- The six figures -------------------------------------------------------------------------


@dataclass(frozen=True)
class Tile:
    """A figure as the page shows it: with its list, and its course as points of a line."""

    figure: Headline
    url: str

    @property
    def line(self) -> str:
        """The points of the line in a box of 100 by 28; empty where there is no course."""
        values = [value for _at, value in self.figure.course]
        known = [value for value in values if value is not None]
        if len(known) < 2:
            return ""
        top, low = max(known), min(min(known), Decimal(0))
        span = (top - low) or Decimal(1)
        step = Decimal(100) / (len(values) - 1)
        return " ".join(
            f"{step * at:.1f},{26 - 24 * (value - low) / span:.1f}"
            for at, value in enumerate(values)
            if value is not None
        )


def tiles(session: Session, before: Session | None, at: datetime) -> list[Tile]:
    """The six figures with their lists; four queries."""
    lists: dict[str, tuple[str, dict[str, Any]]] = {
        "received": ("proposals", {}),
        "filed": ("proposals", {"state": list(FILED_STATES)}),
        "accepted": ("time-limits", {"kind": "acknowledge", "kept": "true"}),
        "replied": ("time-limits", {"kind": "reply", "kept": "true"}),
        "satisfied": ("proposals", {"state": S.CONCLUDED}),
        "overdue": ("proposals", {"overdue": "true"}),
    }
    found = []
    for figure in headlines(session, before, at):
        slug, asked = lists[figure.code]
        found.append(Tile(figure, _list(slug, **asked)))
    return found


def _list(slug: str, **asked: Any) -> str:
    query = urlencode(asked, doseq=True)
    return reverse("worklist", args=[slug]) + (f"?{query}" if query else "")


# -- Who has what ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A count with its list; ``shade`` is 0 to ``SHADES``, by the largest count of the table."""

    count: int
    url: str
    shade: int = 0


@dataclass
class UnitRow:
    """A unit: a cell for each state, and how much of what it owes is overdue."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    late: int = 0
    cells: list[Cell] = field(default_factory=list)
    total: int = 0

    @property
    def late_url(self) -> str:
        """The list of what the unit owes and has not done in time."""
        return _list("time-limits", unit=self.name, late="true")


def units(session: Session, at: datetime) -> tuple[list[UnitRow], list[UnitRow]]:
    """The units to compare, those with most first, and those with few by name; two queries.

    Like the figures, it counts all of the session; the lists show what the reader sees of it.
    """
    tasks = (
        Assignment.objects.live()
        .filter(proposal__session=session, proposal__state__in=ASSIGNED_STATES)
        .order_by()
        .values_list("unit__name", "proposal__state")
        .annotate(n=Count("proposal", distinct=True))
    )
    rows: dict[str, UnitRow] = {}
    for name, state, count in tasks:
        row = rows.setdefault(name, UnitRow(name))
        row.counts[state] = count
        row.total += count
    late = Duty.objects.overdue(at).filter(proposal__session=session, unit__isnull=False)
    for name, count in late.order_by().values_list("unit__name").annotate(n=Count("pk")):
        if name in rows:
            rows[name].late = count
    return _shaded(rows.values())


def _shaded(rows: Collection[UnitRow]) -> tuple[list[UnitRow], list[UnitRow]]:
    many = [row for row in rows if row.total >= FEW]
    few = [row for row in rows if row.total < FEW]
    top = max((count for row in many for count in row.counts.values()), default=1)
    for row in rows:
        for state in ASSIGNED_STATES:
            count = row.counts.get(state, 0)
            shade = -(-SHADES * count // top) if row.total >= FEW else 0
            row.cells.append(
                Cell(count, _list("proposals", unit_name=row.name, state=state), shade)
            )
    many.sort(key=lambda row: (-row.total, row.name))
    return many, sorted(few, key=lambda row: row.name)


# -- What stands still -----------------------------------------------------------------------


@dataclass(frozen=True)
class Stuck:
    """A proposal on which nothing has happened for ``days``, and with whom it is."""

    proposal: Proposal
    days: int
    waiting_on: str


def stuck(session: Session, reader: Reader, days: int) -> tuple[list[Stuck], int]:
    """What the reader sees that has stood still for more than ``days``: (the first, how many)."""
    last = Event.objects.filter(proposal=OuterRef("pk")).order_by("-id").values("at")[:1]
    rows = visible(reader, Proposal.objects.filter(session=session, state__in=UNDER_WAY))
    still = rows.annotate(last_at=Subquery(last)).filter(
        last_at__lt=reader.at - timedelta(days=days)
    )
    found: list[Any] = list(still.order_by("last_at", "id"))
    shown = found[:SHOWN]
    clocks = clocks_of(shown, reader)
    handlers = _handlers(shown, reader)
    return [
        Stuck(
            row,
            (reader.at - row.last_at).days,
            _with_whom(row, clocks.get(row.pk), handlers[row.pk]),
        )
        for row in shown
    ], len(found)


def _handlers(rows: Sequence[Proposal], reader: Reader) -> dict[int, list[str]]:
    """The units that have these proposals, as far as the reader is told; one query."""
    known = Q(pk__in=visible(reader, Assignment.objects.all()).values("pk"))
    if told := told_units(reader):
        known |= Q(proposal__in=Proposal.objects.filter(told).values("pk"))
    tasks = Assignment.objects.live().filter(known, proposal__in=[row.pk for row in rows])
    found: dict[int, list[str]] = defaultdict(list)
    for task in tasks.select_related("unit").order_by("id"):
        found[task.proposal_id].append(str(task.unit))
    return found


def _with_whom(proposal: Proposal, clock: Clock | None, handlers: list[str]) -> str:
    words = waiting_on(proposal, clock)
    state: Any = proposal.get_state_display()
    if words != str(state) or proposal.state not in IN_HANDS:
        return words
    return f"{state}{_t('，')}{listed(handlers) or _t('由承办单位办理')}"


# -- The topics under supervision --------------------------------------------------------------


@dataclass(frozen=True)
class Supervised:
    """A key topic: its milestones, the next of them, and when somebody last went there."""

    topic: KeyTopic
    milestones: list[BoardMilestone]
    next: BoardMilestone | None


def supervised(reader: Reader, committees: Collection[int]) -> list[Supervised]:
    """The topics that the reader leads; for everybody else those that go on; four queries."""
    leads = reader.roles == {Role.LEADING_SUPERVISOR}
    topics = KeyTopic.objects.filter(committee__in=committees, state__in=KEY_STATES)
    topics = topics.exclude(state=KeyTopicState.CONCLUDED)
    if leads:
        topics = topics.filter(
            pk__in=KeyTopic.supervisors.through.objects.filter(user=reader.user).values("keytopic")
        )
    rows: Sequence[Any] = list(
        visible(reader, topics)
        .annotate(visited_at=Max("activities__held_at"))
        .prefetch_related(MILESTONES, "supervisors")
        .order_by("id")[:20]
    )
    if not rows:
        return []
    calendar = calendar_for(reader)
    found = []
    for topic in rows:
        milestones = own_milestones(topic, calendar, reader.at)
        ahead = [row for row in milestones if row.days is not None]
        coming = min(ahead, key=lambda row: row.milestone.due_on, default=None)
        found.append(Supervised(topic, milestones, coming))
    return found


# -- The pages ---------------------------------------------------------------------------------


def chosen(frame: Frame, at: datetime) -> tuple[Session, Session | None]:
    """The session that the reader has chosen and the one before it; a 404 for whom it is not."""
    led = led_committees(frame.reader)
    own = [session for session in frame.sessions if session.committee_id in led]
    begun = [session for session in own if session.collection_opens_at <= at]
    now = frame.session if frame.session in own else next(iter([*begun, *own]), None)
    if now is None:
        raise Http404
    return now, _before(now, own)


def _before(now: Session, own: Sequence[Session]) -> Session | None:
    """The last session before that had more than a few proposals, to be compared with."""
    earlier = {
        session.pk: session
        for session in own
        if session.committee_id == now.committee_id
        and session.collection_opens_at < now.collection_opens_at
    }
    received = Proposal.objects.filter(session__in=earlier, state__in=HANDED_IN).order_by()
    counts = dict(received.values_list("session").annotate(n=Count("pk")))
    enough = (session for key, session in earlier.items() if counts.get(key, 0) >= FEW)
    return next(enough, None)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """How the proposals of a session stand, on one page."""
    reader = reader_of(request)
    frame = frame_of(request, reader)
    if not frame.roles & READERS:
        raise Http404
    session, before = chosen(frame, reader.at)
    days = _days(request.GET.get("days", ""))
    many, few = units(session, reader.at)
    still, count = stuck(session, reader, days)
    context = {
        "frame": frame,
        "session": session,
        "before": before,
        "at": reader.at,
        "tiles": tiles(session, before, reader.at),
        "states": [(state, S(state).label) for state in ASSIGNED_STATES],
        "many": many,
        "few": few,
        "few_limit": FEW,
        "stuck": still,
        "stuck_count": count,
        "days": days,
        "topics": supervised(reader, led_committees(reader)),
        "leads": frame.roles == {Role.LEADING_SUPERVISOR},
    }
    return TemplateResponse(request, "supervision/dashboard.html", context)


def _days(text: str) -> int:
    return max(1, min(int(text), 999)) if text.isdecimal() and len(text) < 4 else QUIET


def leading(reader: Reader) -> dict[str, Any] | None:
    """The figures and the topics of the leader, on their first page."""
    try:
        session, before = chosen(Frame(HttpRequest(), reader), reader.at)
    except Http404:
        return None
    return {
        "session": session,
        "before": before,
        "tiles": tiles(session, before, reader.at),
        "topics": supervised(reader, led_committees(reader)),
        "leads": True,
    }


NAVIGATION = (
    navigation.Entry(
        section=Section.FIGURES,
        label=_("领导一页纸"),
        icon="gauge",
        address=("dashboard",),
        roles=READERS,
    ),
)
HOME_SECTIONS = (
    home.HomeSection(
        "supervision/first_page/_leading.html",
        leading,
        roles=frozenset({Role.LEADING_SUPERVISOR}),
        order=20,
    ),
)
