"""The page of a proposal: one page, whose tabs show each role what it may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from members.pages.list_position import carried, list_position_of
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals import permissions
from proposals.api.views import as_download
from proposals.due_dates import due_dates
from proposals.enums import TEXT_WITH_PROPOSER, AttachmentStage, CosignatureState, ProposalState
from proposals.machine.step import Step, declared_step
from proposals.machine.subject import Subject
from proposals.models import Attachment, Clue, Event, Proposal
from proposals.pages.stages import bar, coming, waiting_on
from proposals.pages.step_pages import StepPage, step_page
from proposals.pages.steps import subject_of
from proposals.pages.subjects import (
    SubjectPage,
    page_of,
    page_of_kind,
    page_of_model,
    pages_of,
    row_or_404,
)
from proposals.pages.timeline import timeline
from proposals.permissions import offers
from proposals.selectors.returning import reasons


@dataclass(frozen=True)
class Tab:
    """A tab of the page.

    ``context`` reads what ``template`` shows, in a constant number of queries; ``is_for`` says,
    without a query, whether the reader has it. Those of a lower ``order`` stand first.
    """

    slug: str
    label: StrOrPromise
    icon: str
    template: str
    context: Callable[[Proposal, Reader], dict[str, Any]]
    is_for: Callable[[Proposal, Reader], bool] = lambda _proposal, _reader: True
    order: int = 50


TABS: list[Tab] = []
"""The tabs in their order; applications add theirs."""


def add(*tabs: Tab) -> None:
    """Put tabs on the page of a proposal."""
    TABS.extend(tabs)
    TABS.sort(key=lambda tab: tab.order)


@dataclass(frozen=True)
class Panel:
    """What stands beside a proposal for those who decide on it, instead of the plain buttons.

    ``context`` reads what ``template`` shows as ``part``; None: it is not for this reader.
    ``below`` is what stands under the text.
    """

    template: str
    context: Callable[[HttpRequest, Proposal, list[Action]], dict[str, Any] | None]
    below: str = ""


PANELS: list[Panel] = []
"""Panels in their order: the first that is for the reader is shown; applications add theirs."""


@require_safe
def show(request: HttpRequest, page: SubjectPage, pk: int) -> HttpResponse:
    """A proposal: where it stands, what the reader can do, and the chosen tab."""
    proposal = proposal_of(request, pk)
    return TemplateResponse(request, "proposals/proposal.html", context_of(request, proposal))


def proposal_of(request: HttpRequest, pk: int) -> Proposal:
    """The proposal with that key, if the reader sees it; else a 404."""
    rows = Proposal.objects.select_related(*page_of_model(Proposal).related)
    return row_or_404(reader_of(request), rows, pk)


def context_of(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """What the page of a proposal shows to the reader."""
    reader = reader_of(request)
    tabs = [tab for tab in TABS if tab.is_for(proposal, reader)]
    tab = next((tab for tab in tabs if tab.slug == request.GET.get("tab")), tabs[0])
    shown = due_dates().clocks([proposal], reader).get(proposal.pk)
    buttons = actions(proposal, reader)
    panels = ((panel, panel.context(request, proposal, buttons)) for panel in PANELS)
    panel, part = next((pair for pair in panels if pair[1] is not None), (None, None))
    return {
        "proposal": proposal,
        "subject": proposal,
        "tabs": tabs,
        "tab": tab,
        "bar": bar(proposal),
        "clock": shown,
        "waiting_on": waiting_on(proposal, shown, reader),
        "coming": coming(proposal, reader),
        "actions": buttons,
        "panel": panel,
        "part": part,
        "list_position": list_position_of(request, reader, proposal.pk),
        "carried": carried(request),
        **tab.context(proposal, reader),
    }


@dataclass(frozen=True)
class Action:
    """A button: the address of the step's form, or why it cannot be taken yet."""

    step: Step
    page: StepPage
    url: str
    refusal: str


def actions(subject: Subject, reader: Reader) -> list[Action]:
    """The buttons for the steps that the reader may take, the main ones first."""
    address = page_of(subject).step_url
    found = [
        Action(offer.step, page, address(subject, offer.step), offer.refusal)
        for offer in offers(reader, subject)
        if not ((page := step_page(offer.step)).hidden and page.hidden(subject))
    ]
    order = {"primary": 0, "neutral": 1, "warning": 2, "danger": 3}
    return sorted(found, key=lambda action: order[action.step.tone])


@require_safe
def show_subject(request: HttpRequest, page: SubjectPage, pk: int) -> HttpResponse:
    """Anything else that has a life: where it stands, what the reader can do, what happened."""
    reader = reader_of(request)
    subject = subject_of(page, reader, pk)
    events = Event.objects.filter(subject_kind=subject.kind, subject_id=subject.pk)
    context = {
        "subject": subject,
        "page": page,
        "proposal": subject.root if subject.root_id is not None else None,
        "actions": actions(subject, reader),
        "events": SimpleLazyObject(lambda: timeline(events, reader)),
        "list_position": list_position_of(
            request, reader, subject.root_id or pk, pages_of(subject)
        ),
        "carried": carried(request),
        **page.context(subject, reader),
    }
    return TemplateResponse(request, page.template, context)


@require_safe
def by_kind(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Lead from the kind and key of a subject, as the ledger has them, to its page."""
    return redirect(reverse(page_of_kind(kind).name, args=[pk]))


@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file beside a proposal or a reply, for those who see what it lies beside; a download."""
    found = row_or_404(reader_of(request), Attachment.objects.all(), pk)
    return as_download(found.file, found.name)


def _text(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The text, who proposes it, and what is beside it."""
    signatures = visible(reader, proposal.cosignatures.select_related("member").order_by("id"))
    files = visible(reader, proposal.attachments.filter(stage=AttachmentStage.PROPOSAL))
    signed = list(signatures)
    invited = [row for row in signed if row.state == CosignatureState.INVITED]
    is_lead = permissions.may(reader, declared_step(Proposal.edit), proposal)
    clue = proposal.clue_id  # the one that it was written on, for those who see clues
    is_back = is_lead and proposal.state == ProposalState.RETURNED
    return {
        "suggestions": list(proposal.suggestions.all()),
        "cosignatures": signed,
        "invitation": next((row for row in invited if row.member.user_id == reader.user.pk), None),
        "files": list(files.order_by("id")),
        "suggested_units": list(proposal.suggested_units.all()),
        "is_lead": is_lead,
        "removes_files": is_lead and proposal.state in TEXT_WITH_PROPOSER,
        "inside": bool(proposal.publicity_reason)  # which is all that it decides about
        and (
            is_lead
            or permissions.works_in_office(reader, proposal.committee_id)
            or permissions.is_inside(reader, proposal.pk)
        ),
        # Why it was sent back, as its proposers were told.
        "reason": reasons([proposal.pk]).get(proposal.pk, "") if is_back else "",
        "clue": clue and visible_row(reader, Clue.objects.all(), clue),
    }


def _record(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """What happened, the newest first."""
    return {"events": timeline(Event.objects.filter(proposal=proposal), reader)}


TEXT_TAB = Tab("text", _("正文"), "file-text", "proposals/tabs/_text.html", _text, order=0)
RECORD_TAB = Tab("record", _("记录"), "history", "proposals/tabs/_record.html", _record, order=100)
