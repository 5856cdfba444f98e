"""The list behind the figures of punctuality: every date that was owed, and how it was kept."""

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members.enums import DutyKind, Role
from members.pages.filters import one_of
from members.pages.navigation import Section
from members.pages.worklist import Column, day, visible_rows
from members.reader import Reader, reader_of
from supervision.duty_kinds import OPTIONAL
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing, overdue_at
from supervision.pages.due_dates import due_of, holder
from supervision.pages.duties import COLUMNS, DutyFilter, DutyList
from supervision.pages.explained_dates import outcome
from supervision.roles import OFFICERS
from supervision.selectors import calendar_for

READERS = OFFICERS | {Role.LEADING_SUPERVISOR, Role.AUDITOR}
"""The roles that have the list."""


class KeptFilter(DutyFilter):
    """The filters of the list."""

    kept = filters.BooleanFilter(label=_("按期完成"), method="which_were_kept")
    ended = filters.BooleanFilter(
        label=_("已了结"), field_name="closed_at", lookup_expr="isnull", exclude=True
    )
    kind = one_of(_("任务"), [pair for pair in DutyKind.choices if pair[0] not in OPTIONAL])

    def which_were_kept(self, rows: Any, name: str, value: bool) -> Any:
        """Those that were done by their date; or those done later, or late now."""
        if value:
            return rows.filter(KEPT)
        done_late = Q(closing=Closing.DONE, closed_at__gt=F("due_at"))
        return rows.filter(done_late | overdue_at(reader_of(self.request).at))


def prepare(found: list[Any], reader: Reader) -> None:
    """Give each its holder, and what came of it; two queries."""
    calendar = calendar_for(reader)
    for duty in found:
        duty.holder = holder(duty)
        duty.outcome = outcome(duty, calendar)
        duty.due = due_of(duty, reader) if duty.closed_at is None else None


WORKLISTS = (
    DutyList(
        slug="time-limits",
        label=_("时限台账"),
        icon="calendar-stats",
        section=Section.FIGURES,
        roles=READERS,
        rows=visible_rows(
            Duty.objects.owed().filter(proposal__isnull=False).exclude(closing=Closing.CANCELLED)
        ),
        columns=(
            *(column for column in COLUMNS if column.name in ("number", "title", "kind", "holder")),
            day("due", _("期限"), "due_at"),
            Column(
                "outcome",
                _("结果"),
                lambda duty: duty.outcome or str(_("未完成")),
                cell="supervision/cells/_outcome.html",
                order=["closed_at"],
            ),
        ),
        comes_next=_("提案上的每一项期限，无论是否已经完成，都列在这里。"),
        filterset=KeptFilter,
        order=("-due_at", "-id"),
        prepare=prepare,
        session="proposal__session",
        counted=False,
    ),
)
