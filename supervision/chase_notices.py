"""Issues numbered documents that chase overdue duties: 催办单, 督办通知, 逾期通报."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.enums import Paper, Recipient
from members.punctuation import listed
from members.rules import LadderStep, Reminders
from supervision.calendar import Calendar
from supervision.models import ChaseLine, ChaseNotice, Duty, PaperSeries

Due = tuple[Duty, LadderStep]


@dataclass(frozen=True)
class Issued:
    """An issued document, with the text of its notice."""

    title: str
    text: str
    link: str


def issue(
    due: Sequence[Due],
    *,
    at: datetime,
    calendar: Calendar,
    reminders_of: Callable[[Duty], Reminders],
) -> dict[int, Issued]:
    """Issue the documents that the steps ask for; from the key of a duty to its document.

    A chase notice or a supervision notice is about one duty; a circular lists all that are
    late in a committee together. Numbers are gapless in a committee's year. What a document of
    the kind has gone out for already, under another ladder, gets no second one.
    """
    wanted = _not_yet([(duty, step) for duty, step in due if step.paper])
    by_committee: dict[int, list[Due]] = defaultdict(list)
    for duty, step in wanted:
        by_committee[duty.committee_id].append((duty, step))
    issued: dict[int, Issued] = {}
    for committee in sorted(by_committee):
        rows = by_committee[committee]
        letters = [[row] for row in rows if row[1].paper != Paper.CIRCULAR]
        circular = [row for row in rows if row[1].paper == Paper.CIRCULAR]
        groups = [*letters, *([circular] if circular else [])]
        serials = _draw(committee, localdate(at).year, len(groups))
        for serial, group in zip(serials, groups, strict=True):
            notice = _write(group, serial, at, calendar, reminders_of(group[0][0]))
            issued |= {
                duty.pk: Issued(f"{notice.number} {notice.title}", notice.text, notice.link)
                for duty, _step in group
            }
    return issued


def _not_yet(due: Sequence[Due]) -> list[Due]:
    """Those for which no document of the kind has gone out, for this version of the date."""
    if not due:
        return []
    lines = ChaseLine.objects.filter(duty__in=[duty.pk for duty, _step in due]).order_by()
    out = set(lines.values_list("duty_id", "date_version", "kind"))
    return [row for row in due if (row[0].pk, row[0].date_version, row[1].paper) not in out]


def _draw(committee: int, year: int, count: int) -> list[int]:
    """The next numbers of the committee's year, whose row stays locked in the transaction."""
    PaperSeries.objects.get_or_create(committee_id=committee, year=year)
    series = PaperSeries.objects.select_for_update().get(committee=committee, year=year)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    return list(range(first, series.last + 1))


def _write(
    group: Sequence[Due], serial: int, at: datetime, calendar: Calendar, reminders: Reminders
) -> ChaseNotice:
    duty, step = group[0]
    day = localdate(at)
    kind = Paper(step.paper)
    late = {row.pk: calendar.between(localdate(row.due_at), day) for row, _step in group}
    unit = duty.unit if len(group) == 1 else None
    notice = ChaseNotice.objects.create(
        committee_id=duty.committee_id,
        kind=kind,
        year=day.year,
        serial=serial,
        number=reminders.paper_pattern.format(year=day.year, seq=serial),
        unit=unit,
        addressee=str(unit) if unit else _names(step.to),
        copied_to=_names(step.copy_to),
        title=_title(kind, group),
        text=_text(kind, group, late, str(unit) if unit else _names(step.to)),
        issued_at=at,
    )
    ChaseLine.objects.bulk_create(
        ChaseLine(
            notice=notice,
            duty=row,
            date_version=row.date_version,
            kind=kind,
            due_at=row.due_at,
            days_late=late[row.pk],
        )
        for row, _step in group
    )
    return notice


def _title(kind: Paper, group: Sequence[Due]) -> str:
    if len(group) > 1 or kind == Paper.CIRCULAR:
        return _("关于 %(count)s 件事项逾期未办的通报") % {"count": len(group)}
    duty = group[0][0]
    return _("%(kind)s：%(task)s《%(title)s》") % {
        "kind": kind.label,
        "task": duty.get_kind_display(),
        "title": duty.title[:100],
    }


def _text(kind: Paper, group: Sequence[Due], late: dict[int, int], addressee: str) -> str:
    lines = [_("%(addressee)s：") % {"addressee": addressee}]
    for duty, _step in group:
        number = duty.proposal.case_no if duty.proposal else ""
        lines.append(
            _(
                "%(owner)s承担的“%(task)s”（%(number)s《%(title)s》）应于 %(due)s 前完成，"
                "至今逾期 %(late)s 个工作日。"
            )
            % {
                "owner": duty.unit or duty.get_role_display(),
                "task": duty.get_kind_display(),
                "number": number,
                "title": duty.title,
                "due": localdate(duty.due_at),
                "late": late[duty.pk],
            }
        )
    lines.append(_ASKS[kind]())
    return "\n".join(lines)


_ASKS: dict[Paper, Callable[[], str]] = {
    Paper.CHASE: lambda: _("请抓紧办理，并反馈进展。"),
    Paper.SUPERVISION: lambda: _("现予督办，请说明逾期原因和完成时间，抄送督查室。"),
    Paper.CIRCULAR: lambda: _("现予通报，请分管领导督促。"),
}
"""The request that each kind of document makes."""


def _names(recipients: Sequence[Recipient]) -> str:
    return listed(str(recipient.label) for recipient in recipients)
