"""Addresses of the pages of who proposes."""

from django.urls import path

from proposals.pages.proposing import files, printing, record, writing

urlpatterns = [
    path("attachments/<int:pk>/content/", files.content, name="attachment"),
    path("me/record/", record.record, name="record"),
    path("proposals/similar-to/", writing.beside, name="proposal-beside"),
    path("proposals/<int:pk>/print/", printing.sheet, name="proposal-print"),
]
