"""Reads about people, sessions and rules; no writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import PeriodKind
from members.models import Committee, Rulebook, Session
from members.prepared import DAY, KEY, prepared
from members.rules import Rules


class NoRulebook(LookupError):
    """A committee has no rulebook in force on a day."""


class NoSession(LookupError):
    """A committee collects no proposals at a moment; the text says when it will."""


_rules: dict[tuple[int, datetime], Rules] = {}


def _read(key: tuple[int, datetime]) -> Rules:
    """The parsed rules of a row; cached, since a row in force never changes."""
    if key not in _rules:
        _rules[key] = Rules.read(Rulebook.objects.get(pk=key[0]).document)
    return _rules[key]


def rulebook_in_force(committee: Committee | int, on: date) -> Rulebook | None:
    """The rulebook of ``committee`` that is in force on ``on``, if it has one."""
    return _in_force(committee, on).first()


def rules_for(committee: Committee | int, on: date) -> Rules:
    """The rules of ``committee`` (or of its key) in force on ``on``; raises NoRulebook.

    A later rulebook never reaches back: pass the day of the act that is judged.
    """
    key = committee.pk if isinstance(committee, Committee) else committee
    for row in _last_in_force(key, on):
        return _read(row)
    raise NoRulebook(
        _("%(committee)s 在 %(day)s 没有生效的规则") % {"committee": committee, "day": on}
    )


def rules_by_day(committee: Committee | int, days: Iterable[date]) -> dict[date, Rules]:
    """The rules in force on each of these days, where any were; as many queries for all as for one
    while the rules are remembered."""
    rows = Rulebook.objects.filter(committee=committee).order_by("-effective_from")
    known = list(rows.values_list("effective_from", "pk", "updated_at"))
    found = {}
    for day in set(days):
        for since, key, updated_at in known:
            if since <= day:
                found[day] = _read((key, updated_at))
                break
    return found


def _in_force(committee: Committee | int, on: date) -> QuerySet[Rulebook]:
    """The rulebooks that have come into force by then, the last one first."""
    rows = Rulebook.objects.filter(committee=committee, effective_from__lte=on)
    return rows.order_by("-effective_from")


@prepared(KEY, DAY)
def _last_in_force(committee: int, on: date) -> QuerySet[Rulebook, tuple[int, datetime]]:
    return _in_force(committee, on).values_list("pk", "updated_at")[:1]


@dataclass(frozen=True)
class Placement:
    """The session and period of a proposal, by the moment of submission."""

    session: Session
    period: PeriodKind


def placement(committee: Committee, at: datetime) -> Placement:
    """The session and period of a proposal handed in at ``at``; raises NoSession.

    Inside a collection window: a plenary proposal. After it: an intersession proposal of the
    same session, and from its roll-over moment on a plenary proposal of the next session when
    that is set up (rules.md section 5: items after 5 December count for the next plenary).
    """
    return placed(sessions_of(committee), at)


def sessions_of(committee: Committee | int) -> list[Session]:
    """The sessions of a committee, or of its key, oldest first."""
    rows = Session.objects.of(committee).select_related("term__committee", "committee")
    return list(rows)


def placed(sessions: Sequence[Session], at: datetime) -> Placement:
    """As ``placement``, among the sessions of a committee."""
    for session in sessions:
        if session.collection_opens_at <= at < session.collection_closes_at:
            return Placement(session, PeriodKind.SESSION)
    past = [session for session in sessions if session.collection_closes_at <= at]
    coming = [session for session in sessions if session.collection_opens_at > at]
    if not past:
        if coming:
            opens = timezone.localtime(coming[0].collection_opens_at)
            raise NoSession(
                _("尚未开始征集提案，%(opens)s 开始") % {"opens": opens.strftime("%Y-%m-%d %H:%M")}
            )
        raise NoSession(_("本委员会尚未设置会议，请联系管理员"))
    latest = past[-1]
    if latest.rollover_at and at >= latest.rollover_at and coming:
        return Placement(coming[0], PeriodKind.SESSION)
    return Placement(latest, PeriodKind.INTERSESSION)


@dataclass(frozen=True)
class Window:
    """The collection window that proposers look at: open until ``turns_at``, or opening then."""

    session: Session
    is_open: bool
    turns_at: datetime


def window(sessions: Sequence[Session], at: datetime) -> Window | None:
    """The window of a committee's sessions that is open at ``at``, or else the next one."""
    for session in sessions:
        if session.collection_closes_at > at:
            is_open = session.collection_opens_at <= at
            turns_at = session.collection_closes_at if is_open else session.collection_opens_at
            return Window(session, is_open, turns_at)
    return None
