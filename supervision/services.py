"""Writes on duties; called by the receivers, inside the transaction of the event."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from members.enums import Anchor, AssignmentRole, DutyKind, PeriodKind, ProposerKind, Role, TimeUnit
from members.models import CalendarDay
from members.rules import DeadlineRule
from proposals.door import perform
from proposals.enums import ExtensionState, ReturnState
from proposals.errors import RuleBroken, WrongState
from proposals.lifecycle.subject import Act, Subject
from proposals.models import Assignment, Cosignature, Event
from supervision import deadlines
from supervision.models import Duty
from supervision.models.duty import Closing

HOLDERS: dict[DutyKind, Role] = {
    DutyKind.COSIGN: Role.MEMBER,
    DutyKind.PRE_ASSIGNMENT: Role.UNIT_LIAISON,
    DutyKind.ACKNOWLEDGE: Role.UNIT_LIAISON,
    DutyKind.RETURN_WINDOW: Role.UNIT_LIAISON,
    DutyKind.RETURN_DECISION: Role.ASSIGNING_OFFICER,
    DutyKind.ASSIST_OPINION: Role.UNIT_LIAISON,
    DutyKind.REPLY: Role.UNIT_LIAISON,
    DutyKind.INSPECTION: Role.INSPECTION_OFFICER,
    DutyKind.FEEDBACK: Role.MEMBER,
    DutyKind.REHANDLE: Role.UNIT_LIAISON,
    DutyKind.EXTENSION_DECISION: Role.COMMITTEE_DIRECTOR,
    DutyKind.COMMITMENT: Role.UNIT_LIAISON,
    DutyKind.FOLLOW_UP: Role.COMMITTEE_CLERK,
}
"""Who owes each kind of duty."""


def open_duty(subject: Subject, kind: DutyKind, event: Event, act: Act) -> Duty | None:
    """Open a duty on ``subject``; None where nothing sets a time limit for it.

    A promise that names its day sets the limit itself; else the rulebook does.
    """
    facts = _facts(subject, kind, act.at)
    rule = deadlines.rule_for(act.rules.deadlines, kind, facts)
    promised: datetime | None = getattr(subject, "promised_due_at", None)
    if promised is not None:
        due, basis = promised, _("答复中承诺的期限")
    elif rule is not None:
        due, basis = _due(subject, kind, rule, facts, act), _basis(rule)
    else:
        return None
    body_id = getattr(subject, "body_id", None) if _is_addressed(kind) else None
    return Duty.objects.create(
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.pk,
        proposal=subject.root,
        committee_id=subject.committee_id,
        role=Role.COLLECTIVE_CONTACT if body_id else HOLDERS[kind],
        unit_id=getattr(subject, "unit_id", None) if _is_units(kind) else None,
        member_id=getattr(subject, "member_id", None) if _is_addressed(kind) else None,
        body_id=body_id,
        opened_by=event,
        opened_at=act.at,
        due_at=due,
        first_due_at=due,
        basis=basis,
    )


def close(subject: Subject, kinds: Sequence[DutyKind], event: Event, *, done: bool) -> None:
    """Close the open duties of these kinds on ``subject``: done, or no longer owed."""
    if not kinds:
        return
    Duty.objects.of(subject.kind, subject.pk).open().filter(kind__in=kinds).update(
        closed_by=event,
        closed_at=event.at,
        closing=Closing.DONE if done else Closing.CANCELLED,
    )


def extend(request: Any, kind: DutyKind, act: Act) -> None:
    """Check the date that an extension request asks for, and move the duty once it is granted.

    Raises RuleBroken when the new date is not later, or later than the rulebook allows.
    """
    duty = Duty.objects.of("assignment", request.assignment_id).open().filter(kind=kind).first()
    if duty is None:
        raise RuleBroken(_("没有可以延长的答复期限"))
    months = act.rules.handling.extensions.max_months
    if request.new_due_at <= duty.due_at:
        raise RuleBroken(
            {"new_due_on": _("须晚于现有期限 %(due)s") % {"due": _written(duty.due_at)}}
        )
    if request.new_due_at > duty.due_at + relativedelta(months=months):
        raise RuleBroken(
            {
                "new_due_on": _("最多延长 %(months)s 个月，现有期限为 %(due)s")
                % {"months": months, "due": _written(duty.due_at)}
            }
        )
    if request.state == ExtensionState.GRANTED:
        duty.due_at = request.new_due_at
        duty.save(update_fields=["due_at"])


def lapse_invitations(*, at: datetime, limit: int = 500) -> int:
    """Take back invitations to co-sign that were not answered by ``at`` (rules.md section 5).

    At most ``limit`` at a time, the longest overdue first. One that is answered meanwhile is
    left alone. Returns how many lapsed.
    """
    late = Duty.objects.overdue(at).filter(kind=DutyKind.COSIGN).order_by("due_at")
    lapsed = 0
    for number in late.values_list("subject_id", flat=True)[:limit]:
        signature = Cosignature.objects.get(pk=number)
        try:
            perform(signature, "lapse", None, at=at)
        except WrongState:
            continue
        lapsed += 1
    return lapsed


def _due(
    subject: Subject, kind: DutyKind, rule: DeadlineRule, facts: deadlines.Facts, act: Act
) -> datetime:
    exceptions = calendar_exceptions()
    full = deadlines.due_at(rule, facts, exceptions)
    former = _former_reply(subject) if kind == DutyKind.REPLY else None
    if former is None:
        return full
    return deadlines.carried_over(
        act.rules.handling.returns.clock,
        former_due_at=former.due_at,
        asked_at=max(_asked_at(subject, act.at), former.opened_at),
        issued_at=act.at,
        full=full,
        exceptions=exceptions,
    )


def calendar_exceptions() -> dict[date, bool]:
    """The days that the administrator declared."""
    return dict(CalendarDay.objects.values_list("day", "is_working"))


def _former_reply(task: Any) -> Duty | None:
    """What the task that this one takes over last owed: a reply, or another one."""
    if task.replaces_id is None:
        return None
    kinds = [DutyKind.REPLY, DutyKind.REHANDLE]
    duties = Duty.objects.of("assignment", task.replaces_id).filter(kind__in=kinds)
    return duties.order_by("id").last()


def _asked_at(task: Any, default: datetime) -> datetime:
    """When the return that ended the former task was asked for; else when it was taken away."""
    ended = [ReturnState.GRANTED, ReturnState.LAPSED]
    request = task.replaces.return_requests.filter(state__in=ended).order_by("id").last()
    return request.created_at if request else default


def _facts(subject: Subject, kind: DutyKind, at: datetime) -> deadlines.Facts:
    proposal = subject.root
    return deadlines.Facts(
        opened_at=at,
        received_at=proposal.received_at,
        session_closes_on=_session_closes_on(subject, kind),
        reply_due_at=_reply_due(proposal.pk) if kind == DutyKind.ASSIST_OPINION else None,
        period=PeriodKind(proposal.period_kind)
        if proposal.period_kind
        else _period_now(subject, at),
        proposer=ProposerKind(proposal.proposer_kind),
        role=AssignmentRole(subject.role) if isinstance(subject, Assignment) else None,
        urgent=proposal.urgent,
        key=proposal.is_key,
    )


def _session_closes_on(subject: Subject, kind: DutyKind) -> date | None:
    """Read only where a rule of the kind runs from there."""
    asked = any(
        rule.duty == kind and rule.anchor == Anchor.SESSION_CLOSE
        for rule in subject.rules.deadlines
    )
    session = subject.root.session if asked else None
    return session.closes_on if session else None


def _period_now(subject: Subject, at: datetime) -> PeriodKind:
    """For what is not handed in yet: whether a collection window is open."""
    open_now = subject.committee.sessions.filter(
        collection_opens_at__lte=at, collection_closes_at__gt=at
    )
    return PeriodKind.SESSION if open_now.exists() else PeriodKind.INTERSESSION


def _reply_due(proposal_id: int) -> datetime | None:
    duty = Duty.objects.filter(proposal=proposal_id, kind=DutyKind.REPLY).open().last()
    return duty.due_at if duty else None


def _is_units(kind: DutyKind) -> bool:
    return HOLDERS[kind] == Role.UNIT_LIAISON


def _is_addressed(kind: DutyKind) -> bool:
    return HOLDERS[kind] == Role.MEMBER


def _basis(rule: DeadlineRule) -> str:
    """The rule in words, e.g. ``起算后 5 个月（四川省 2024）``."""
    words = (
        _("每年 %(day)s") % {"day": rule.fixed}
        if rule.fixed
        else _("%(anchor)s %(amount)s %(unit)s")
        % {
            "anchor": rule.anchor.label,
            "amount": rule.amount,
            "unit": TimeUnit(rule.unit).label,
        }
    )
    return f"{words}（{rule.source}）" if rule.source else words


def _written(moment: datetime) -> str:
    return f"{deadlines.local_day(moment):%Y-%m-%d}"
