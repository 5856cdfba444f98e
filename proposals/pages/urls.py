"""Addresses of the pages of a proposal's life; each is that of the API without its root."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from proposals import models
from proposals.pages import bulk, ledger, presence, proposal, steps
from proposals.pages import search as searching
from proposals.pages.assigning.urls import urlpatterns as assigning
from proposals.pages.declarations import SUBJECT_PAGES
from proposals.pages.handling.urls import urlpatterns as handling
from proposals.pages.office import urls as office
from proposals.pages.proposing.urls import urlpatterns as proposing
from proposals.pages.subjects import PAGES, SubjectPage


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
    path("ledger/verify/<int:pk>/", ledger.verify_proposal, name="verify_proposal"),
    path("here/<slug:kind>/<int:pk>/", presence.here, name="here"),
    path("search/", searching.search, name="search"),
    path("lists/<slug:slug>/bulk/", bulk.bulk, name="bulk"),
    path("subjects/<slug:kind>/<int:pk>/", proposal.by_kind, name="subject"),
    *assigning,
    *handling,
    *proposing,
    *office.urlpatterns,
    *addresses(PAGES[page.model] for page in SUBJECT_PAGES),
]
