"""Duties, reminders and chase papers in the back office: read only, they follow from events."""

from django.contrib import admin

from proposals.admin import ReadOnly
from supervision import models


@admin.register(models.Duty)
class DutyAdmin(ReadOnly):
    """Who owes what by when."""

    list_display = ["kind", "title", "unit", "due_at", "date_version", "paused_at", "closed_at"]
    list_filter = ["kind", "closing", "is_key", "committee"]
    list_select_related = ["unit"]
    search_fields = ["title"]


@admin.register(models.Reminder)
class ReminderAdmin(ReadOnly):
    """Reminders sent, skipped or muted."""

    list_display = ["duty", "date_version", "step", "recipient", "state", "moment", "at"]
    list_filter = ["state", "step"]
    list_select_related = ["duty", "recipient"]


@admin.register(models.ChaseNotice)
class ChaseNoticeAdmin(ReadOnly):
    """Numbered documents that chase overdue duties."""

    list_display = ["number", "kind", "unit", "title", "issued_at"]
    list_filter = ["kind", "year", "committee"]
    list_select_related = ["unit"]


@admin.register(models.CalendarChange)
class CalendarChangeAdmin(ReadOnly):
    """Changes of the working calendar; entered and applied over the API."""

    list_display = ["source", "year", "state", "created_at", "applied_at"]
    list_filter = ["state"]


@admin.register(models.KeyTopic)
class KeyTopicAdmin(ReadOnly):
    """Key topics."""

    list_display = ["title", "session", "state", "met_on", "announced_at", "concluded_at"]
    list_filter = ["state", "committee"]
    list_select_related = ["session"]
    search_fields = ["title"]
