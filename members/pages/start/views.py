"""The steps of the set-up, one page each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from rest_framework.exceptions import ValidationError as ApiRefusal

from members import clock, services
from members.api.serializers import SessionSerializer, TermSerializer
from members.enums import ADMINISTRATOR_ROLES, Role
from members.models import Committee, User
from members.pages import home, plain_form
from members.pages.forms import Choice
from members.pages.plain_form import shows_and_takes_form
from members.pages.settings.importing import importing
from members.pages.settings.inviting import inviting
from members.pages.start.forms import (
    CommitteeForm,
    FirstAccountForm,
    SessionForm,
    places_of,
    usual_session,
)
from members.pages.start.presets import compared
from members.pages.start.progress import (
    STEPS,
    Progress,
    progress_of,
    set_up_by,
    unfinished,
)
from members.presets import NAMES, preset
from members.punctuation import listed
from members.reader import Operator, reader_of
from members.services import first_account


@never_cache
@login_not_required
@shows_and_takes_form
def start(request: HttpRequest) -> HttpResponse:
    """Where the setting up goes on; of an empty installation the first account."""
    if isinstance(request.user, User):
        return redirect(progress_of(reader_of(request)).next.url)
    if not first_account.is_empty():
        return redirect_to_login(reverse("start"))
    given = request.POST.get("key", "") or request.GET.get("key", "")
    if not first_account.opens(given):
        return TemplateResponse(request, "members/start/key.html", {"wrong": bool(given)})

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        account = first_account.make_first_account(given=given, **data, at=clock.now())
        login(request, account, settings.AUTHENTICATION_BACKENDS[0])
        return redirect("start")

    return plain_form.page(
        request, FirstAccountForm, on_valid, template="members/start/account.html", key=given
    )


@shows_and_takes_form
def step(request: HttpRequest, name: str) -> HttpResponse:
    """A step; one for which something earlier is missing leads back to that."""
    if name not in PAGES:
        raise Http404
    progress = set_up_by(request, name)
    order = [one.name for one in STEPS]
    if name not in progress.done and order.index(name) > order.index(progress.next.name):
        return redirect(progress.next.url)
    if request.method == "POST" and "skip" in request.POST:
        progress.skip(name)
        return redirect(progress.next.url)
    return PAGES[name](request, progress)


def choose_preset(request: HttpRequest, progress: Progress) -> HttpResponse:
    """The rules to begin with, and how they differ."""
    chosen = request.POST.get("preset", "")
    if request.method == "POST" and chosen in NAMES:
        if request.user.is_superuser and not progress.reader.reach.platform:
            services.give_post(
                user=progress.reader.user,
                role=Role.PLATFORM_ADMINISTRATOR,
                by=Operator(progress.reader.at),
                reason=_("开始使用平台"),
            )
        progress.remember(preset=chosen)
        return redirect("start_step", "committee")
    context = {
        "progress": progress,
        "presets": compared(),
        "chosen": progress.state.get("preset", "county"),
        "missing": request.method == "POST",
    }
    return TemplateResponse(request, "members/start/preset.html", context)


def name_committee(request: HttpRequest, progress: Progress) -> HttpResponse:
    """What the committee is called; its rules come from the chosen preset."""
    if progress.committee is not None:
        context = {"progress": progress, "committee": progress.committee}
        return TemplateResponse(request, "members/start/committee_made.html", context)
    chosen = progress.state["preset"]
    parents = [Choice(str(row.pk), row.name) for row in Committee.objects.filter(closed_at=None)]

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        reader = progress.reader
        data["place_names"] = places_of(data.get("place_names", ""))
        above = data.pop("parent", None)
        with transaction.atomic():
            committee = services.create_committee(
                **data,
                parent=Committee.objects.filter(pk=above).first(),
                document=preset(chosen),
                by=reader,
            )
            services.give_post(
                user=reader.user,
                role=Role.COMMITTEE_ADMINISTRATOR,
                committee=committee,
                by=reader,
                reason=_("建立委员会"),
            )
        progress.remember(committee=committee.pk)
        messages.success(request, _("已建立 %(committee)s") % {"committee": committee.name})
        return redirect("start_step", "session")

    return plain_form.page(
        request,
        CommitteeForm if parents else CommitteeForm.without_parent,
        on_valid,
        template="members/start/form.html",
        initial={"level": chosen},
        choices=lambda path, declared: parents if path == "parent" else None,
        progress=progress,
        heading=_("委员会叫什么？"),
        note=_("代码用在账号和地址里，建立后不宜再改；其他各项以后可以修改。"),
    )


def set_session(request: HttpRequest, progress: Progress) -> HttpResponse:
    """The term and its session, with the window in which proposals are collected."""
    committee = cast(Committee, progress.committee)

    def on_valid(data: dict[str, Any]) -> HttpResponse:
        context, own = {"request": request}, {"committee": committee.pk}
        with transaction.atomic():
            term = TermSerializer(
                data={
                    **own,
                    "number": data.pop("term_number"),
                    "begins_on": data.pop("begins_on"),
                    "ends_on": data.pop("ends_on"),
                },
                context=context,
            )
            if not term.is_valid():
                faults = dict(term.errors)
                if "number" in faults:
                    faults["term_number"] = faults.pop("number")
                raise ApiRefusal(faults)
            session = SessionSerializer(
                data={**own, "term": term.save().pk, **data}, context=context
            )
            session.is_valid(raise_exception=True)
            made = session.save()
        messages.success(request, _("已建立：%(what)s") % {"what": made})
        return redirect("start_step", "import")

    if committee.sessions.exists():
        context = {
            "progress": progress,
            "sessions": committee.sessions.select_related("term__committee"),
        }
        return TemplateResponse(request, "members/start/session_made.html", context)
    return plain_form.page(
        request,
        SessionForm,
        on_valid,
        template="members/start/form.html",
        initial=usual_session(progress.reader.day),
        progress=progress,
        heading=_("哪一届、哪次会议，什么时候征集提案？"),
        note=_("征集时间内提交的是大会提案，截止后是平时提案。日期是按惯例填的，请改成实际的。"),
    )


def bring_in(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Members and units from tables."""
    return importing(
        request,
        cast(Committee, progress.committee),
        here=request.path,
        template="members/start/import.html",
        progress=progress,
    )


def invite(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Accounts for them, with passwords to be printed."""
    return inviting(
        request,
        cast(Committee, progress.committee),
        template="members/start/invite.html",
        progress=progress,
        next_url=STEPS[-1].url,
    )


def finish(request: HttpRequest, progress: Progress) -> HttpResponse:
    """What comes next."""
    committee = cast(Committee, progress.committee)
    if request.method == "POST":
        progress.remember(finished=True)
        return redirect("home")
    context = {
        "progress": progress,
        "committee": committee,
        "session": committee.sessions.order_by("-collection_opens_at").first(),
        "rounds": [
            (one.name, listed(role.label for role in one.roles))
            for one in progress.reader.rules(committee).review.rounds
        ],
        "counts": {
            "members": committee.members.count(),
            "units": committee.units.count(),
            "people": committee.accounts.count(),
        },
    }
    return TemplateResponse(request, "members/start/done.html", context)


PAGES: dict[str, Callable[[HttpRequest, Progress], HttpResponse]] = {
    "preset": choose_preset,
    "committee": name_committee,
    "session": set_session,
    "import": bring_in,
    "invite": invite,
    "done": finish,
}
"""What each step shows."""

HOME_SECTIONS = (
    home.HomeSection("members/start/_home.html", unfinished, roles=ADMINISTRATOR_ROLES, order=1),
)
