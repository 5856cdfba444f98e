"""Who is told of a step, and in which words: one table from audience to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.enums import UNIT_ROLES, Role
from members.models import Notice, Post
from proposals.enums import CosignatureState
from proposals.lifecycle.subject import Act, Step, Subject

LIAISONS = [Role.UNIT_LIAISON]


def tell(subject: Subject, step: Step, act: Act) -> None:
    """Write a notice to everybody whom the step tells, but not to the one who took it."""
    people = {user for audience in step.tells for user in AUDIENCES[audience](subject, act.day)}
    people.discard(act.by.pk if act.by else None)
    if not people:
        return
    with override(settings.LANGUAGE_CODE):  # the writer's language need not be the reader's
        title, text = _words(subject, step, act)
    Notice.objects.bulk_create(
        Notice(
            recipient_id=user,
            title=title,
            text=text,
            link=f"/api/v1/proposals/{subject.root.pk}/",
            created_at=act.at,
        )
        for user in sorted(people)
    )


def _words(subject: Subject, step: Step, act: Act) -> tuple[str, str]:
    proposal = subject.root
    number = proposal.case_no or proposal.receipt_no
    title = _("《%(title)s》%(step)s") % {"title": proposal.title[:150], "step": step.label}
    lines = [_("编号：%(number)s") % {"number": number}] if number else []
    for name in ("notice", "reason", "note", "destination"):
        if isinstance(value := act.data.get(name), str) and value:
            lines.append(value)
    return title, "\n".join(lines)


def _holders(day: date, **scope: Any) -> Iterable[int]:
    """Who holds such a post on the day; a former holder is told nothing any more."""
    return Post.objects.held_on(day).filter(**scope).values_list("user_id", flat=True)


def _lead(subject: Any, day: date) -> Iterable[int]:
    return _of_proposal(subject.root, day, signed=False)


def _proposers(subject: Any, day: date) -> Iterable[int]:
    """Proposers of the proposal and of everything merged into it."""
    family = [subject.root, *subject.root.merged_from.select_related("lead")]
    return [user for proposal in family for user in _of_proposal(proposal, day, signed=True)]


def _of_proposal(proposal: Any, day: date, *, signed: bool) -> Iterable[int]:
    if proposal.body_id is not None:
        return _holders(day, role=Role.COLLECTIVE_CONTACT, body=proposal.body_id)
    people = [proposal.lead.user_id]
    if signed:
        cosigners = proposal.cosignatures.filter(state=CosignatureState.AGREED)
        people += cosigners.values_list("member__user_id", flat=True)
    return [user for user in people if user is not None]


def _addressee(subject: Any, day: date) -> Iterable[int]:
    if getattr(subject, "body_id", None):
        return _holders(day, role=Role.COLLECTIVE_CONTACT, body=subject.body_id)
    return [subject.member.user_id] if subject.member.user_id else []


def _unit(subject: Any, day: date) -> Iterable[int]:
    return _holders(day, role__in=LIAISONS, unit=subject.unit_id)


def _units(subject: Any, day: date) -> Iterable[int]:
    units = {*subject.root.assignments.live().values_list("unit_id", flat=True)}
    units |= {*subject.root.pre_assignments.open().values_list("unit_id", flat=True)}
    return _holders(day, role__in=LIAISONS, unit__in=units)


def _lead_unit(subject: Any, day: date) -> Iterable[int]:
    units = subject.root.assignments.answering().values_list("unit_id", flat=True)
    return _holders(day, role__in=UNIT_ROLES, unit__in=units)


def _of_committee(*roles: Role) -> Callable[[Any, date], Iterable[int]]:
    def find(subject: Any, day: date) -> Iterable[int]:
        return _holders(day, role__in=roles, committee=subject.committee_id)

    return find


AUDIENCES: dict[str, Callable[[Any, date], Iterable[int]]] = {
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
