"""Addresses of the pages of the office that assigns."""

from django.urls import path

from proposals.pages.assigning import desk, inspecting, meeting

urlpatterns = [
    path("inspections/<int:pk>/", inspecting.inspect, name="inspection"),
    path("proposals/<int:pk>/experience/", desk.experience, name="experience"),
    path("assignment-batches/<int:pk>/letters/", meeting.letters, name="batch_letters"),
    path("proposals/<int:pk>/letters/", meeting.letters_of, name="letters"),
]
