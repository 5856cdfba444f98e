"""The rows of supervision, one noun a file."""

from proposals.models import SUBJECTS
from supervision.models.calendar_change import CalendarChange
from supervision.models.duty import DateChange, Duty, Pause
from supervision.models.reminder import ChaseLine, ChaseNotice, PaperSeries, Reminder

SUBJECTS.extend([CalendarChange])

__all__ = [
    "CalendarChange",
    "ChaseLine",
    "ChaseNotice",
    "DateChange",
    "Duty",
    "PaperSeries",
    "Pause",
    "Reminder",
]
