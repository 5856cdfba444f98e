"""Addresses of the pages of supervision."""

from proposals.pages.subjects import SubjectPage, add
from proposals.pages.urls import addresses
from supervision import models

OWN = (
    SubjectPage(models.KeyTopic, "key-topics", related=("session", "supervising_body")),
    SubjectPage(models.Milestone, "milestones", related=("topic",)),
    SubjectPage(models.Instruction, "instructions", related=("topic", "unit")),
    SubjectPage(models.CalendarChange, "calendar-changes"),
)

add(*OWN)

urlpatterns = addresses(OWN)
