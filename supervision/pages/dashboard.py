"""The leaders' page: six figures, units by state, stalled proposals, supervised topics."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import DutyKind, Role
from members.models import Session
from members.pages import home, navigation
from members.pages.navigation import Section
from members.pages.sessions import chosen_session_of, sessions_of
from members.punctuation import listed
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.due_dates import Clock, due_dates
from proposals.enums import ASSIGNED_STATES, FILED_STATES, HANDED_IN, IN_HANDS, UNDER_WAY
from proposals.enums import ProposalState as S
from proposals.models import Assignment, Event, Proposal
from proposals.pages.stages import waiting_on
from proposals.permissions import told_units
from supervision.dashboard_figures import Headline, headlines
from supervision.enums import KEY_STATES, KeyTopicState
from supervision.key_topic_board import MILESTONES, dated_milestones, next_of
from supervision.models import Duty, KeyTopic
from supervision.pages.figures import address
from supervision.permissions import led_committees, led_topics
from supervision.roles import OFFICERS

READERS = OFFICERS - {Role.COMMITTEE_CLERK} | {Role.LEADING_SUPERVISOR}
"""The roles that see the page."""

QUIET = 30
"""Days without an event after which a proposal is stalled, unless the address names another."""

FEW = 5
"""Units with fewer items are not compared with others."""

SHADES = 4
"""How many shades a count can have above none."""

SHOWN = 15
"""How many stalled proposals the page lists, the longest first."""


# -- The six figures -------------------------------------------------------------------------


LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "received": ("proposals", {}),
    "filed": ("proposals", {"state": FILED_STATES}),
    "accepted": ("time-limits", {"kind": DutyKind.ACKNOWLEDGE.value, "kept": "true"}),
    "replied": ("time-limits", {"kind": DutyKind.REPLY.value, "kept": "true"}),
    "satisfied": ("proposals", {"state": S.CONCLUDED}),
    "overdue": ("proposals", {"overdue": "true"}),
}
"""Code of a figure to the list of what it counts: its slug and its filters."""


def tiles(session: Session, before: Session | None, at: datetime) -> list[dict[str, Any]]:
    """The six figures, each with its list, and its course as the points of a line; four queries."""
    found = []
    for figure in headlines(session, before, at):
        slug, asked = LISTS[figure.code]
        found.append({"figure": figure, "url": address(slug, **asked), "line": _line(figure)})
    return found


def _line(figure: Headline) -> str:
    """The points of its course in a box of 100 by 28; empty where there is no course."""
    values = [value for _at, value in figure.course]
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


# -- Who has what ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """How many proposals of a unit are in a state; ``shade`` is 0 to SHADES, by the largest."""

    count: int
    url: str
    shade: int


@dataclass(frozen=True)
class UnitRow:
    """A unit with a cell for each state, how many these are together, and what is late."""

    name: str
    cells: Sequence[Cell]
    total: int
    late: int
    late_url: str


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
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, state, count in tasks:
        counts[name][state] = count
    owed = Duty.objects.overdue(at).filter(proposal__session=session, unit__isnull=False)
    late = Counter(dict(owed.order_by().values_list("unit__name").annotate(n=Count("pk"))))
    compared = [states for states in counts.values() if states.total() >= FEW]
    top = max((count for states in compared for count in states.values()), default=1)
    rows = [_row(name, counts[name], late[name], top) for name in sorted(counts)]
    many = sorted((row for row in rows if row.total >= FEW), key=lambda row: -row.total)
    return many, [row for row in rows if row.total < FEW]


def _row(name: str, counts: Counter[str], late: int, top: int) -> UnitRow:
    total = counts.total()
    cells = [
        Cell(
            count=counts[state],
            url=address("proposals", unit_name=name, state=state),
            shade=-(-SHADES * counts[state] // top) if total >= FEW else 0,
        )
        for state in ASSIGNED_STATES
    ]
    late_url = address("time-limits", unit=name, late="true")
    return UnitRow(name, cells, total, late, late_url)


# -- What stands still -----------------------------------------------------------------------


def stuck(session: Session, reader: Reader, days: int) -> tuple[list[dict[str, Any]], int]:
    """What the reader sees that has stood still for more than ``days``: (the first, how many).

    Each proposal with the days since anything happened, and with whom it is.
    """
    last = Event.objects.filter(proposal=OuterRef("pk")).order_by("-id").values("at")[:1]
    rows = visible(reader, Proposal.objects.filter(session=session, state__in=UNDER_WAY))
    still = rows.annotate(last_at=Subquery(last)).filter(
        last_at__lt=reader.at - timedelta(days=days)
    )
    found: list[Any] = list(still.order_by("last_at", "id"))
    shown = found[:SHOWN]
    clocks = due_dates().clocks(shown, reader)
    handlers = _handlers(shown, reader)
    return [
        {
            "proposal": row,
            "days": (reader.at - row.last_at).days,
            "waiting_on": _with_whom(row, clocks.get(row.pk), handlers[row.pk], reader),
        }
        for row in shown
    ], len(found)


def _handlers(rows: Sequence[Proposal], reader: Reader) -> dict[int, list[str]]:
    """The units that handle these proposals, where the reader may know; one query."""
    known = Q(pk__in=visible(reader, Assignment.objects.all()).values("pk"))
    if told := told_units(reader):
        known |= Q(proposal__in=Proposal.objects.filter(told).values("pk"))
    tasks = Assignment.objects.live().filter(known, proposal__in=[row.pk for row in rows])
    found: dict[int, list[str]] = defaultdict(list)
    for task in tasks.select_related("unit").order_by("id"):
        found[task.proposal_id].append(str(task.unit))
    return found


def _with_whom(proposal: Proposal, clock: Clock | None, handlers: list[str], reader: Reader) -> str:
    words = waiting_on(proposal, clock, reader)
    state: Any = proposal.get_state_display()
    if words != str(state) or proposal.state not in IN_HANDS:
        return words
    return _t("，").join([str(state), listed(handlers) or _t("由承办单位办理")])


# -- The topics under supervision --------------------------------------------------------------


def supervised(reader: Reader, committees: Collection[int]) -> list[dict[str, Any]]:
    """The topics that the reader leads; for everybody else those that go on; four queries.

    Each with its milestones and the next of them, and when somebody last went there.
    """
    leads = reader.roles == {Role.LEADING_SUPERVISOR}
    topics = KeyTopic.objects.filter(committee__in=committees, state__in=KEY_STATES)
    topics = topics.exclude(state=KeyTopicState.CONCLUDED)
    if leads:
        topics = topics.filter(led_topics(reader))
    rows: Sequence[Any] = list(
        visible(reader, topics)
        .annotate(visited_at=Max("activities__held_at"))
        .prefetch_related(MILESTONES, "supervisors")
        .order_by("id")[:20]
    )
    found = []
    for topic in rows:
        milestones = dated_milestones(topic, reader)
        found.append({"topic": topic, "milestones": milestones, "next": next_of(milestones)})
    return found


# -- The pages ---------------------------------------------------------------------------------


def chosen(reader: Reader) -> tuple[Session, Session | None]:
    """The session that the reader has chosen and the one before it; raises Http404 for others."""
    now = chosen_session_of(led_committees(reader), reader)
    if now is None:
        raise Http404
    return now, _before(now, sessions_of(reader))


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
    if not reader.roles & READERS:
        raise Http404
    session, before = chosen(reader)
    days = _days(request.GET.get("days", ""))
    many, few = units(session, reader.at)
    still, count = stuck(session, reader, days)
    context = {
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
        "leads": reader.roles == {Role.LEADING_SUPERVISOR},
    }
    return TemplateResponse(request, "supervision/dashboard.html", context)


def _days(text: str) -> int:
    return max(1, min(int(text), 999)) if text.isdecimal() and len(text) < 4 else QUIET


def leading(reader: Reader) -> dict[str, Any] | None:
    """The figures and the topics of the leader, on their first page."""
    try:
        session, before = chosen(reader)
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
    navigation.NavigationEntry(
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
