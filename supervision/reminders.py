"""Sends reminders: the database decides what is due, beat only asks.

Each call looks for duties whose next moment has come, by one index, and takes the latest step
of their ladders that has passed. A unique row for each duty, version of its date, step and
recipient is written together with the notice, in one transaction: late or doubled calls, any
number of workers, and one that is killed at any point leave every reminder written once.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.models.committee import BY_THE_CLOCK
from members.rules import Reminders
from members.selectors import rules_for
from members.services.notice import Message, send
from supervision import chase_notices, ladder
from supervision.calendar import Calendar
from supervision.ladder import Scheduled
from supervision.models import Duty, Reminder
from supervision.models.reminder import ReminderState
from supervision.recipients import People
from supervision.selectors import current_calendar
from supervision.services import recorded_steps, steps_of

logger = logging.getLogger(__name__)

AGAIN = timedelta(hours=1)
"""When a duty is looked at again whose reminders failed."""

BATCH = 200
"""How many duties are looked after in one transaction."""


def remind(*, at: datetime, limit: int | None = None, among: Q = BY_THE_CLOCK) -> int:
    """Take every step of every ladder that is due at ``at``; returns how many were sent.

    ``limit`` bounds the duties looked at; ``among`` says of which, and leaves out committees
    that are being played.
    """
    sent = looked_at = 0
    while limit is None or looked_at < limit:
        with transaction.atomic():
            duties = _due(at, among)
            if not duties:
                break
            looked_at += len(duties)
            with override(settings.LANGUAGE_CODE):  # its readers' language, not the worker's
                sent += _look_after(duties, at)
        if len(duties) < BATCH:
            break
    return sent


def _look_after(duties: Sequence[Duty], at: datetime) -> int:
    """Take the steps of these; what goes wrong with one duty holds up no other."""
    try:
        with transaction.atomic():
            return Round(duties, at).take()
    except OperationalError:
        raise  # the database's trouble, not a duty's: the next sweep finds the same rows
    except Exception:
        if len(duties) > 1:
            return sum(_look_after([duty], at) for duty in duties)
        (duty,) = duties
        logger.exception("Cannot remind of duty %s; trying again later", duty.pk)
        Duty.objects.filter(pk=duty.pk).update(remind_at=at + AGAIN)
        return 0


def catch_up(*, until: datetime, among: Q) -> int:
    """Send reminders as if beat had run all along until then; returns how many were sent."""
    sent = 0
    waiting = Duty.objects.running().filter(among, remind_at__lte=until)
    while moment := waiting.aggregate(first=Min("remind_at"))["first"]:
        sent += remind(at=moment, among=among)
    return sent


def _due(at: datetime, among: Q) -> list[Duty]:
    """The next duties whose moment has come, locked; those that another worker has, left out."""
    rows: QuerySet[Duty] = Duty.objects.running().filter(among, remind_at__lte=at)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return list(rows.select_related("proposal", "unit").order_by("remind_at", "id")[:BATCH])


@dataclass
class Turn:
    """A duty whose turn has come, with the step to take and those that were missed."""

    duty: Duty
    latest: Scheduled
    missed: list[Scheduled]
    to: list[int] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    muted: bool = False


class Round:
    """One batch of duties, with everything they need read at once."""

    def __init__(self, duties: Sequence[Duty], at: datetime) -> None:
        self.duties = duties
        self.at = at
        self.day = localdate(at)
        self.calendar: Calendar = current_calendar()
        self._rules: dict[tuple[int, date], Reminders] = {}
        self._known = recorded_steps(duties)

    def take(self) -> int:
        """Send what is due, record it, and note when each duty is next looked at."""
        turns = [turn for duty in self.duties if (turn := self._turn(duty))]
        people = People([turn.duty for turn in turns], self.day)
        for turn in turns:
            turn.to = people.of(turn.duty, turn.latest.step.to)
            copies = people.of(turn.duty, turn.latest.step.copy_to)
            turn.copies = [user for user in copies if user not in turn.to]
        issued = chase_notices.issue(
            [(turn.duty, turn.latest.step) for turn in turns if not turn.muted],
            at=self.at,
            calendar=self.calendar,
            reminders_of=self.reminders_of,
        )
        sent = self._tell(turns, issued)
        Duty.objects.bulk_update(self.duties, ["remind_at"])
        return sent

    def reminders_of(self, duty: Duty) -> Reminders:
        """The rules of reminding of the day on which the duty was opened."""
        key = (duty.committee_id, localdate(duty.opened_at))
        if key not in self._rules:
            self._rules[key] = rules_for(*key).reminders
        return self._rules[key]

    def _turn(self, duty: Duty) -> Turn | None:
        """The step to take now; sets the next moment at which the duty is looked at."""
        known = self._known[duty.pk, duty.date_version]
        reminders = self.reminders_of(duty)
        every = steps_of(duty, self.calendar, reminders)
        steps = ladder.ahead(every, duty.dated_at, known)
        passed = [scheduled for scheduled in steps if scheduled.moment <= self.at]
        coming = min((scheduled.moment for scheduled in steps[len(passed) :]), default=None)
        duty.remind_at = coming
        if not passed:
            return None
        latest = passed[-1]
        if latest.keeps_the_window and not ladder.is_open(reminders, self.at, self.calendar):
            opening = ladder.next_opening(reminders, self.at, self.calendar)
            duty.remind_at = min(opening, coming or opening)
            return None
        quiet_until = duty.proposal.quiet_until if duty.proposal else None
        quiet = quiet_until is not None and self.day <= quiet_until
        if quiet:  # what is statutory goes out all the same, though a later step does not
            latest = next((s for s in reversed(passed) if s.step.statutory), latest)
        missed = [scheduled for scheduled in passed if scheduled is not latest]
        return Turn(duty, latest, missed, muted=quiet and not latest.step.statutory)

    def _tell(self, turns: Sequence[Turn], issued: dict[int, chase_notices.Issued]) -> int:
        rows: list[Reminder] = []
        messages: list[Message] = []
        told: list[Reminder] = []
        for turn in turns:
            rows += [self._row(turn, missed, ReminderState.SKIPPED) for missed in turn.missed]
            people = [*turn.to, *turn.copies]
            if turn.muted or not people:
                state = ReminderState.MUTED if turn.muted else ReminderState.NOBODY
                rows.append(self._row(turn, turn.latest, state))
                continue
            paper = issued.get(turn.duty.pk)
            for user in people:
                reminder = self._row(turn, turn.latest, ReminderState.SENT)
                reminder.recipient_id = user
                told.append(reminder)
                messages.append(self._message(turn, user, paper))
        for reminder, notice in zip(told, send(messages, at=self.at), strict=True):
            reminder.notice = notice
        Reminder.objects.bulk_create([*rows, *told])
        return len(told)

    def _row(self, turn: Turn, scheduled: Scheduled, state: ReminderState) -> Reminder:
        return Reminder(
            duty=turn.duty,
            date_version=turn.duty.date_version,
            step=scheduled.step.code,
            state=state,
            moment=scheduled.moment,
            at=self.at,
        )

    def _message(self, turn: Turn, user: int, paper: chase_notices.Issued | None) -> Message:
        duty = turn.duty
        mine = user in turn.to
        if paper is not None:
            title, text = paper.title, paper.text
        else:
            title = _("%(kind)s：《%(title)s》%(when)s") % {
                "kind": duty.get_kind_display(),
                "title": duty.title[:100],
                "when": self.when(duty),
            }
            text = "\n".join(self._lines(duty))
        mark = _("【需办理】") if mine else _("【知悉】")
        return Message(
            recipient=user,
            title=f"{mark}{title}",
            text=text,
            link=paper.link if paper is not None else duty.link,
            needs_action=mine,
            statutory=turn.latest.step.statutory,
            about=f"{duty.subject_kind}:{duty.subject_id}",
        )

    def when(self, duty: Duty) -> str:
        """How far the date is, in words and working days."""
        due = localdate(duty.due_at)
        if self.day == due:
            return _("今天到期")
        if self.day < due:
            left = self.calendar.between(self.day, due)
            return _("将于 %(due)s 到期，还有 %(left)s 个工作日") % {"due": due, "left": left}
        late = self.calendar.between(due, self.day)
        return _("已逾期 %(late)s 个工作日") % {"late": late}

    def _lines(self, duty: Duty) -> list[str]:
        moment = timezone.localtime(duty.due_at)
        lines = [
            _("事项：%(kind)s") % {"kind": duty.get_kind_display()},
            _("期限：%(due)s") % {"due": moment.strftime("%Y-%m-%d %H:%M")},
            _("依据：%(basis)s") % {"basis": duty.basis},
        ]
        if duty.proposal is not None and duty.proposal.case_no:
            lines.insert(0, _("编号：%(number)s") % {"number": duty.proposal.case_no})
        return lines
