"""The tab of time limits: every date of a proposal, and its explanation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import Anchor, CountFrom, TimeUnit
from members.pages.links import page_of
from members.punctuation import clauses
from members.reader import Reader, reader_of
from members.rules import DeadlineRule
from members.visibility import visible, visible_row
from proposals.due_dates import Due
from proposals.ledger import step_of
from proposals.models import Proposal
from proposals.pages.proposal import Tab
from supervision.calendar import Calendar
from supervision.deadlines import NOT_FROM_THE_START, ONE_DAY, Pause, Terms
from supervision.duty_kinds import OPTIONAL
from supervision.models import Duty
from supervision.models.duty import Closing
from supervision.pages.date_strip import Strip, strip
from supervision.pages.due_dates import due_of, holder
from supervision.selectors import EXPLAINED, calendar_for, why

MOST = 40
"""Dates that a page shows; the oldest that are done with are left out."""


def of_proposal(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The duties of a proposal, as far as the reader sees them: three queries."""
    rows = visible(reader, Duty.objects.filter(proposal=proposal))
    rows = rows.select_related("unit", "member", "body", "opened_by")
    rows = rows.prefetch_related(*EXPLAINED)
    open_first = F("closed_at").desc(nulls_first=True)
    found = list(rows.order_by(open_first, "due_at", "id")[:MOST])
    own = {duty.pk for duty in found if _is_owed_by(duty, reader)}
    found.sort(key=lambda duty: (duty.pk not in own, duty.due_at))
    past = [duty for duty in found if is_over(duty, reader.at)]
    return {
        "open_limits": [
            explained(duty, reader, mine=duty.pk in own) for duty in found if duty not in past
        ],
        "past_limits": [explained(duty, reader, drawn=False) for duty in past],
    }


def is_over(duty: Duty, at: datetime) -> bool:
    """Whether it is no longer owed, or a right whose time has passed."""
    return duty.closed_at is not None or (duty.kind in OPTIONAL and duty.due_at < at)


def _is_owed_by(duty: Duty, reader: Reader) -> bool:
    """What ``duties.owed_by`` asks the database, asked of a row that has been read."""
    return duty.closed_at is None and any(
        (post.unit_id is not None and post.unit_id == duty.unit_id)
        or (post.member_id is not None and post.member_id == duty.member_id)
        or (post.body_id is not None and post.body_id == duty.body_id)
        or (post.role == duty.role and post.committee_id == duty.committee_id and not _named(duty))
        for post in reader.posts
    )


def _named(duty: Duty) -> bool:
    return bool(duty.unit_id or duty.member_id or duty.body_id)


@dataclass(frozen=True)
class ExplainedDate:
    """One date as the page explains it.

    It is ``mine`` when the reader owes it; ``due`` is how long there is, or ``outcome`` how it
    ended, in words. ``why`` is what ``selectors.why`` says of it.
    """

    duty: Duty
    holder: str
    mine: bool
    rule: str
    due: Due | None
    outcome: str
    why: dict[str, Any]
    strip: Strip | None


def explained(
    duty: Duty, reader: Reader, *, mine: bool = False, drawn: bool = True
) -> ExplainedDate:
    """A date with its explanation, and the strip of its days if it is to be ``drawn``."""
    calendar, at = calendar_for(reader), reader.at
    reasons = why(duty, calendar)
    terms = Terms.model_validate(duty.terms)
    over = is_over(duty, at)
    return ExplainedDate(
        duty=duty,
        holder=holder(duty),
        mine=mine,
        rule=rule_in_words(duty, terms),
        due=None if over else due_of(duty, reader),
        outcome=outcome(duty, calendar) if over else "",
        why=reasons,
        strip=_strip(duty, terms, reasons["days"], calendar, at) if drawn else None,
    )


def _strip(
    duty: Duty, terms: Terms, days: list[dict[str, Any]], calendar: Calendar, at: datetime
) -> Strip:
    standing = None
    if duty.paused_at is not None:
        # Until today; whether it stands tomorrow nobody knows.
        standing = Pause(localdate(duty.paused_at), localdate(at) + ONE_DAY)
    start = localdate(terms.set_at or terms.anchor_at)
    if terms.set_to is None and terms.rule and terms.rule.anchor in NOT_FROM_THE_START:
        start = localdate(terms.opened_at or terms.anchor_at)
    return strip(
        days,
        start=start,
        due=localdate(duty.due_at),
        today=localdate(at),
        calendar=calendar,
        standing=standing,
    )


def outcome(duty: Duty, calendar: Calendar) -> str:
    """How a duty ended, in words."""
    if duty.closed_at is None:
        return _t("期限已过，没有提出")
    day = date_format(localdate(duty.closed_at), "SHORT_DATE_FORMAT")
    if duty.closing == Closing.CANCELLED:
        return _t("%(day)s 起不再需要") % {"day": day}
    if duty.closed_at <= duty.due_at:
        return _t("%(day)s 按期完成") % {"day": day}
    days = calendar.between(localdate(duty.due_at), localdate(duty.closed_at))
    return _t("%(day)s 完成，逾期 %(days)s 个工作日") % {"day": day, "days": days}


# -- The rule in words -----------------------------------------------------------------------


def rule_in_words(duty: Duty, terms: Terms) -> str:
    """The rule of the date, as a sentence."""
    rule = terms.rule
    if terms.set_to is not None or rule is None:
        words = duty.basis
        if terms.left is not None:
            least = _t("不少于接办之日起 %(days)s 个工作日") % {"days": terms.left}
            words = clauses([words, least])
        return words
    anchor = date_format(localdate(terms.anchor_at), "SHORT_DATE_FORMAT")
    amount = _amount(rule)
    if rule.anchor == Anchor.FIXED:
        words = _t("每年的固定日期：%(day)s") % {"day": anchor}
    elif rule.anchor == Anchor.REPLY_DUE:
        words = _t("答复期限（%(day)s）之前 %(amount)s") % {"day": anchor, "amount": amount}
    else:
        words = _t("自%(what)s（%(day)s）起 %(amount)s") % {
            "what": _started_by(duty, Anchor(rule.anchor)),
            "day": anchor,
            "amount": amount,
        }
        if rule.unit != TimeUnit.HOUR:
            words += _t("，") + str(CountFrom(rule.count_from).label)
    if rule.roll:
        words += _t("，") + _t("末日不上班时顺延到下一个工作日")
    if rule.cap:
        words += _t("，") + _t("最迟 %(day)s") % {"day": rule.cap}
    return words


def _amount(rule: DeadlineRule) -> str:
    """A number of days in words."""
    if rule.unit == TimeUnit.WORKING_DAY:
        return _t("%(count)s 个工作日") % {"count": rule.amount}
    return f"{rule.amount} {TimeUnit(rule.unit).label}"


def _started_by(duty: Duty, anchor: Anchor) -> str:
    """From what the time runs: the step that opened the duty, or another moment."""
    if anchor != Anchor.EVENT:
        return str(anchor.label)
    step = step_of(duty.opened_by.subject_kind, duty.opened_by.action)
    return f"“{step.label}”" if step is not None else ""


# -- Pages -----------------------------------------------------------------------------------


@require_safe
def show_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: who owes it, its date, and the explanation of the date."""
    reader = reader_of(request)
    rows = Duty.objects.select_related("unit", "member", "body", "opened_by", "proposal")
    duty = visible_row(reader, rows.prefetch_related(*EXPLAINED), pk)
    if duty is None:
        raise Http404
    found = explained(duty, reader, mine=_is_owed_by(duty, reader))
    context = {"limit": found, "duty": duty, "about": page_of(duty.link)}
    return TemplateResponse(request, "supervision/duty.html", context)


TABS = (
    Tab(
        "limits", _("时限"), "calendar-due", "supervision/tabs/_limits.html", of_proposal, order=60
    ),
)
