"""Addresses of the pages of those who handle a proposal."""

from django.urls import path

from proposals.pages.handling import letter, mail_actions, phrases

urlpatterns = [
    path("mailed/<str:sealed>/", mail_actions.mailed, name="mailed"),
    path("phrases/", phrases.kept, name="phrases"),
    path("phrases/<int:pk>/", phrases.change, name="phrase"),
    path("phrases/<int:pk>/delete/", phrases.discard, name="phrase-delete"),
    path("replies/<int:pk>/print/", letter.letter, name="reply-print"),
]
