"""Addresses of the pages of supervision."""

from django.urls import path

from proposals.pages.subjects import SubjectPage, add
from proposals.pages.urls import addresses
from supervision import models
from supervision.pages import figures, limits

OWN = (
    SubjectPage(models.KeyTopic, "key-topics", related=("session", "supervising_body")),
    SubjectPage(models.Milestone, "milestones", related=("topic",)),
    SubjectPage(models.Instruction, "instructions", related=("topic", "unit")),
    SubjectPage(models.CalendarChange, "calendar-changes"),
)

add(*OWN)

urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:sheet>/", figures.figures, name="figures"),
    path("duties/<int:pk>/", limits.show_duty, name="duty"),
    *addresses(OWN),
]
