"""What goes out of the product: messages that wait or failed, and the calls of webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_filters import rest_framework as filters

from members import clock, services
from members.enums import Role
from members.models import Delivery, Means, OutgoingState, WebhookCall
from members.models.outbox import NOT_SENT
from members.pages.lists import listing_of
from members.pages.navigation import Section
from members.pages.worklist import Column, Worklist
from members.punctuation import clauses
from members.reader import Reader, reader_of
from members.visibility import visible

ADMINISTRATORS = {Role.COMMITTEE_ADMINISTRATOR, Role.PLATFORM_ADMINISTRATOR}

AT_ONCE = 200
"""How many stopped messages are sent again at once."""

DAY = "components/cells/_day.html"
STATE = "components/cells/_state.html"


class DeliveryFilter(filters.FilterSet):
    """How the outbox can be narrowed."""

    state = filters.MultipleChoiceFilter(label=_("状态"), choices=OutgoingState.choices)
    means = filters.MultipleChoiceFilter(label=_("渠道"), choices=Means.choices)
    recipient = filters.CharFilter(
        label=_("收件人"), field_name="recipient__name", lookup_expr="icontains"
    )
    since = filters.DateFilter(
        label=_("产生不早于"), field_name="created_at", lookup_expr="date__gte"
    )

    class Meta:
        model = Delivery
        fields: list[str] = []


class CallFilter(filters.FilterSet):
    """How the log of calls can be narrowed."""

    state = filters.MultipleChoiceFilter(label=_("状态"), choices=OutgoingState.choices)
    kind = filters.CharFilter(label=_("事件种类"), lookup_expr="icontains")
    url = filters.CharFilter(label=_("地址"), field_name="webhook__url", lookup_expr="icontains")

    class Meta:
        model = WebhookCall
        fields: list[str] = []


def deliveries(reader: Reader) -> QuerySet[Delivery]:
    """Rows of a list: messages to the people of the committees that the reader administers."""
    return visible(reader, Delivery.objects.select_related("recipient"))


def unsent(reader: Reader) -> QuerySet[Delivery]:
    """Those that wait, are tried again, or were given up."""
    return deliveries(reader).filter(state__in=NOT_SENT)


def calls(reader: Reader) -> QuerySet[WebhookCall]:
    """Rows of a list: what other systems were told, as far as the reader sees it."""
    return visible(reader, WebhookCall.objects.select_related("webhook"))


EVENT_LABELS: list[Callable[[str], str]] = []
"""What says an event such as ``reply.sign`` in words, or nothing; the application that has such
events adds it."""


def label_of(call: WebhookCall) -> str:
    """The event of a call in words; its name where nobody knows it."""
    return next((label for say in EVENT_LABELS if (label := say(call.kind))), call.kind)


def _common(main: Column, *more: Column) -> tuple[Column, ...]:
    return (
        main,
        *more,
        Column("state", _("状态"), lambda row: row.get_state_display(), cell=STATE),
        Column("attempts", _("次数"), lambda row: row.attempts, order=["attempts"]),
        Column("due", _("应发时间"), lambda row: row.due_at, cell=DAY, order=["due_at"]),
        Column("sent", _("发出时间"), lambda row: row.sent_at, cell=DAY, order=["sent_at"]),
        Column("error", _("错误"), lambda row: row.last_error[:80]),
    )


def _row(reader: Reader, rows: QuerySet[Any], pk: int) -> Any:
    row = visible(reader, rows).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a message has come. What it says is its reader's, and not shown."""
    row = _row(reader_of(request), Delivery.objects.select_related("recipient", "carried_by"), pk)
    context = {"row": row, "carries": row.carried().count(), "again": _is_dead(row)}
    return TemplateResponse(request, "members/outbox/delivery.html", context)


def _is_dead(row: Any) -> bool:
    return bool(row.state == OutgoingState.DEAD)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a message again that was given up."""
    reader = reader_of(request)
    row = _row(reader, Delivery.objects.select_related("recipient"), pk)
    _try(request, lambda: services.resend_delivery(delivery=row, by=reader.user, at=reader.at))
    return redirect("outgoing_delivery", pk)


@require_POST
def resend_all(request: HttpRequest) -> HttpResponse:
    """Try again what was given up of the rows that the filters leave."""
    listing = listing_of(request, "outbox", QueryDict(request.POST.get("in", "")))
    rows = listing.rows.filter(state=OutgoingState.DEAD)[:AT_ONCE]
    done = 0
    for row in rows:
        try:
            services.resend_delivery(delivery=row, by=listing.reader.user, at=clock.now())
        except (ValidationError, PermissionDenied):
            continue  # sent again meanwhile, or not the reader's to send
        done += 1
    told = ngettext("已重新排入 %(n)s 条", "已重新排入 %(n)s 条", done) % {"n": done}
    messages.success(request, told)
    return redirect(f"{listing.worklist.url}?{listing.query}")


@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """A call of a webhook: what was sent, and what was answered."""
    row = _row(reader_of(request), WebhookCall.objects.select_related("webhook"), pk)
    context = {"row": row, "label": label_of(row), "body": _indented(row.body)}
    return TemplateResponse(request, "members/outbox/call.html", context)


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Call again for the same event, with the same key and body."""
    reader = reader_of(request)
    row = _row(reader, WebhookCall.objects.select_related("webhook__committee"), pk)
    _try(request, lambda: services.replay(call=row, by=reader.user, at=reader.at))
    return redirect("outgoing_call", pk)


def _try(request: HttpRequest, act: Any) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, clauses(error.messages))
    else:
        messages.success(request, _t("已重新排入发件箱"))


WORKLISTS = (
    Worklist(
        slug="outbox",
        label=_("发件箱"),
        icon="mail-forward",
        section=Section.SETTINGS,
        roles=ADMINISTRATORS,
        rows=deliveries,
        columns=_common(
            Column("recipient", _("收件人"), lambda row: row.recipient.get_short_name(), main=True),
            Column("means", _("渠道"), lambda row: row.get_means_display()),
            Column("created", _("产生时间"), lambda row: row.created_at, cell=DAY, shown=False),
        ),
        page_of=lambda row: f"/outbox/{row.pk}/",
        comes_next=_("发往邮箱、短信和机器人的通知列在这里，可以看到等待、失败和已停止的。"),
        filterset=DeliveryFilter,
        order=("-id",),
        tools="members/outbox/_tools.html",
        counted=False,
    ),
    Worklist(
        slug="webhook-calls",
        label=_("事件推送记录"),
        icon="webhook",
        section=Section.SETTINGS,
        roles=ADMINISTRATORS,
        rows=calls,
        columns=_common(
            Column("kind", _("事件"), label_of, cell="members/outbox/_event.html", main=True),
            Column("url", _("地址"), lambda row: row.webhook.url),
            Column("status", _("应答"), lambda row: row.status_code),
        ),
        page_of=lambda row: f"/webhook-calls/{row.pk}/",
        comes_next=_("向其他系统推送的每一次调用列在这里。"),
        filterset=CallFilter,
        order=("-id",),
        counted=False,
    ),
)
