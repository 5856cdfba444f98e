"""Who is told of a step, and in which words: one table from audience to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.enums import UNIT_ROLES, Role
from members.models import Post
from members.services.notice import Message, send
from proposals.enums import CosignatureState
from proposals.lifecycle.subject import Act, News, Step, Subject
from proposals.models import Assignment, Cosignature, PreAssignment, Proposal

LIAISONS = [Role.UNIT_LIAISON]

Audience = Callable[[Any, date, Sequence[Proposal]], Iterable[int]]
"""From the subject, the day and the further proposals concerned to keys of users."""


def tell(subject: Subject, step: Step, act: Act) -> None:
    """Write a notice to everybody whom the step tells, but not to the one who took it."""
    people = audience(subject, step, act.day, act.others)
    people.discard(act.by.pk if act.by else None)
    if not people:
        return
    with override(settings.LANGUAGE_CODE):  # the writer's language need not be the reader's
        news = step.news(subject, act) if step.news else _news(subject, step)
        lines = [*news.lines, *_said(act)]
    text = "\n".join(lines)
    send([Message(user, news.title, text, news.about.link) for user in sorted(people)], at=act.at)


def audience(subject: Subject, step: Step, day: date, others: Sequence[Proposal] = ()) -> set[int]:
    """The keys of the users whom the step tells, each once; ``others`` as in an Act."""
    return {user for name in step.tells for user in AUDIENCES[name](subject, day, others)}


def _news(subject: Subject, step: Step) -> News:
    proposal = subject.root
    number = proposal.case_no or proposal.receipt_no
    title = _("《%(title)s》%(step)s") % {"title": proposal.title[:150], "step": step.label}
    lines = [_("编号：%(number)s") % {"number": number}] if number else []
    return News(title, lines, proposal)


def _said(act: Act) -> Iterator[str]:
    """What the person who took the step wrote for others to read."""
    for name in ("notice", "reason", "note", "destination"):
        if isinstance(value := act.data.get(name), str) and value:
            yield value


def _holders(day: date, **scope: Any) -> Iterable[int]:
    """Who holds such a post on the day; a former holder is told nothing any more."""
    return Post.objects.held_on(day).filter(**scope).order_by().values_list("user_id", flat=True)


def _lead(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return _initiators(Proposal.objects.filter(pk=subject.root_id), day)


def _proposers(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """Proposers of the proposals concerned and of everything merged into them."""
    keys = _concerned(subject, others)
    family = Proposal.objects.filter(Q(pk__in=keys) | Q(merged_into__in=keys))
    yield from _initiators(family, day)
    signed = Cosignature.objects.filter(proposal__in=family, state=CosignatureState.AGREED)
    yield from _accounts(signed.order_by().values_list("member__user_id", flat=True))


def _concerned(subject: Any, others: Sequence[Proposal]) -> list[int]:
    return [subject.root_id, *(proposal.pk for proposal in others)]


def _initiators(proposals: QuerySet[Proposal], day: date) -> Iterable[int]:
    """The first proposer of each, or who speaks for the body that proposes."""
    found = proposals.order_by().values_list("lead__user_id", "body_id")
    bodies = set()
    for user, body in found:
        yield from _accounts([user])
        bodies |= {body} - {None}
    if bodies:
        yield from _holders(day, role=Role.COLLECTIVE_CONTACT, body__in=bodies)


def _accounts(users: Iterable[int | None]) -> Iterable[int]:
    return (user for user in users if user is not None)


def _addressee(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    if getattr(subject, "body_id", None):
        return _holders(day, role=Role.COLLECTIVE_CONTACT, body=subject.body_id)
    return [subject.member.user_id] if subject.member.user_id else []


def _unit(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return _holders(day, role__in=LIAISONS, unit=subject.unit_id)


def _units(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """Units that have a task on the proposals concerned, or have been asked to take one."""
    keys = _concerned(subject, others)
    tasks = Assignment.objects.live().filter(proposal__in=keys).values_list("unit_id", flat=True)
    asked = PreAssignment.objects.open().filter(proposal__in=keys)
    units = {*tasks, *asked.values_list("unit_id", flat=True)}
    return _holders(day, role__in=LIAISONS, unit__in=units)


def _lead_unit(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    units = subject.root.assignments.answering().values_list("unit_id", flat=True)
    return _holders(day, role__in=UNIT_ROLES, unit__in=units)


def _of_committee(*roles: Role) -> Audience:
    def find(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
        return _holders(day, role__in=roles, committee=subject.committee_id)

    return find


AUDIENCES: dict[str, Audience] = {
    "addressee": _addressee,
    "assigners": _of_committee(Role.ASSIGNING_OFFICER),
    "lead": _lead,
    "lead_unit": _lead_unit,
    "office": _of_committee(Role.COMMITTEE_CLERK),
    "proposers": _proposers,
    "unit": _unit,
    "units": _units,
}
"""Audience, as a step declares it, to the keys of the users who belong to it."""
