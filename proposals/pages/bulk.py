"""One step for many: who is affected and why not, asked before; the result of each, after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rest_framework.exceptions import APIException

from members import clock
from members.models import User
from members.pages.forms import data_of
from members.pages.lists import listing_of
from members.pages.worklist import Listing
from proposals.api.actions import declared, own_steps
from proposals.door import perform
from proposals.enums import Channel
from proposals.lifecycle.subject import Step, Subject
from proposals.pages.steps import StepForm
from proposals.permissions import offers

MOST = 200
"""How many one request takes; beyond that a list is worked through in parts."""

TYPED_FROM = 50
"""From so many on, their number is typed in before they are all moved."""


@dataclass(frozen=True)
class Affected:
    """One of the chosen rows: what it is, and why the step cannot be taken on it, if so."""

    subject: Subject
    refusal: str


@dataclass(frozen=True)
class Result:
    """What became of one: done, or why not."""

    subject: Subject
    trouble: str


@require_POST
def bulk(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who would be affected; once confirmed, take the step on each and tell the results."""
    listing = listing_of(request, slug, QueryDict(request.POST.get("in", "")))
    step = _step(listing, request.POST.get("step", ""))
    chosen = _chosen(listing, request.POST)
    if not chosen:
        return redirect(f"{listing.worklist.url}?{listing.query}")
    affected = [_affected(subject, step, listing.user) for subject in chosen]
    willing = [one.subject for one in affected if not one.refusal]
    form = StepForm(chosen[0] if not willing else willing[0], step, listing.user)
    context: dict[str, Any] = {
        "listing": listing,
        "step": step,
        "form": form,
        "affected": affected,
        "willing": willing,
        "typed_from": TYPED_FROM,
        "most": MOST,
    }
    if "confirmed" in request.POST and willing:
        form.data = data_of(step.input(), request.POST, request.FILES)
        form.refusals = _unsure(request.POST, len(willing))
        if not form.refusals:
            results = _take_all(willing, step, listing.user, form.data, request)
            done = sum(1 for result in results if not result.trouble)
            context |= {"results": results, "done": done}
            return TemplateResponse(request, "proposals/bulk_done.html", context)
    return TemplateResponse(request, "proposals/bulk.html", context)


def _step(listing: Listing, slug: str) -> Step:
    for step in own_steps(cast(type[Subject], listing.base.model)):
        if step.slug == slug and step.name in listing.worklist.bulk:
            return step
    raise Http404


def _chosen(listing: Listing, sent: QueryDict) -> list[Subject]:
    """The chosen rows, or all that the filters leave; at most ``MOST``."""
    if "all" in sent:
        return list(listing.rows[:MOST])
    keys = [int(key) for key in sent.getlist("rows") if key.isdecimal() and len(key) < 19]
    return list(listing.base.filter(pk__in=keys[:MOST]).order_by(*listing.order))


def _affected(subject: Subject, step: Step, user: User) -> Affected:
    for offer in offers(user, subject, clock.today()):
        if offer.step.name == step.name:
            return Affected(subject, offer.refusal)
    return Affected(subject, _("当前状态或职责不允许“%(step)s”") % {"step": step.label})


def _unsure(sent: QueryDict, number: int) -> list[str]:
    if number < TYPED_FROM or sent.get("number", "").strip() == str(number):
        return []
    return [_("请输入将被办理的件数 %(number)s，以确认") % {"number": number}]


def _take_all(
    subjects: Sequence[Subject], step: Step, user: User, data: Any, request: HttpRequest
) -> list[Result]:
    """Each in a transaction of its own: what is refused holds up nobody else."""
    results = []
    key = request.POST.get("key", "")[:60]
    for subject in subjects:
        try:
            perform(
                subject,
                step.name,
                user,
                declared(step.input(), data),
                version=subject.version,
                key=f"{key}:{subject.pk}" if key else None,
                channel=Channel.WEB,
            )
        except APIException as error:
            results.append(Result(subject, _sentence(error.detail)))
        else:
            results.append(Result(subject, ""))
    return results


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return "；".join(_sentence(part) for part in detail.values())
    if isinstance(detail, list):
        return "；".join(_sentence(part) for part in detail)
    return str(detail)
