"""Addresses of the pages of supervision."""

from django.urls import path

from proposals.pages.subjects import SubjectPage, add
from proposals.pages.urls import addresses
from supervision import models
from supervision.pages import calendar, chasing, closing, dashboard, figures, limits
from supervision.pages.key_topics import board as key_topic_board
from supervision.pages.key_topics import page as key_topic

OWN = (
    SubjectPage(
        models.KeyTopic,
        "key-topics",
        template="supervision/key_topics/topic.html",
        related=key_topic.RELATED,
        prefetched=("supervisors", "milestones"),
        context=key_topic.context,
    ),
    SubjectPage(
        models.Milestone,
        "milestones",
        template="supervision/key_topics/part.html",
        related=("topic",),
        context=key_topic.of_part,
    ),
    SubjectPage(
        models.Instruction,
        "instructions",
        template="supervision/key_topics/part.html",
        related=("topic", "unit"),
        context=key_topic.of_part,
    ),
    SubjectPage(
        models.CalendarChange,
        "calendar-changes",
        template="supervision/calendar/change.html",
        context=calendar.of_change,
    ),
)

add(*OWN)

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("session-end/", closing.session_end, name="session_end"),
    path("key-topics/board/", key_topic_board.show, name="key_topic_board"),
    path("topic-files/<int:pk>/content/", key_topic.file, name="topic_file"),
    path("calendar/", calendar.this_year, name="this_year"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("calendar-changes/enter/", calendar.enter, name="calendarchange-begin"),
    path("chase-notices/<int:pk>/", chasing.paper, name="chase_notice"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:sheet>/", figures.figures, name="figures"),
    path("duties/<int:pk>/", limits.show_duty, name="duty"),
    *addresses(OWN),
]
