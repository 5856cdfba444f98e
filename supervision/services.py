"""Writes on duties; called by the receivers, inside the transaction of the event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import Anchor, DutyKind, Role
from members.models.committee import BY_THE_CLOCK
from members.rules import DeadlineRule, Reminders
from members.selectors import NoRulebook, rules_for
from proposals.door import perform
from proposals.enums import RETURN_LED_AWAY, ExtensionState
from proposals.errors import RuleBroken, WrongState
from proposals.machine.step import StepContext, declared_step
from proposals.machine.subject import Subject
from proposals.models import Assignment, Cosignature, Event, Proposal
from supervision import deadlines, ladder
from supervision.calendar import Calendar
from supervision.deadline_facts import basis_of, facts_of
from supervision.deadlines import Terms
from supervision.duty_kinds import AWAITED, PAUSABLE, declared
from supervision.enums import SUPERVISED_STATES
from supervision.models import DateChange, Duty, KeyTopic, Pause, Reminder
from supervision.models.duty import Cause, Closing
from supervision.reminder_withdrawal import withdraw_reminders
from supervision.selectors import current_calendar, steady_calendar

# -- Opening and closing ----------------------------------------------------------------------


def open_duties(
    subject: Subject, kinds: Sequence[DutyKind], event: Event, context: StepContext
) -> None:
    """Open a duty of each kind on ``subject``."""
    calendar = steady_calendar() if kinds else Calendar()
    for kind in kinds:
        open_duty(subject, kind, event, context, calendar)


def open_duty(
    subject: Subject, kind: DutyKind, event: Event, context: StepContext, calendar: Calendar
) -> Duty | None:
    """Open a duty on ``subject``; None where nothing sets a time limit for it.

    A promise that names its day sets the limit itself (``promised_due_at`` of the subject);
    else the rulebook does.
    """
    facts = facts_of(subject, kind, context.at)
    rule = deadlines.rule_for(context.rules.deadlines, kind, facts)
    promised = subject.promised_due_at
    if promised is not None:
        basis = subject.due_basis
        terms = Terms(anchor_at=context.at, set_at=context.at, set_to=promised)
    elif rule is not None:
        basis = basis_of(rule)
        terms = _terms(subject, kind, rule, facts, context, calendar)
    else:
        return None
    due = deadlines.due_at(terms, calendar)
    of = declared(kind)
    body_id = subject.body_id if of.of_addressee else subject.duty_body_id
    duty = Duty(
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.pk,
        proposal=subject.root,
        title=_title(subject),
        is_key=facts.key,
        committee_id=subject.committee_id,
        role=Role.COLLECTIVE_CONTACT if body_id else subject.duty_role or of.holder,
        unit_id=subject.unit_id if of.of_unit else None,
        member_id=subject.member_id if of.of_addressee else None,
        body_id=body_id,
        opened_by=event,
        opened_at=context.at,
        due_at=due,
        first_due_at=due,
        basis=basis,
        terms=terms.model_dump(mode="json"),
        dated_at=context.at,
    )
    schedule(duty, calendar)
    duty.save(force_insert=True)
    if kind == DutyKind.REPLY and duty.is_key:
        supervise_before(duty, event, calendar, context)
    return duty


def close(subject: Subject, kinds: Sequence[DutyKind], event: Event, *, done: bool) -> None:
    """Close the open duties of these kinds on ``subject``: done, or no longer owed.

    A paused clock is resumed first, so that nobody is late for a reply given
    while it stood.
    """
    if not kinds:
        return
    owed = Duty.objects.of(subject.kind, subject.pk).open().filter(kind__in=kinds)
    if set(PAUSABLE) & set(kinds):
        _run_on(owed.exclude(paused_at=None), event)
    closed = list(owed.values_list("pk", flat=True))
    if not closed:
        return
    Duty.objects.filter(pk__in=closed).update(
        closed_by=event,
        closed_at=event.at,
        closing=Closing.DONE if done else Closing.CANCELLED,
    )
    withdraw_reminders(closed)


# -- Moving -----------------------------------------------------------------------------------


def extend(request: Any, kind: DutyKind, context: StepContext, event: Event) -> None:
    """Check the date that an extension request asks for, and move the duty once it is granted.

    A subject that names its day itself, such as a milestone, has been given another one.
    Raises RuleBroken when the new date is not later, or later than the rulebook allows.
    """
    if request.promised_due_at is not None:
        _put_off(request, kind, context, event)
        return
    owed = Duty.objects.of(Assignment.kind, request.assignment_id).open().filter(kind=kind)
    duty = owed.select_for_update(of=("self",)).first()
    if duty is None:
        raise RuleBroken(_("没有可以延长的答复期限"))
    months = context.rules.handling.extensions.max_months
    if request.new_due_at <= duty.due_at:
        raise RuleBroken(
            {"new_due_on": _("须晚于现有期限 %(due)s") % {"due": localdate(duty.due_at)}}
        )
    if request.new_due_at > duty.due_at + relativedelta(months=months):
        raise RuleBroken(
            {
                "new_due_on": _("最多延长 %(months)s 个月，现有期限为 %(due)s")
                % {"months": months, "due": localdate(duty.due_at)}
            }
        )
    if request.state == ExtensionState.GRANTED:
        former = Terms.model_validate(duty.terms)
        terms = Terms(
            rule=former.rule,
            anchor_at=former.anchor_at,
            set_at=context.at,
            set_to=request.new_due_at,
        )
        lodged = Event.objects.filter(subject_kind=request.kind, subject_id=request.pk)
        asked = Event.objects.filter(
            call_id__in=lodged.values("call_id"), action=Assignment.request_extension.__name__
        )
        move_date(
            duty,
            terms,
            cause=Cause.EXTENDED,
            event=event,
            calendar=steady_calendar(),
            reason=request.reason,
            asked_by_id=asked.values_list("actor", flat=True).first(),
        )


def _put_off(subject: Any, kind: DutyKind, context: StepContext, event: Event) -> None:
    """The duty follows the day that its subject now names."""
    for duty in Duty.objects.of(subject.kind, subject.pk).open().filter(kind=kind):
        terms = Terms(anchor_at=context.at, set_at=context.at, set_to=subject.promised_due_at)
        move_date(
            duty,
            terms,
            cause=Cause.EXTENDED,
            event=event,
            calendar=current_calendar(),
            reason=context.data.get("reason", ""),
            asked_by_id=context.by.pk if context.by else None,
        )


def supervise_before(
    reply: Duty, event: Event, calendar: Calendar, context: StepContext | None = None
) -> None:
    """Supervision of a key topic ends before the first reply to its proposals is due.

    With ``context``, a topic without a date for its end gets one, now that it is known.
    """
    of_it = Q(links__proposal=reply.proposal_id) | Q(links__proposal__merged_into=reply.proposal_id)
    for topic in KeyTopic.objects.filter(of_it, state__in=SUPERVISED_STATES).distinct():
        duties = Duty.objects.of(topic.kind, topic.pk).filter(kind=DutyKind.SUPERVISION)
        owed = duties.order_by("id").last()
        if owed is None:
            if context is not None:
                open_duty(topic, DutyKind.SUPERVISION, event, context, calendar)
            continue
        terms = Terms.model_validate(owed.terms)
        first_due = topic.reply_due_at
        hangs_on_it = terms.rule is not None and terms.rule.anchor == Anchor.REPLY_DUE
        if owed.closed_at is None and hangs_on_it and first_due is not None:
            terms = terms.model_copy(update={"anchor_at": first_due})
            move_date(owed, terms, cause=Cause.REPLY, event=event, calendar=calendar)


def pause(subject: Subject, kinds: Sequence[DutyKind], event: Event, context: StepContext) -> None:
    """Stop the clocks of these duties of ``subject``; raises RuleBroken when none runs."""
    owed = Duty.objects.of(subject.kind, subject.pk).running().filter(kind__in=kinds)
    duties = list(owed.filter(due_at__gte=context.at))
    if not duties:
        raise RuleBroken(_("没有未到期的办理期限可以暂停"))
    Pause.objects.bulk_create(
        Pause(
            duty=duty,
            ground=context.data["ground"],
            reason=context.data["reason"],
            began_at=context.at,
            began_by=event,
        )
        for duty in duties
    )
    stopped = [duty.pk for duty in duties]
    owed.filter(pk__in=stopped).update(paused_at=context.at, remind_at=None)
    withdraw_reminders(stopped)


def resume(subject: Subject, kinds: Sequence[DutyKind], event: Event, context: StepContext) -> None:
    """Resume the clocks; each duty gets back the days of its pause."""
    owed = Duty.objects.of(subject.kind, subject.pk).open().filter(kind__in=kinds)
    _run_on(owed.exclude(paused_at=None), event)


def _run_on(stopped: QuerySet[Duty], event: Event) -> None:
    duties = list(stopped.select_for_update(of=("self",)))
    calendar = steady_calendar() if duties else Calendar()
    for duty in duties:
        duty.pauses.filter(ended_at=None).update(ended_at=event.at, ended_by=event)
        duty.paused_at = None
        pause_ = duty.pauses.order_by("id").last()
        move_date(
            duty,
            Terms.model_validate(duty.terms),
            cause=Cause.RESUMED,
            event=event,
            calendar=calendar,
            reason=pause_.reason if pause_ else "",
        )


def remind_anew_of(proposal: Proposal, event: Event) -> None:
    """The open duties of a proposal follow the ladders of what it has become."""
    calendar = current_calendar()
    for duty in Duty.objects.open().filter(proposal=proposal).exclude(is_key=proposal.is_key):
        duty.is_key = proposal.is_key
        duty.dated_at = event.at  # what its new ladder had before is no news any more
        schedule(duty, calendar, recorded_steps([duty])[duty.pk, duty.date_version])
        duty.save(update_fields=["is_key", "dated_at", "remind_at"])


def move_date(
    duty: Duty,
    terms: Terms,
    *,
    cause: Cause,
    event: Event,
    calendar: Calendar,
    reason: str = "",
    asked_by_id: int | None = None,
) -> None:
    """Give the duty the date that its terms now have, as a new version; no row if it stays."""
    pauses = duty.ended_pauses()
    due = deadlines.due_at(terms, calendar, pauses)
    before = duty.due_at
    duty.terms, duty.due_at = terms.model_dump(mode="json"), due
    if due != before:
        withdraw_reminders([duty.pk])
        duty.date_version += 1
        duty.dated_at = event.at
        DateChange.objects.create(
            duty=duty,
            version=duty.date_version,
            cause=cause,
            due_before=before,
            due_after=due,
            reason=reason,
            asked_by_id=asked_by_id,
            event=event,
            made_at=event.at,
        )
    schedule(duty, calendar, recorded_steps([duty])[duty.pk, duty.date_version])
    duty.save(
        update_fields=["terms", "due_at", "date_version", "dated_at", "paused_at", "remind_at"]
    )
    if due != before and duty.kind == DutyKind.REPLY and duty.is_key:
        supervise_before(duty, event, calendar)


def schedule(duty: Duty, calendar: Calendar, known: Collection[str] = ()) -> None:
    """Set the next moment at which the duty is reminded of; the clock must run for that."""
    duty.remind_at = None
    if duty.paused_at is None:
        steps = ladder.ahead(steps_of(duty, calendar), duty.dated_at, known)
        duty.remind_at = min((step.moment for step in steps), default=None)


def recorded_steps(duties: Iterable[Duty]) -> dict[tuple[int, int], set[str]]:
    """The steps that are on record, by duty and version of its date; one query."""
    known: dict[tuple[int, int], set[str]] = defaultdict(set)
    rows = Reminder.objects.filter(duty__in=[duty.pk for duty in duties]).order_by()
    for duty, version, code in rows.values_list("duty_id", "date_version", "step"):
        known[duty, version].add(code)
    return known


def steps_of(
    duty: Duty, calendar: Calendar, reminders: Reminders | None = None
) -> list[ladder.Scheduled]:
    """The reminders of a duty, under the rules of the day on which it was opened.

    ``reminders`` are those rules, where they have been read already.
    """
    if reminders is None:
        try:
            reminders = rules_for(duty.committee_id, localdate(duty.opened_at)).reminders
        except NoRulebook:
            return []
    found = ladder.ladder_for(reminders, duty.kind, key=duty.is_key)
    if found is None:
        return []
    return ladder.schedule(found, reminders, duty.due_at, calendar)


# -- By the clock -----------------------------------------------------------------------------


def lapse_invitations(*, at: datetime, limit: int = 500, among: Q = BY_THE_CLOCK) -> int:
    """Take back invitations to co-sign that were not answered by ``at`` (rules.md section 5).

    At most ``limit`` at a time, the longest overdue first. One that is answered meanwhile is
    left alone; ``among`` leaves out committees that are being played. Returns how many lapsed.
    """
    late = Duty.objects.overdue(at).filter(among, kind=DutyKind.COSIGN).order_by("due_at")
    lapsed = 0
    for number in late.values_list("subject_id", flat=True)[:limit]:
        signature = Cosignature.objects.get(pk=number)
        try:
            perform(signature, declared_step(Cosignature.lapse), None, at=at)
        except WrongState:
            continue
        lapsed += 1
    return lapsed


# -- What a rule asks about the case ------------------------------------------------------------


def _terms(
    subject: Subject,
    kind: DutyKind,
    rule: DeadlineRule,
    facts: deadlines.Facts,
    context: StepContext,
    calendar: Calendar,
) -> Terms:
    full = deadlines.terms(rule, facts)
    former = _former_reply(subject) if kind == DutyKind.REPLY else None
    if former is None:
        return full
    asked_at = max(_asked_at(subject, context.at), former.opened_at)
    return deadlines.carried_over(
        context.rules.handling.returns.clock,
        full,
        former_due_at=former.due_at,
        asked_at=asked_at,
        issued_at=context.at,
        calendar=calendar,
    )


def _former_reply(task: Any) -> Duty | None:
    """The answer that was owed on the task which this one replaces; None for a first task."""
    if task.replaces_id is None:
        return None
    duties = Duty.objects.of(Assignment.kind, task.replaces_id).filter(kind__in=AWAITED)
    return duties.order_by("id").last()


def _asked_at(task: Any, default: datetime) -> datetime:
    """When the return that ended the former task was asked for; else when it was taken away."""
    requests = task.replaces.return_requests.filter(state__in=RETURN_LED_AWAY)
    request = requests.order_by("id").last()
    return request.created_at if request else default


def _title(subject: Subject) -> str:
    """What the duty is about, as a list shows it."""
    about = subject.root.title if subject.root is not None else str(subject)
    return about[:200]
