"""Tabs of the office on the page of a proposal: its review, and what is like it or merged."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.reader import Reader, reader_of
from members.visibility import visible
from proposals import permissions
from proposals.machine.step import declared_step
from proposals.matching.similar import similar
from proposals.matching.sources import text_of
from proposals.models import CandidateMember, Event, MergeCandidate, Proposal
from proposals.pages import proposal as page
from proposals.pages.office.deciding import DECISIONS
from proposals.pages.office.labels import opinions_of, with_names
from proposals.pages.timeline import timeline
from proposals.permissions import give_rules, offers
from proposals.rules import entry_name

REVIEWED_BY = (
    *(one.step for one in DECISIONS),
    Proposal.request_withdrawal,
    Proposal.merge,
    Proposal.unmerge,
)
"""The steps that the tab of the review tells of."""

SIMILAR = 8
"""How many similar proposals are shown."""


def _official(proposal: Proposal, reader: Reader) -> bool:
    return permissions.is_official(reader, proposal.committee_id)


def _in_office(proposal: Proposal, reader: Reader) -> bool:
    return permissions.works_in_office(reader, proposal.committee_id)


def review(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The opinions of the rounds, what was decided with which words, and when."""
    rules = give_rules(proposal, reader)
    opinions = opinions_of(proposal)
    prefetch_related_objects(opinions, "duplicates")
    events = Event.objects.filter(
        subject_kind=proposal.kind,
        subject_id=proposal.pk,
        action__in=[step.__name__ for step in REVIEWED_BY],
    )
    return {
        "rounds": rules.review.rounds,
        "opinions": with_names(opinions, rules),
        "category": entry_name(rules.review.categories, proposal.category),
        "ground": entry_name(rules.review.grounds, proposal.ground),
        "disposition": entry_name(rules.review.dispositions, proposal.disposition),
        "decided": timeline(events, reader),
    }


def alike(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """Its host or its guests, its groups, its kin; the office has similar ones looked for."""
    family = visible(reader, Proposal.objects.select_related("lead", "body"))
    guests = family.filter(merged_into=proposal).order_by("merged_at", "id")
    host = family.filter(pk=proposal.merged_into_id).first() if proposal.merged_into_id else None
    groups = visible(reader, _groups(proposal))
    return {
        "host": host,
        "own_parting": _parting(proposal, reader) if host else None,
        "guests": [(guest, _parting(guest, reader, proposal)) for guest in guests],
        "groups": list(groups),
        "kin": list(visible(reader, proposal.kin()).order_by("id")[:20]),
        "themes": list(visible(reader, proposal.themes.all())),
        "similar_url": (
            reverse("similar", args=[proposal.pk]) if _in_office(proposal, reader) else ""
        ),
    }


def _groups(proposal: Proposal) -> Any:
    from_members = CandidateMember.objects.select_related("proposal")
    rows = MergeCandidate.objects.filter(members__proposal=proposal, members__left_out_at=None)
    return rows.prefetch_related(Prefetch("members", from_members)).order_by("-id")


def _parting(
    guest: Proposal, reader: Reader, host: Proposal | None = None
) -> dict[str, str] | None:
    """The way to undo a merger: the form, or why not; None: not the reader's to do."""
    if host is not None:
        guest.merged_into = host  # which the conditions read
    for offer in offers(reader, guest):
        if offer.step is declared_step(Proposal.unmerge):
            url = reverse("proposal-step", args=[guest.pk, offer.step.slug])
            return {"url": url, "label": str(offer.step.label), "refusal": offer.refusal}
    return None


@require_safe
def similar_to(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposals most like this one with the reasons, as a part of its page or by itself."""
    reader = reader_of(request)
    proposal = page.proposal_of(request, pk)
    if not _in_office(proposal, reader):
        raise Http404
    lines = reader.rules(proposal.committee_id).similarity
    found = similar(
        text_of(proposal),
        committee=proposal.committee,
        reader=reader,
        limit=SIMILAR,
        of=proposal,
        above=lines.shown,
    )
    context = {"proposal": proposal, "found": found, "high": lines.merge}
    template = "proposals/office/similar.html"
    part = "#found" if request.htmx else ""  # type: ignore[attr-defined]  # of the middleware
    return TemplateResponse(request, template + part, context)


TABS = (
    page.Tab(
        "review", _("审查"), "gavel", "proposals/tabs/_review.html", review, _official, order=20
    ),
    page.Tab(
        "alike",
        _("并案与相似"),
        "git-merge",
        "proposals/tabs/_alike.html",
        alike,
        _official,
        order=30,
    ),
)
