"""A change of the working calendar: entered, looked at, and applied as one act."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from members.enums import Role
from members.models import CalendarDay, CalendarYear
from proposals.enums import NEW, Tone
from proposals.machine.subject import StepContext, Subject, step
from proposals.machine.who import Who
from supervision.calendar import Calendar, Declared
from supervision.enums import CalendarChangeState as S
from supervision.inputs.calendar import EnterDaysInput

if TYPE_CHECKING:
    from members.models import Committee, Post


def _of_the_whole_platform(post: Post, change: CalendarChangeLifecycle) -> bool:
    """The calendar is everybody's: the platform's administrators, or the topmost committee's."""
    if post.committee_id is None:
        return True
    return post.committee_id == change.committee_id and change.committee.parent_id is None


administrator = Who(
    Role.PLATFORM_ADMINISTRATOR, Role.COMMITTEE_ADMINISTRATOR, scope=_of_the_whole_platform
)


class CalendarChangeLifecycle(Subject):
    """The machine of a change of the calendar.

    ``days`` is a list of ``{"day": "2027-01-01", "is_working": false, "name": "元旦"}``.
    """

    state = FSMField(
        _("状态"), choices=S, default=NEW, protected=True, editable=False, max_length=10
    )
    committee = models.ForeignKey("members.Committee", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("整年安排"), null=True)
    days = models.JSONField(_("日期"), default=list)
    source = models.CharField(_("依据"), max_length=200)
    applied_at = models.DateTimeField(_("应用时间"), null=True)

    if TYPE_CHECKING:
        committee: Committee  # type: ignore[no-redef]

    class Meta:
        abstract = True

    @step(source=NEW, target=S.ENTERED, who=administrator, label=_("录入"), input=EnterDaysInput)
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
        who=administrator,
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

    @step(source=S.ENTERED, target=S.DISCARDED, who=administrator, label=_("作废"))
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
