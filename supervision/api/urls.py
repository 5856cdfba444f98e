"""Addresses of supervision under the API's root."""

from rest_framework.routers import BaseRouter

from supervision.api import key_topics, views
from supervision.models import Instruction, KeyTopic, Milestone


def register(router: BaseRouter) -> None:
    """Add the view sets of this application to the API."""
    router.register("duties", views.DutyViewSet)
    router.register("reminders", views.ReminderViewSet)
    router.register("chase-notices", views.ChaseNoticeViewSet)
    router.register("calendar-changes", views.CalendarChangeViewSet)
    router.register("calendar", views.CalendarViewSet, basename="calendar")
    router.register(KeyTopic.address, key_topics.KeyTopicViewSet)
    router.register(Milestone.address, key_topics.MilestoneViewSet)
    router.register(Instruction.address, key_topics.InstructionViewSet)
    router.register("topic-files", key_topics.TopicFileViewSet)
