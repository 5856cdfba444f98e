"""Addresses of the pages of this application."""

from django.urls import path

from members.pages import views

urlpatterns = [
    path("counts/", views.counts, name="counts"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_notice, name="open_notice"),
    path("look/session/", views.choose_session, name="choose_session"),
    path("look/theme/", views.choose_theme, name="choose_theme"),
    path("me/", views.account, name="account"),
]
