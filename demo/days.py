"""Days counted from the day of the visit, in calendar days and in working days."""

from datetime import date, datetime, time, timedelta
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from members.working_days import next_working

ONE_DAY = timedelta(days=1)

REPLY_MONTHS, URGENT_MONTHS = 2, 1
"""How long units have for a reply by the rules of the present session (``opening``)."""


def works(day: date) -> bool:
    """Whether people work on ``day``."""
    return next_working(day) == day


def back(day: date, count: int) -> date:
    """The ``count``-th working day before ``day``."""
    while count:
        day -= ONE_DAY
        count -= works(day)
    return day


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


class Days:
    """The days around ``today``; nothing happens on it yet, whatever the hour."""

    def __init__(self, today: date) -> None:
        self.today = today

    @cached_property
    def last(self) -> date:
        """The last day of work."""
        return back(self.today, 1)

    def ago(self, count: int) -> date:
        """So many days ago."""
        return self.today - timedelta(days=count)

    def about(self, count: int) -> date:
        """The last day of work, so many days ago or before."""
        return back(self.ago(count - 1), 1)

    def before(self, count: int) -> date:
        """So many working days ago."""
        return back(self.today, count)

    def ahead(self, count: int) -> date:
        """The ``count``-th working day from now; today for 0."""
        day = self.today
        for _ in range(count):
            day = next_working(day + ONE_DAY)
        return day

    def since(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, but none that is still to come."""
        for _ in range(count):
            day = next_working(day + ONE_DAY)
        return min(day, self.last)

    def assigned_for(self, due: date) -> tuple[date, bool]:
        """The day on which something due by ``due`` was assigned, and whether as urgent.

        Months differ in length: for some dates there is only one of the two, and of two the
        one that people worked on is likelier.
        """
        found = [
            (day, urgent)
            for months, urgent in ((REPLY_MONTHS, False), (URGENT_MONTHS, True))
            if (day := due - relativedelta(months=months)) + relativedelta(months=months) == due
            and day < self.today
        ]
        if not found:
            return self.assigned_for(due - ONE_DAY)
        return next((choice for choice in found if works(choice[0])), found[0])
