"""Addresses of the pages of rulebooks."""

from django.urls import path

from members.enums import Role
from members.pages.navigation import NavigationEntry, Section
from members.pages.rulebooks import views

urlpatterns = [
    path("rulebooks/", views.rulebooks, name="rulebooks"),
    path("rulebooks/<int:pk>/", views.rulebook, name="rulebook"),
    path("rulebooks/<int:pk>/prepare/", views.prepare, name="rulebook_prepare"),
    path("rulebooks/<int:pk>/day/", views.change_day, name="rulebook_day"),
    path("rulebooks/<int:pk>/parts/<slug:name>/", views.part, name="rulebook_part"),
]

NAVIGATION = (
    NavigationEntry(
        section=Section.SETTINGS,
        label=views.LABEL,
        icon="book-2",
        address=("rulebooks",),
        roles={
            Role.COMMITTEE_ADMINISTRATOR,
            Role.COMMITTEE_CLERK,
            Role.COMMITTEE_DIRECTOR,
            Role.PLATFORM_ADMINISTRATOR,
            Role.AUDITOR,
        },
    ),
)
