"""Addresses of the pages of proposals: those of subjects are as in the API, without its root."""

from collections.abc import Iterable

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from proposals import models
from proposals.pages import bulk, ledger, presence, proposal, steps
from proposals.pages import search as searching
from proposals.pages.assigning import assignment_form, inspecting, meeting
from proposals.pages.declarations import SUBJECT_PAGES
from proposals.pages.handling import letter, mail_actions, phrases
from proposals.pages.office import candidates, merging, numbers, tabs
from proposals.pages.proposing import printing, record, writing
from proposals.pages.subjects import SubjectPage


def addresses(pages: Iterable[SubjectPage]) -> list[URLPattern]:
    """The page of a kind of subject, the forms of its steps, and those that begin one."""
    found = []
    for page in pages:
        kwargs = {"page": page}
        show = proposal.show if page.model is models.Proposal else proposal.show_subject
        found += [
            path(f"{page.slug}/<int:pk>/", show, kwargs, name=page.name),
            path(f"{page.slug}/<int:pk>/<slug:step>/", steps.take, kwargs, f"{page.name}-step"),
            path(f"{page.slug}/<slug:step>/", steps.begin, kwargs, name=f"{page.name}-begin"),
        ]
    return found


urlpatterns = [
    path("ledger/", RedirectView.as_view(url="/lists/ledger/", query_string=True), name="ledger"),
    path("ledger/<int:pk>/", ledger.show, name="event"),
    path("ledger/verify/", ledger.verify, name="verify_ledger"),
    path("ledger/verify/all/", ledger.verify_all, name="verify_whole_ledger"),
    path("ledger/verify/<int:pk>/", ledger.verify, name="verify_proposal"),
    path("here/<slug:kind>/<int:pk>/", presence.here, name="here"),
    path("search/", searching.search, name="search"),
    path("lists/<slug:slug>/bulk/", bulk.bulk, name="bulk"),
    path("subjects/<slug:kind>/<int:pk>/", proposal.by_kind, name="subject"),
    path("inspections/<int:pk>/", inspecting.inspect, name="inspection"),
    path("proposals/<int:pk>/experience/", assignment_form.experience, name="experience"),
    path("assignment-batches/<int:pk>/letters/", meeting.letters, name="batch_letters"),
    path("proposals/<int:pk>/letters/", meeting.letters_of, name="letters"),
    path("mailed/<str:sealed>/", mail_actions.mailed, name="mailed"),
    path("phrases/", phrases.kept, name="phrases"),
    path("phrases/<int:pk>/", phrases.change, name="phrase"),
    path("phrases/<int:pk>/delete/", phrases.discard, name="phrase-delete"),
    path("replies/<int:pk>/print/", letter.letter, name="reply-print"),
    path("attachments/<int:pk>/content/", proposal.attachment, name="attachment"),
    path("me/record/", record.record, name="record"),
    path("proposals/similar-to/", writing.beside, name="proposal-beside"),
    path("proposals/<int:pk>/print/", printing.sheet, name="proposal-print"),
    path("merge/", merging.merge, name="merge"),
    path("merge/from/<slug:slug>/", merging.chosen, name="merge_chosen"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("proposals/<int:pk>/similar/", tabs.similar_to, name="similar"),
    path("scans/", candidates.all_scans, name="scans"),
    path("scans/<int:pk>/", candidates.scan, name="scan"),
    *addresses(SUBJECT_PAGES),
]
