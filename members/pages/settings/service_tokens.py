"""Service tokens: the keys of other systems, made on the pages of whoever answers for them."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_filters import rest_framework as filters

from members import services
from members.api.service_tokens import (
    NewServiceTokenSerializer,
    RevocationSerializer,
    in_a_year,
)
from members.enums import TokenStanding
from members.models import Post, ServiceToken
from members.pages import plain_form
from members.pages.filters import contains, narrowed, one_of
from members.pages.forms import Choice
from members.pages.settings.administered import SettingsList
from members.pages.settings.lists import COMMITTEE, of_committee
from members.pages.worklist import DAY, FLAG, MOMENT, Column
from members.permissions import refusal_to_make_token, refusal_to_revoke_token, require
from members.punctuation import aside, listed
from members.reader import Reader, reader_of
from members.visibility import visible

METHODS = ["GET", "HEAD", "POST"]


def tokens_of(reader: Reader) -> QuerySet[ServiceToken]:
    """The tokens that the reader sees, with their standing."""
    return visible(reader, ServiceToken.objects.with_standing(reader.day))


def _with_scope(rows: list[ServiceToken], reader: Reader) -> None:
    """Add the posts that each token borrows, as a sentence; one query."""
    found: dict[int, list[str]] = {row.pk: [] for row in rows}
    links = ServiceToken.posts.through.objects.filter(servicetoken__in=found)
    named = links.select_related("post__unit", "post__body").order_by("post__role", "pk")
    for link in named:
        found[link.servicetoken_id].append(link.post.in_words())
    for row in rows:
        row.scope = listed(found[row.pk])  # type: ignore[attr-defined]  # read by a cell


def own_choices(reader: Reader) -> list[Choice]:
    """The reader's posts to choose from, with their committees."""
    held = Post.objects.filter(pk__in=[post.pk for post in reader.posts])
    posts = held.select_related("committee", "unit", "body").order_by("committee", "role", "pk")
    return [Choice(str(post.pk), aside(post.in_words(), post.committee)) for post in posts]


@reauthentication_required
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Make a token; the page that answers shows it once."""
    reader = reader_of(request)
    require(refusal_to_make_token(reader))
    known = own_choices(reader)

    def act(data: dict[str, Any]) -> HttpResponse:
        token, secret = services.create_service_token(**data, by=reader)
        context = {
            "heading": _t("服务令牌"),
            "note": _t("请求接口时放在请求头中：Authorization: Bearer 令牌"),
            "what": token.name,
            "secret": secret,
            "above": above(reader),
            "back": reverse("service_token", args=[token.pk]),
        }
        response = TemplateResponse(request, "members/settings/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    return plain_form.page(
        request,
        partial(NewServiceTokenSerializer, context={"request": request}),
        act,
        template="members/settings/service_token_new.html",
        initial={
            "until": in_a_year(),
            "posts": [one.value for one in known] if len(known) == 1 else [],
        },
        choices=lambda path, declared: known if path == "posts" else None,
        above=above(reader),
    )


@require_http_methods(METHODS)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """A token: what it may do, when it was used; and how to revoke it."""
    reader = reader_of(request)
    rows = tokens_of(reader).select_related("account", "made_by", "committee")
    token = get_object_or_404(rows, pk=pk)
    _with_scope([token], reader)
    refusal = refusal_to_revoke_token(reader, token)

    def act(data: dict[str, Any]) -> HttpResponse:
        services.revoke_service_token(token=token, **data, by=reader)
        messages.success(request, _t("令牌“%(name)s”已撤销，立即失效") % {"name": token.name})
        return redirect("service_token", pk)

    if request.method == "POST":
        require(refusal)
    return plain_form.page(
        request,
        RevocationSerializer,
        act,
        template="members/settings/service_token.html",
        token=token,
        revocable=refusal is None and token.revoked_at is None,
        above=above(reader),
    )


def above(reader: Reader) -> dict[str, Any]:
    """The page above that of a token: the administrators' list, or one's own account."""
    if SERVICE_TOKENS.is_for(reader):
        return {"url": SERVICE_TOKENS.url, "label": SERVICE_TOKENS.label}
    return {"url": reverse("account"), "label": _t("我的账号")}


SERVICE_TOKENS = SettingsList(
    slug="service-tokens",
    label=_("服务令牌"),
    icon="key",
    rows=tokens_of,
    related=("account", "made_by", "committee"),
    columns=(
        Column("name", _("名称"), order=["account__name"], main=True),
        Column("made_by", _("责任人"), order=["made_by__name"]),
        Column("scope", _("权限")),
        Column("read_only", _("只读"), cell=FLAG, order=["read_only"]),
        Column("standing", _("状态"), "get_standing_display", order=["standing"]),
        Column("until", _("有效期至"), cell=DAY, order=["until"]),
        Column("used", _("上次使用"), "last_used_at", MOMENT, order=["last_used_at"]),
        Column("address", _("来源地址"), "last_used_from", shown=False),
        Column("prefix", _("前缀"), shown=False),
        COMMITTEE,
    ),
    page_of=lambda row: reverse("service_token", args=[row.pk]),
    prepare=_with_scope,
    comes_next=_("其他系统要调用接口时，由责任人点“新建服务令牌”，以自己的职务为它建立。"),
    filterset=narrowed(
        name=contains(_("名称"), "account__name"),
        made_by=contains(_("责任人"), "made_by__name"),
        standing=one_of(_("状态"), TokenStanding.choices),
        read_only=filters.BooleanFilter(label=_("只读")),
        committee=of_committee(),
    ),
    tools="members/settings/_service_token_tools.html",
)
"""All service tokens of a committee, for its administrators."""
