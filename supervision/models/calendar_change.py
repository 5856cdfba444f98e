"""A change of the working calendar: entered, looked at, and applied in one step."""

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import CalendarDay, CalendarYear
from proposals.enums import NEW, Tone
from proposals.machine.step import StepContext, step
from proposals.machine.subject import state_field
from supervision.calendar import Calendar, Declared
from supervision.enums import CalendarChangeState as S
from supervision.inputs.calendar import EnterDaysInput
from supervision.models.committee_subject import CommitteeSubject
from supervision.roles import calendar_administrator


class CalendarChange(CommitteeSubject):
    """Days entered or imported, and applied in one recorded step (放假调休安排).

    ``days`` is a list of ``{"day": "2027-01-01", "is_working": false, "name": "元旦"}``.
    """

    state = state_field(S)
    year = models.PositiveSmallIntegerField(_("整年安排"), null=True)
    days = models.JSONField(_("日期"), default=list)
    source = models.CharField(_("依据"), max_length=200)
    applied_at = models.DateTimeField(_("应用时间"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("工作日历变更")
        verbose_name_plural = _("工作日历变更")

    def __str__(self) -> str:
        return self.source

    @step(
        source=NEW,
        target=S.ENTERED,
        who=calendar_administrator,
        label=_("录入"),
        input=EnterDaysInput,
    )
    def enter(self, context: StepContext) -> None:
        """Days on which people work or rest; nothing moves until the change is applied."""
        self.year = context.data["year"]
        self.days = [
            {"day": row["day"].isoformat(), "is_working": row["is_working"], "name": row["name"]}
            for row in context.data["days"]
        ]
        self.source = context.data["source"]

    @step(
        source=S.ENTERED,
        target=S.APPLIED,
        who=calendar_administrator,
        label=_("应用"),
        tone=Tone.WARNING,
    )
    def apply(self, context: StepContext) -> None:
        """The days count from now on; open duties get the dates that they give, closed ones keep
        theirs."""
        self.applied_at = context.at
        for row in self.days:
            CalendarDay.objects.update_or_create(
                day=row["day"],
                defaults={
                    "is_working": row["is_working"],
                    "name": row["name"],
                    "source": self.source,
                },
            )
        if self.year:
            CalendarYear.objects.update_or_create(
                year=self.year, defaults={"source": self.source, "entered_at": context.at}
            )

    @step(source=S.ENTERED, target=S.DISCARDED, who=calendar_administrator, label=_("作废"))
    def discard(self, context: StepContext) -> None:
        """It was wrong; nothing has moved."""

    def changed(self, calendar: Calendar) -> Calendar:
        """``calendar`` as it would be with this change."""
        declared: dict[date, Any] = dict(calendar.declared)
        for row in self.days:
            declared[date.fromisoformat(row["day"])] = Declared(row["is_working"], row["name"])
        entered = {*calendar.entered, *([self.year] if self.year else [])}
        return Calendar(declared, frozenset(entered))

    def span(self) -> tuple[date, date]:
        """The first and the last day that it can concern."""
        days = [date.fromisoformat(row["day"]) for row in self.days]
        if self.year:
            days += [date(self.year, 1, 1), date(self.year, 12, 31)]
        return min(days), max(days)
