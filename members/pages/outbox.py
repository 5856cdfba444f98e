"""Pages of outgoing messages that wait or failed, and of webhook calls."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from members import services
from members.enums import Means, OutgoingState
from members.models import Delivery, WebhookCall
from members.pages.filters import contains, day_from, narrowed, one_of
from members.pages.lists import listing_of
from members.pages.settings.administered import SettingsList
from members.pages.worklist import DAY, STATE, Column, day, visible_rows
from members.punctuation import clauses
from members.reader import Reader, reader_of
from members.visibility import visible

AT_ONCE = 200
"""How many stopped messages are sent again at once."""


EVENT_LABELS: list[Callable[[str], str]] = []
"""What says an event such as ``reply.sign``, or all of ``reply``, in words, or nothing; the
application that has such events adds it."""


def event_label(kind: str) -> str:
    """A kind of event in words; its name where nobody knows it."""
    return next((label for say in EVENT_LABELS if (label := say(kind))), kind)


def label_of(call: WebhookCall) -> str:
    """The event of a call in words."""
    return event_label(call.kind)


def _columns(main: Column, *more: Column) -> tuple[Column, ...]:
    return (
        main,
        *more,
        STATE,
        Column("attempts", _("次数"), order=["attempts"]),
        day("due", _("应发时间"), "due_at"),
        day("sent", _("发出时间"), "sent_at"),
        Column("error", _("错误"), lambda row: row.last_error[:80]),
    )


def _row(reader: Reader, rows: QuerySet[Any], pk: int) -> Any:
    return get_object_or_404(visible(reader, rows), pk=pk)


@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a message has come. What it says is its reader's, and not shown."""
    row = _row(reader_of(request), Delivery.objects.select_related("recipient", "carried_by"), pk)
    again = row.state == OutgoingState.DEAD
    context = {"row": row, "carries": row.carried().count(), "again": again}
    return TemplateResponse(request, "members/outbox/delivery.html", context)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a message again that was given up."""
    reader = reader_of(request)
    row = _row(reader, Delivery.objects.select_related("recipient"), pk)
    _try(request, lambda: services.resend_delivery(delivery=row, by=reader))
    return redirect("outgoing_delivery", pk)


@require_POST
def resend_all(request: HttpRequest) -> HttpResponse:
    """Try again what was given up of the rows that the filters leave."""
    listing = listing_of(request, "outbox", QueryDict(request.POST.get("in", "")))
    rows = listing.rows.filter(state=OutgoingState.DEAD)[:AT_ONCE]
    done = 0
    for row in rows:
        try:
            services.resend_delivery(delivery=row, by=listing.reader)
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
    _try(request, lambda: services.replay(call=row, by=reader))
    return redirect("outgoing_call", pk)


def _try(request: HttpRequest, act: Any) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, clauses(error.messages))
    else:
        messages.success(request, _t("已重新排入发件箱"))


WORKLISTS = (
    SettingsList(
        slug="outbox",
        label=_("发件箱"),
        icon="mail-forward",
        rows=visible_rows(Delivery.objects.all()),
        related=("recipient",),
        columns=_columns(
            Column("recipient", _("收件人"), "recipient.get_short_name", main=True),
            Column("means", _("渠道"), "get_means_display"),
            Column("created", _("产生时间"), "created_at", DAY, shown=False),
        ),
        page_of=lambda row: reverse("outgoing_delivery", args=[row.pk]),
        comes_next=_("发往邮箱、短信和机器人的通知列在这里，可以看到等待、失败和已停止的。"),
        filterset=narrowed(
            state=one_of(_("状态"), OutgoingState.choices),
            means=one_of(_("渠道"), Means.choices),
            recipient=contains(_("收件人"), "recipient__name"),
            since=day_from(_("产生不早于"), "created_at"),
        ),
        tools="members/outbox/_tools.html",
    ),
    SettingsList(
        slug="webhook-calls",
        label=_("事件推送记录"),
        icon="webhook",
        rows=visible_rows(WebhookCall.objects.all()),
        related=("webhook",),
        columns=_columns(
            Column("kind", _("事件"), label_of, cell="members/outbox/_event.html", main=True),
            Column("url", _("地址"), "webhook.url"),
            Column("status", _("应答"), "status_code"),
        ),
        page_of=lambda row: reverse("outgoing_call", args=[row.pk]),
        comes_next=_("向其他系统推送的每一次调用列在这里。"),
        filterset=narrowed(
            state=one_of(_("状态"), OutgoingState.choices),
            kind=contains(_("事件种类")),
            url=contains(_("地址"), "webhook__url"),
        ),
    ),
)
