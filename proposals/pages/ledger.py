"""The ledger for auditors: every event with its input and hashes, and verification."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_filters import rest_framework as filters
from rest_framework import serializers

from members.enums import Channel, JobState, Role
from members.models import Job
from members.pages import home
from members.pages.filters import day_from, one_of
from members.pages.list_position import list_position_of
from members.pages.navigation import Section
from members.pages.worklist import MOMENT, Column, Worklist
from members.punctuation import clauses, listed, stated
from members.reader import Reader, reader_of
from members.services.job import Tell, ask
from members.visibility import visible
from proposals.ledger import faults, kind_in_words, kinds, label_of, model_of, step_of
from proposals.models import Event, Proposal
from proposals.pages.subjects import row_or_404
from proposals.records import RECORDED

READERS = frozenset(
    {
        Role.AUDITOR,
        Role.COMMITTEE_DIRECTOR,
        Role.COMMITTEE_ADMINISTRATOR,
        Role.PLATFORM_ADMINISTRATOR,
    }
)
"""For whom the ledger is a list; in others' pages it is the record of one subject.

Platform administrators find posts and other rows on record in it, and nothing of proposals.
"""

VERIFYING = "verify_ledger"
"""The kind of job that verifies the whole ledger."""

TOLD = 200
"""How many faults a page lists; it counts all."""


def _steps() -> list[tuple[str, str]]:
    """Every step by its name; those of one name share a line."""
    names: dict[str, list[str]] = {}
    for kind in kinds().values():
        for name, step in kind.changes.items():
            names.setdefault(name, []).append(str(step.label))
    pairs = [(name, listed(dict.fromkeys(labels))) for name, labels in names.items()]
    return sorted(pairs, key=lambda pair: pair[1])


def event_label(event: str) -> str:
    """An event such as ``reply.sign``, or all of ``reply``; empty when it is none of ours."""
    kind, _dot, action = event.partition(".")
    if kind in kinds() and not action:
        return stated(kind_in_words(kind), _t("全部事件"))
    step = step_of(kind, action)
    return stated(kind_in_words(kind), step.label) if step is not None else ""


class LedgerFilter(filters.FilterSet):
    """The filters of the ledger."""

    subject_kind = one_of(
        _("对象"), lambda: [(name, str(kind.label)) for name, kind in kinds().items()]
    )
    action = one_of(_("动作"), _steps)
    person = filters.CharFilter(label=_("经办人"), method="done_by")
    channel = one_of(_("渠道"), Channel.choices)
    number = filters.CharFilter(label=_("提案编号"), method="of_proposal")
    after = day_from(_("不早于"), "at")
    before = filters.DateFilter(label=_("不晚于"), field_name="at", lookup_expr="date__lte")

    def done_by(self, rows: Any, name: str, value: str) -> Any:
        """Events by, or on behalf of, somebody of this name, or by a token of theirs."""
        own = Q(actor__name__icontains=value) | Q(actor__username=value)
        answering = Q(actor__service_token__made_by__name__icontains=value)
        return rows.filter(own | answering | Q(on_behalf_of__name__icontains=value))

    def of_proposal(self, rows: Any, name: str, value: str) -> Any:
        """Events of the proposal with this case or receipt number."""
        wanted = value.strip()
        numbered = Q(case_no__iendswith=wanted) | Q(receipt_no__iendswith=wanted)
        return rows.filter(proposal__in=Proposal.objects.filter(numbered).values("pk"))


def events(reader: Reader) -> QuerySet[Event]:
    """The events that the reader sees whole: those of committees whose record they read.

    Of posts and other rows on record, all that they see.
    """
    whole = Q(committee__in=reader.reach.officials) | Q(subject_kind__in=[*RECORDED])
    return visible(reader, Event.objects.filter(whole))


def prepare(rows: list[Any], reader: Reader) -> None:
    """Give each event its words; no query."""
    for row in rows:
        kind = kinds().get(row.subject_kind)
        states = kind.states if kind is not None else {}
        row.what = kind_in_words(row.subject_kind)
        if row.subject_kind in RECORDED:
            row.what = stated(row.what, RECORDED[row.subject_kind].title(row.input))
        row.label = label_of(row.subject_kind, row.action)
        row.source_label = str(states.get(row.source, row.source))
        row.target_label = str(states.get(row.target, row.target))


def _number(event: Any) -> str | None:
    proposal = event.proposal
    return proposal.number if proposal is not None else None


def _move(event: Any) -> str:
    if event.source == event.target:
        return str(event.target_label)
    return f"{event.source_label or '—'} → {event.target_label}"


WORKLISTS = (
    Worklist(
        slug="ledger",
        label=_("台账"),
        icon="book-2",
        section=Section.FIGURES,
        roles=READERS,
        rows=events,
        related=("proposal", "actor", "on_behalf_of"),
        columns=(
            Column("id", _("流水号"), order=["id"]),
            Column("at", _("时间"), cell=MOMENT),
            Column("label", _("动作"), main=True),
            Column("what", _("对象")),
            Column("number", _("提案编号"), _number),
            Column("move", _("状态"), _move),
            Column("actor", _("经办人"), lambda row: str(row.actor or _("系统"))),
            Column("behalf", _("代理"), "on_behalf_of"),
            Column("channel", _("渠道"), "get_channel_display"),
            Column("address", _("来源地址"), shown=False),
            Column("subject", _("对象编号"), "subject_id", shown=False),
            Column("sequence", _("序号"), shown=False),
            Column("hash", _("哈希"), shown=False),
        ),
        page_of=lambda row: reverse("event", args=[row.pk]),
        comes_next=_("每一个动作都按先后记在这里，不能修改，也不能删除。"),
        filterset=LedgerFilter,
        prepare=prepare,
        tools="proposals/ledger/_tools.html",
        counted=False,
    ),
)


# -- One event -------------------------------------------------------------------------------


def _inputs(event: Event) -> Iterator[dict[str, str]]:
    """The input of an event, its fields named as the form names them."""
    step = step_of(event.subject_kind, event.action)
    declared: Mapping[str, Any] = step.input().fields if step is not None else {}
    for name, value in event.input.items():
        if value not in ("", None, [], {}):
            field = declared.get(name)
            yield {"label": _label(field, name), "text": _said(field, value)}


def _label(field: Any, name: str) -> str:
    return str(getattr(field, "label", None) or name)


def _said(field: Any, value: Any) -> str:
    """A value of an input in words; what the form no longer knows, as it is on record."""
    child = getattr(field, "child", None)
    if isinstance(value, list):
        parts = [_said(child, one) for one in value]
        return "\n".join(parts) if isinstance(value[0], Mapping) else listed(parts)
    if isinstance(value, Mapping):
        known = getattr(field, "fields", {})
        told = [
            stated(_label(known.get(name), name), _said(known.get(name), one))
            for name, one in value.items()
            if one not in ("", None, [], {})
        ]
        return clauses(told)
    if isinstance(value, bool):
        return _t("是") if value else _t("否")
    if isinstance(field, serializers.RelatedField):
        return _t("编号 %(key)s") % {"key": value}
    if isinstance(field, serializers.ChoiceField):
        return str(field.choices.get(value, value))
    return str(value)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """An event: who, what, with which input, and whether its hash still fits."""
    reader = reader_of(request)
    actor = ("actor", "actor__service_token__made_by")
    rows = events(reader).select_related("proposal", *actor, "on_behalf_of", "committee")
    event = get_object_or_404(rows, pk=pk)
    prepare([event], reader)
    chain = {
        row.sequence: row
        for row in Event.objects.filter(
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            sequence__in=[event.sequence - 1, event.sequence + 1],
        ).annotate(is_seen=Exists(events(reader).filter(pk=OuterRef("pk"))))
    }
    previous = chain.get(event.sequence - 1)
    same_call = list(
        events(reader).filter(call_id=event.call_id).exclude(pk=event.pk).order_by("id")[:50]
    )
    prepare(same_call, reader)
    context = {
        "event": event,
        "inputs": list(_inputs(event)),
        "previous": previous,
        "following": chain.get(event.sequence + 1),
        "has_page": model_of(event.subject_kind) is not None,
        "holds": event.digest() == event.hash,
        "follows": event.previous_hash == (previous.hash if previous is not None else ""),
        "same_call": same_call,
        "move": _move(event),
        "list_position": list_position_of(request, reader, pk),
    }
    return TemplateResponse(request, "proposals/ledger/event.html", context)


# -- Whether it holds --------------------------------------------------------------------------


@require_safe
def verify(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The last verification of the whole ledger; or the chain of one proposal, verified now.

    The address names the proposal by its key, or by its ``number``.
    """
    reader = reader_of(request)
    _require_reader(reader)
    number = request.GET.get("number", "").strip()[:40]
    context: dict[str, Any] = {"number": number, **_last()}
    found = []
    if pk is not None:
        found = [row_or_404(reader, Proposal.objects.all(), pk)]
        context["number"] = found[0].number
    elif number:
        numbered = Q(case_no__iendswith=number) | Q(receipt_no__iendswith=number)
        rows = visible(reader, Proposal.objects.filter(numbered))
        context["found"] = found = list(rows.order_by("case_no", "pk")[:10])
    if len(found) == 1:
        context |= _verified(found[0], reader)
    return TemplateResponse(request, "proposals/ledger/verify.html", context)


def _verified(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    own = Event.objects.filter(proposal=proposal)
    return {
        "proposal": proposal,
        "faults": list(islice(faults(proposal), TOLD)),
        "checked": own.count(),
        "at": reader.at,
    }


@require_POST
def verify_all(request: HttpRequest) -> HttpResponse:
    """Have the whole ledger verified in the background; one at a time."""
    reader = reader_of(request)
    _require_reader(reader)
    going_on = Job.objects.going_on().filter(kind=VERIFYING, owner=reader.user).first()
    job = going_on or ask(
        kind=VERIFYING,
        title=_t("校验全部台账"),
        by=reader,
        order={"language": get_language()},
        total=Event.objects.count(),
        link=reverse("verify_ledger"),
    )
    return redirect("job", job.pk)


def verify_whole(job: Job, tell: Tell) -> dict[str, Any]:
    """Verify every event; returns how many there were, and the faults in words."""
    total = Event.objects.count()
    found: list[str] = []
    count = 0
    for fault in faults(tell=lambda checked: tell(min(checked, total), total)):
        count += 1
        if len(found) < TOLD:
            found.append(fault)
    tell(total, total)
    results = [{"id": 0, "name": _t("问题"), "trouble": fault} for fault in found]
    return {"results": results, "checked": total, "faults": found, "count": count}


def _last() -> dict[str, Any]:
    """The last verification of the whole, whoever asked for it, and how much came since."""
    job = Job.objects.filter(kind=VERIFYING, state=JobState.DONE).order_by("-finished_at").first()
    if job is None:
        return {"last": None, "since": Event.objects.count()}
    return {"last": job, "since": max(Event.objects.count() - job.result["checked"], 0)}


def _require_reader(reader: Reader) -> None:
    """Raise a 404 for those for whom the ledger is not."""
    if not reader.roles & READERS:
        raise Http404


# -- The first page of auditors ----------------------------------------------------------------


def auditing(reader: Reader) -> dict[str, Any] | None:
    """What came to the ledger lately, by channel, and when it was verified; three queries."""
    week = events(reader).filter(at__gte=reader.at - timedelta(days=7))
    channels = dict(week.order_by().values_list("channel").annotate(n=Count("pk")))
    newest = events(reader).aggregate(at=Max("at"))["at"]
    return {
        "week": sum(channels.values()),
        "channels": [(Channel(code), count) for code, count in sorted(channels.items())],
        "newest": newest,
        "from": localdate(reader.at - timedelta(days=7)),
        **_last(),
    }


HOME_SECTIONS = (
    home.HomeSection(
        "proposals/first_page/_auditing.html", auditing, roles=frozenset({Role.AUDITOR}), order=20
    ),
)
