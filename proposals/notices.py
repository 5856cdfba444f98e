"""Who is told of a step, and in which words: one table from audience to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.enums import UNIT_ROLES, Role
from members.models import Post
from members.prepared import DAY, KEY, prepared
from members.services.notice import Message, send
from proposals.enums import CosignatureState
from proposals.machine.subject import News, Step, StepContext, Subject
from proposals.models import Assignment, Cosignature, PreAssignment, Proposal

LIAISONS = [Role.UNIT_LIAISON]

Audience = Callable[[Any, date, Sequence[Proposal]], Iterable[int]]
"""From the subject, the day and the further proposals concerned to keys of users."""


def tell(subject: Subject, step: Step, context: StepContext) -> None:
    """Write a notice to everybody whom the step tells, but not to the one who took it."""
    people = audience(subject, step, context.day, context.others)
    people.discard(context.by.pk if context.by else None)
    if not people:
        return
    with override(settings.LANGUAGE_CODE):  # the writer's language need not be the reader's
        news = step.news(subject, context) if step.news else _news(subject, step)
        lines = [*news.lines, *_said(context.data)]
    text = "\n".join(lines)
    about = f"{subject.kind}:{subject.pk}"
    send(
        [Message(user, news.title, text, news.about.link, about=about) for user in sorted(people)],
        at=context.at,
    )


def worded(subject: Subject, step: Step, data: Mapping[str, Any]) -> News:
    """What the notice of a step would say if it were taken with ``data``.

    For steps that have no words of their own (``Step.news``).
    """
    with override(settings.LANGUAGE_CODE):
        news = _news(subject, step)
        return News(news.title, [*news.lines, *_said(data)], news.about)


def audience(subject: Subject, step: Step, day: date, others: Sequence[Proposal] = ()) -> set[int]:
    """The keys of the users whom the step tells, each once; ``others`` as in a StepContext."""
    return {user for name in step.tells for user in AUDIENCES[name](subject, day, others)}


def _news(subject: Subject, step: Step) -> News:
    proposal = subject.root
    number = proposal.case_no or proposal.receipt_no
    title = _("《%(title)s》%(step)s") % {"title": proposal.title[:150], "step": step.label}
    lines = [_("编号：%(number)s") % {"number": number}] if number else []
    return News(title, lines, proposal)


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    """What the person who took the step wrote for others to read."""
    for name in ("notice", "reason", "note", "destination"):
        if isinstance(value := data.get(name), str) and value:
            yield value


def _holders(day: date, **scope: Any) -> QuerySet[Post, int]:
    """Accounts that hold such a post on the day; a former holder is told nothing any more."""
    return Post.objects.held_on(day).filter(**scope).order_by().values_list("user_id", flat=True)


@prepared(KEY, DAY)
def _contacts(bodies: list[int], day: date) -> QuerySet[Post, int]:
    return _holders(day, role=Role.COLLECTIVE_CONTACT, body__pk__in=bodies)


@prepared(KEY, DAY)
def _liaisons(unit: int, day: date) -> QuerySet[Post, int]:
    return _holders(day, role__in=LIAISONS, unit=unit)


@prepared(KEY)
def _initiators(proposal: int) -> QuerySet[Proposal, tuple[int | None, int | None]]:
    """The account or the body behind the first signature."""
    found = Proposal.objects.filter(pk=proposal).order_by()
    return found.values_list("lead__user_id", "body_id")


@prepared(KEY)
def _all_initiators(keys: list[int]) -> QuerySet[Proposal, tuple[int | None, int | None]]:
    """The same of these proposals, and of what was merged into them."""
    family = Proposal.objects.filter(Q(pk__in=keys) | Q(merged_into__pk__in=keys)).order_by()
    return family.values_list("lead__user_id", "body_id")


@prepared(KEY)
def _cosigners(keys: list[int]) -> QuerySet[Cosignature, int | None]:
    """The accounts of those who signed them, or what was merged into them."""
    family = Q(proposal__pk__in=keys) | Q(proposal__merged_into__pk__in=keys)
    signed = Cosignature.objects.filter(family, state=CosignatureState.AGREED).order_by()
    return signed.values_list("member__user_id", flat=True)


@prepared(KEY, DAY)
def _handlers(keys: list[int], day: date) -> QuerySet[Post, int]:
    """The liaisons of the units that have them in hand, or are asked whether they are theirs."""
    tasks = Assignment.objects.live().filter(proposal__pk__in=keys).values("unit")
    asked = PreAssignment.objects.open().filter(proposal__pk__in=keys).values("unit")
    concerned = _holders(day, role__in=LIAISONS)
    return concerned.filter(Q(unit__in=tasks) | Q(unit__in=asked))


@prepared(KEY, DAY)
def _answering(proposal: int, day: date) -> QuerySet[Post, int]:
    tasks = Assignment.objects.answering().filter(proposal=proposal)
    return _holders(day, role__in=UNIT_ROLES, unit__in=tasks.values("unit"))


def _lead(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return _speakers(_initiators(subject.root_id), day)


def _proposers(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """Proposers of the proposals concerned and of everything merged into them."""
    keys = _concerned(subject, others)
    yield from _speakers(_all_initiators(keys), day)
    yield from (user for user in _cosigners(keys) if user is not None)


def _concerned(subject: Any, others: Sequence[Proposal]) -> list[int]:
    return [subject.root_id, *(proposal.pk for proposal in others)]


def _speakers(found: Iterable[tuple[int | None, int | None]], day: date) -> Iterable[int]:
    """The first proposer of each, or who speaks for the body that proposes."""
    bodies = set()
    for user, body in found:
        if user is not None:
            yield user
        bodies |= {body} - {None}
    if bodies:
        yield from _contacts(sorted(bodies), day)


def _addressee(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    if getattr(subject, "body_id", None):
        return _contacts([subject.body_id], day)
    return [subject.member.user_id] if subject.member.user_id else []


def _unit(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return _liaisons(subject.unit_id, day)


def _units(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    """Units that have a task on the proposals concerned, or have been asked to take one."""
    return _handlers(_concerned(subject, others), day)


def _lead_unit(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
    return _answering(subject.root_id, day)


def _of_committee(*roles: Role) -> Audience:
    @prepared(KEY, DAY)
    def holders(committee: int, day: date) -> QuerySet[Post, int]:
        return _holders(day, role__in=roles, committee=committee)

    def find(subject: Any, day: date, others: Sequence[Proposal]) -> Iterable[int]:
        return holders(subject.committee_id, day)

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
