"""The merge desk: compare, choose the host, see what moves, do it, and undo it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.enums import REVIEWER_ROLES
from members.pages.form_data import data_of
from members.pages.forms import PREVIEW
from members.pages.list_position import carried, list_position_of
from members.pages.lists import listing_of
from members.pages.plain_form import REFUSED, shows_and_takes_form
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals.machine.step import declared_step
from proposals.models import MergeCandidate, Proposal
from proposals.pages.office.lists import open_groups
from proposals.pages.office.merge_desk import (
    MOST,
    MergeDesk,
    laid_out,
    may_merge,
    merging_form,
    proposals_in,
)
from proposals.pages.steps import try_step
from proposals.pages.subjects import key_in, keys_among, row_or_404
from proposals.permissions import may

PREVIEWED = "merge-result"
"""The part of the desk that changes with the choice of the host."""


@shows_and_takes_form
def merge(request: HttpRequest) -> HttpResponse:
    """The desk for the proposals in the address; sent back, it merges them."""
    reader = reader_of(request)
    if not any(post.role in REVIEWER_ROLES for post in reader.posts):
        raise Http404
    candidate = candidate_of(request, reader)
    if request.method == "POST":
        return _merged(request, reader, candidate)
    keys = _added(request, reader, _keys(request, candidate))
    chosen = keys_among(request.GET.getlist("members")) if "host" in request.GET else None
    host = key_in(request.GET, "host")
    tells = "told" in request.GET
    desk = laid_out(reader, keys, host=host, members=chosen, candidate=candidate, tells=tells)
    return _shown(request, desk, keys)


def candidate_of(request: HttpRequest, reader: Reader) -> MergeCandidate | None:
    """The group that the desk is about: named, or the open one of the proposal one came from."""
    sent = request.POST if request.method == "POST" else request.GET
    key, of = key_in(sent, "candidate"), key_in(sent, "of")
    if not key and of and request.method != "POST" and "items" not in sent:
        group = open_groups([of]).get(of)
        key = group.pk if group is not None else 0
    rows = MergeCandidate.objects.select_related("committee", "session__term", "session__committee")
    return row_or_404(reader, rows, key) if key else None


def _keys(request: HttpRequest, candidate: MergeCandidate | None) -> list[int]:
    """The proposals in the address; else those of the group; else the one that one came from."""
    keys = proposals_in(request)
    if not keys and candidate is not None:
        inside = candidate.members.filter(left_out_at=None)  # the centre of the group first
        return list(inside.values_list("proposal_id", flat=True))
    return keys or [key for key in [key_in(request.GET, "of")] if key]


def _added(request: HttpRequest, reader: Reader, keys: list[int]) -> list[int]:
    """The keys with that of the proposal whose number was typed in, the latest of that number."""
    typed = request.GET.get("add", "").strip()
    if not typed:
        return keys
    those = Proposal.objects.with_number(typed).filter(received_at__isnull=False)
    seen = visible(reader, those)
    found = seen.order_by("-received_at").values_list("pk", flat=True).first()
    if found is None:
        messages.error(request, _("没有编号为 %(number)s 的提案，请核对") % {"number": typed})
        return keys
    return list(dict.fromkeys([*keys, found]))


def _shown(
    request: HttpRequest, desk: MergeDesk | None, keys: list[int], status: int = 200
) -> HttpResponse:
    reader = reader_of(request)
    context: dict[str, Any] = {
        "desk": desk,
        "may_merge": desk is not None and may_merge(desk, reader),
        "keys": keys,
        "of": key_in(request.POST if request.method == "POST" else request.GET, "of"),
        "carried": carried(request),
        "list_position": list_position_of(request, reader, _origin(request, desk)),
    }
    if request.htmx and request.htmx.target == PREVIEWED:  # type: ignore[attr-defined]  # of the middleware
        return TemplateResponse(request, "proposals/office/_merge_result.html", context)
    return TemplateResponse(request, "proposals/office/merge.html", context, status=status)


def _origin(request: HttpRequest, desk: MergeDesk | None) -> int:
    """The key by which the list knows the row that the desk was opened from."""
    sent = request.POST if request.method == "POST" else request.GET
    if desk is not None and desk.candidate is not None and "of" not in sent:
        return int(desk.candidate.pk)
    return key_in(sent, "of")


# -- Doing it ---------------------------------------------------------------------------------


def _merged(request: HttpRequest, reader: Reader, candidate: MergeCandidate | None) -> HttpResponse:
    """Merge as the form says, and go on; or the desk again, with the reasons why not."""
    host = key_in(request.POST, "host")
    joining = [key for key in keys_among(request.POST.getlist("members")) if key != host]
    rows = Proposal.objects.select_related("committee", "session__term")
    subject: Any = candidate or visible_row(reader, rows, host)
    here = [*keys_among(request.POST.getlist("items")), host, *joining]
    keys = list(dict.fromkeys(key for key in here if key))[:MOST]
    form = None if subject is None else merging_form(reader, subject)
    if form is not None and not may(reader, form.step, subject):
        raise Http404  # whoever does not take the step finds no desk to send it to
    only_looks = {"told", PREVIEW} & set(request.POST)
    if form is None or not joining:
        messages.error(request, _("请选择主件，并至少选择一件并入"))
    else:
        sent = request.POST.copy()
        sent.setlist("members", [str(key) for key in joining])
        form.data = data_of(form.step.input(), sent)
        if not only_looks and try_step(request, form, sent) is not None:
            return _gone_on(request, reader, host, joining, candidate)
    desk = laid_out(
        reader,
        keys,
        host=host,
        members=joining,
        candidate=candidate,
        form=form,
        tells="told" in request.POST,
    )
    return _shown(request, desk, keys, status=200 if only_looks else REFUSED)


def _gone_on(
    request: HttpRequest,
    reader: Reader,
    host: int,
    joining: list[int],
    candidate: MergeCandidate | None,
) -> HttpResponse:
    """Say what was done with the way to undo it; on to the next of the list, or to the host."""
    row = Proposal.objects.get(pk=host)
    page = f"{reverse('proposal', args=[host])}?tab=alike"
    undo = page
    if len(joining) == 1:
        slug = declared_step(Proposal.unmerge).slug
        address = reverse("proposal-step", args=[joining[0], slug])
        undo = f"{address}?{urlencode({'next': page})}"
    messages.success(
        request,
        format_html(
            '{} <a class="alert-link" href="{}">{}</a>',
            _("已将 %(count)s 件并入 %(host)s。") % {"count": len(joining), "host": row.named},
            undo,
            _("撤销（解除并案）"),
        ),
    )
    of = key_in(request.POST, "of")
    key = of or (candidate.pk if candidate is not None else 0)
    list_position = list_position_of(request, reader, key) if key else None
    if list_position is not None and request.POST.get("after", "next") != "stay":
        return redirect(list_position.next or list_position.list_url)
    return redirect(page)


@require_POST
def chosen(request: HttpRequest, slug: str) -> HttpResponse:
    """From the chosen rows of a list to the desk that compares them."""
    listing = listing_of(request, slug, QueryDict(request.POST.get("in", "")))
    wanted = keys_among(request.POST.getlist("rows"))
    rows = listing.rows if "all" in request.POST else listing.base.filter(pk__in=wanted)
    keys = list(rows.values_list("pk", flat=True)[:MOST])
    if listing.base.model is not Proposal or len(keys) < 2:
        messages.error(request, _("请至少选中两件提案再对照"))
        return redirect(f"{listing.worklist.url}?{listing.query}")
    return redirect(f"{reverse('merge')}?items={','.join(map(str, keys))}")
