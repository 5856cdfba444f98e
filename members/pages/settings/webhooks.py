"""Webhooks: the systems that receive a committee's events, and the secrets that sign them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_filters import rest_framework as filters

from members import services
from members.api.delivery import WebhookSerializer
from members.models import Committee, Webhook
from members.models.webhook import KINDS
from members.pages.filters import contains, narrowed
from members.pages.forms import Choice, Choices
from members.pages.outbox import event_label
from members.pages.settings.administered import administered_row
from members.pages.settings.lists import ACTIVE, COMMITTEE, RowList, administered_rows, of_committee
from members.pages.worklist import MOMENT, Column
from members.punctuation import clauses, listed
from members.reader import Reader, reader_of

OVERLAPS = (
    (timedelta(days=1), _("旧密钥再用 1 天")),
    (timedelta(days=7), _("旧密钥再用 7 天")),
    (timedelta(days=30), _("旧密钥再用 30 天")),
    (timedelta(), _("旧密钥立即停用（已泄露时）")),
)
"""How long the old secret signs beside the new one, to choose from."""


def _kinds(webhook: Webhook) -> str:
    """What it receives, in words."""
    return listed(map(event_label, webhook.kinds)) or _t("全部事件")


def _choices(committee: Committee, but: Webhook | None = None) -> Choices:
    """The kinds of events to choose from."""
    known = [Choice(kind, event_label(kind)) for kind in sorted(KINDS)]
    return lambda path, declared: known if path == "kinds" else None


def _secrets(webhook: Webhook, reader: Reader) -> dict[str, Any]:
    """The secrets that sign now, and how they can be rotated."""
    return {
        "signing": webhook.signing_secrets(reader.at),
        "overlaps": [(overlap.days, said) for overlap, said in OVERLAPS],
    }


def _told(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    """The one page that shows a new secret."""
    context = {
        "heading": _t("推送密钥"),
        "note": _t("接收方用它验证推送的签名。"),
        "what": webhook.url,
        "secret": webhook.secrets.all()[0].value,
        "above": {"url": WEBHOOKS.url, "label": WEBHOOKS.label},
        "back": reverse("webhook", args=[webhook.pk]),
    }
    response = TemplateResponse(request, "members/settings/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a webhook a new secret; the old one signs as well for the days that are chosen."""
    webhook, reader = administered_row(request, Webhook.objects.all(), pk), reader_of(request)
    days = request.POST.get("days", "")
    overlap = next((overlap for overlap, _said in OVERLAPS if str(overlap.days) == days), None)
    if overlap is None:
        messages.error(request, _t("请选择旧密钥何时停用"))
        return redirect("webhook", pk)
    try:
        services.rotate_secret(webhook=webhook, old_ends_at=reader.at + overlap, by=reader)
    except ValidationError as error:
        messages.error(request, clauses(error.messages))
        return redirect("webhook", pk)
    return _told(request, webhook)


WEBHOOKS = RowList(
    slug="webhooks",
    label=_("事件推送"),
    icon="webhook",
    rows=administered_rows(Webhook),
    related=("committee",),
    columns=(
        Column("url", _("地址"), order=["url"], main=True),
        Column("kinds", _("事件种类"), _kinds),
        Column("made", _("建立时间"), "made_at", MOMENT, order=["made_at"]),
        ACTIVE,
        COMMITTEE,
    ),
    model=Webhook,
    form=WebhookSerializer,
    new=_("新建事件推送"),
    note=_("每发生一个事件，就向这个地址推送一次；不选种类时推送全部事件。"),
    beside="members/settings/_webhook.html",
    around=_secrets,
    first=lambda committee: {"is_active": True},
    choices=_choices,
    made=_told,
    comes_next=_("要让其他系统及时知道提案的进展，点“新建事件推送”。"),
    filterset=narrowed(
        url=contains(_("地址")),
        committee=of_committee(),
        is_active=filters.BooleanFilter(label=_("启用")),
    ),
)
"""The list of webhooks, with a page for each."""
