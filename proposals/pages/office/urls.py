"""Addresses of the office's pages that are not those of one subject."""

from django.urls import path

from proposals.pages.office import candidates, merging, numbers, tabs

urlpatterns = [
    path("merge/", merging.merge, name="merge"),
    path("merge/from/<slug:slug>/", merging.chosen, name="merge_chosen"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("proposals/<int:pk>/similar/", tabs.similar_to, name="similar"),
    path("scans/", candidates.all_scans, name="scans"),
    path("scans/<int:pk>/", candidates.scan, name="scan"),
]
