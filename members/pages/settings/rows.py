"""Units, bodies, terms, sessions and members of a committee: one page each, and a form.

The forms are the API's: what it takes, these pages take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from rest_framework import serializers

from members import clock, services
from members.api.serializers import (
    BodySerializer,
    MemberSerializer,
    SessionSerializer,
    TermSerializer,
    UnitSerializer,
)
from members.models import Body, Committee, Member, Post, Session, Term, Unit
from members.pages import plain_form
from members.pages.settings.administered import (
    chosen_committee,
    committees,
    row_kept,
    within,
)
from members.reader import reader_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

METHODS = ["GET", "HEAD", "POST"]

LABELS = {"term": gettext_lazy("届")}
"""Labels where the model has none that says enough."""


@dataclass(frozen=True)
class Kept:
    """A kind of row that administrators keep; ``slug`` names its page and its list.

    ``beside`` is a part of the page of a row, and ``around`` what it reads.
    """

    slug: str
    model: type[models.Model]
    form: type[serializers.Serializer[Any]]
    label: StrOrPromise
    new: StrOrPromise
    listed: str
    list_label: StrOrPromise
    note: StrOrPromise = ""
    beside: str = ""
    around: Callable[[Any], Mapping[str, Any]] = lambda row: {}
    first: Callable[[Committee], Mapping[str, Any]] = lambda committee: {}


def staff(row: Unit | Body) -> dict[str, Any]:
    """Who works in a unit, or speaks for a body, today."""
    posts = Post.objects.held_on(clock.today()).filter(**{row._meta.model_name or "": row})
    return {"posts": posts.select_related("user").order_by("role", "user__name")[:100]}


def of_member(member: Member) -> dict[str, Any]:
    """The account of a member and what they are besides."""
    posts = Post.objects.held_on(clock.today()).filter(user=member.user_id or 0)
    return {"posts": posts.select_related("user", "unit", "body").order_by("role")[:50]}


def latest_term(committee: Committee) -> dict[str, Any]:
    """A new session or member belongs to the latest term."""
    term = committee.terms.order_by("-begins_on").first()
    return {"term": term, "terms": [term] if term else []}


KEPT = {
    kept.slug: kept
    for kept in (
        Kept(
            "unit",
            Unit,
            UnitSerializer,
            gettext_lazy("承办单位"),
            gettext_lazy("新建承办单位"),
            "units",
            gettext_lazy("承办单位"),
            gettext_lazy("停用的单位不能再交办；已交办的继续办理。"),
            "members/settings/_staff.html",
            staff,
            lambda committee: {"is_active": True},
        ),
        Kept(
            "body",
            Body,
            BodySerializer,
            gettext_lazy("集体提案者"),
            gettext_lazy("新建集体提案者"),
            "bodies",
            gettext_lazy("集体提案者"),
            gettext_lazy("停用的不能再提出集体提案；已有的提案不受影响。"),
            "members/settings/_staff.html",
            staff,
            lambda committee: {"is_active": True},
        ),
        Kept(
            "term",
            Term,
            TermSerializer,
            gettext_lazy("届"),
            gettext_lazy("新建届"),
            "terms",
            gettext_lazy("届"),
        ),
        Kept(
            "session",
            Session,
            SessionSerializer,
            gettext_lazy("会议"),
            gettext_lazy("新建会议"),
            "sessions",
            gettext_lazy("会议"),
            gettext_lazy(
                "征集时间内提交的是大会提案，截止后提交的是平时提案；"
                "自“转入下次会议的时间”起提交的计入下次会议。时间精确到分。"
            ),
            first=latest_term,
        ),
        Kept(
            "member",
            Member,
            MemberSerializer,
            gettext_lazy("委员"),
            gettext_lazy("新建委员"),
            "members",
            gettext_lazy("委员名册"),
            beside="members/settings/_membership.html",
            around=of_member,
            first=latest_term,
        ),
    )
}
"""Every kind by its slug."""


@require_http_methods(METHODS)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new row of a committee, which is asked for first where the reader keeps several."""
    kept, committee = KEPT[slug], chosen_committee(request)
    if committee is None:
        context = {"kept": kept, "committees": committees(reader_of(request))}
        return TemplateResponse(request, "members/settings/which_committee.html", context)

    def act(data: dict[str, Any]) -> HttpResponse:
        row = _made(kept, request, data)
        messages.success(request, _("已建立：%(what)s") % {"what": row})
        return redirect(kept.slug, row.pk)

    return plain_form.page(
        request,
        partial(_form, kept, None, request),
        act,
        initial=kept.first(committee),
        choices=within(committee),
        fixed={"committee": committee.pk},
        kept=kept,
        heading=kept.new,
        committee=committee,
    )


@require_http_methods(METHODS)
def row(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A row with its form, and what belongs to it."""
    kept = KEPT[slug]
    found = row_kept(request, kept.model._default_manager.all(), pk)

    def act(data: dict[str, Any]) -> HttpResponse:
        _changed(kept, request, found, data)
        messages.success(request, _("已保存：%(what)s") % {"what": found})
        return redirect(kept.slug, pk)

    names = [name for name, part in kept.form().fields.items() if not part.read_only]
    return plain_form.page(
        request,
        partial(_form, kept, found, request),
        act,
        initial={name: _value(found, name) for name in names},
        choices=within(found.committee, but=found),
        fixed={"committee": found.committee_id},
        kept=kept,
        heading=str(found),
        row=found,
        committee=found.committee,
        **kept.around(found),
    )


def _form(kept: Kept, row: Any, request: HttpRequest, **sent: Any) -> serializers.Serializer[Any]:
    """The form of the API, with the labels of the model."""
    form = kept.form(row, context={"request": request}, **sent)
    for name, part in form.fields.items():
        if not part.read_only:
            named = str(kept.model._meta.get_field(name).verbose_name)
            part.label = str(LABELS.get(name, named))
    return form


def _value(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return list(value.all()) if hasattr(value, "all") else value


def _made(kept: Kept, request: HttpRequest, data: dict[str, Any]) -> Any:
    by, at = reader_of(request).user, clock.now()
    if kept.model is Member:
        return services.add_member(**data, by=by, at=at)
    form = kept.form(context={"request": request})
    return form.create(data)


def _changed(kept: Kept, request: HttpRequest, row: Any, data: dict[str, Any]) -> None:
    data = {name: value for name, value in data.items() if name != "committee"}
    by, at = reader_of(request).user, clock.now()
    if kept.model is Member:
        services.change_member(member=row, **data, by=by, at=at)
    else:
        kept.form(row, context={"request": request}).update(row, data)
