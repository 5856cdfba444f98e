"""Addresses of the pages of supervision."""

from django.urls import path

from proposals.pages.urls import addresses
from supervision.pages import calendar, chasing, dashboard, explained_dates, figures, session_end
from supervision.pages.declarations import SUBJECT_PAGES
from supervision.pages.key_topics import board as key_topic_board
from supervision.pages.key_topics import page as key_topic

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("session-end/", session_end.session_end, name="session_end"),
    path("key-topics/board/", key_topic_board.show, name="key_topic_board"),
    path("topic-files/<int:pk>/content/", key_topic.file, name="topic_file"),
    path("calendar/", calendar.this_year, name="this_year"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("calendar-changes/enter/", calendar.enter, name="calendarchange-begin"),
    path("chase-notices/<int:pk>/", chasing.paper, name="chase_notice"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:sheet>/", figures.figures, name="figures"),
    path("duties/<int:pk>/", explained_dates.show_duty, name="duty"),
    *addresses(SUBJECT_PAGES),
]
