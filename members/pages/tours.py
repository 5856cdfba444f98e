"""Guided tours: for each role a few places on the page, and what one does there."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from members.enums import ADMINISTRATOR_ROLES, UNIT_ROLES, Role
from members.pages import home
from members.punctuation import Text
from members.reader import Reader, reader_of

DONE = "toured"
"""In the preferences: the roles whose tour somebody has seen or declined."""


@dataclass(frozen=True)
class Stop:
    """A place and what is said there: ``at`` is the ``data-tour`` of the element, or the address
    to which a line of the navigation leads. A place that is not on the page is passed over.
    """

    at: str
    title: Text
    text: Text


@dataclass(frozen=True)
class Tour:
    """What somebody of ``roles`` is shown; of several the first in the list."""

    name: str
    roles: Collection[str]
    stops: tuple[Stop, ...]


SEARCH = Stop("search", _("找东西"), _("按 Ctrl K，输入编号、案由、姓名或页面名称，直接跳过去。"))
INBOX = Stop("inbox", _("收件箱"), _("需要您知道或办理的事都会在这里提醒。"))
ACCOUNT = Stop(
    "account", _("账号"), _("在这里改密码、开启双因素验证、安排代收，也可以再看一遍导览。")
)
SESSION = Stop("session", _("选择会议"), _("清单和统计只显示所选的会议；想看全部，选“全部会议”。"))
LISTS = Stop(
    "navigation",
    _("您的清单"),
    _("每一行是一类要办的事，数字是现在等您办的件数。点开一件，办完会接着到下一件。"),
)

TOURS = (
    Tour(
        "member",
        {Role.MEMBER, Role.COLLECTIVE_CONTACT},
        (
            Stop("home", _("等您办的"), _("联名邀请、退回修改的、要您评价的答复，都先列在首页。")),
            Stop(
                "navigation",
                _("起草提案"),
                _("从这里起草。边写边自动保存，旁边会列出相似的提案和它们的答复。"),
            ),
            INBOX,
            ACCOUNT,
        ),
    ),
    Tour(
        "unit",
        UNIT_ROLES,
        (
            Stop("home", _("先看首页"), _("待签收、在办、待签发的都在这里，按期限先后排列。")),
            LISTS,
            SEARCH,
            ACCOUNT,
        ),
    ),
    Tour(
        "office",
        {
            Role.COMMITTEE_CLERK,
            Role.COMMITTEE_REVIEWER,
            Role.COMMITTEE_DIRECTOR,
            Role.ASSIGNING_OFFICER,
            Role.INSPECTION_OFFICER,
            Role.AUDITOR,
        },
        (SESSION, LISTS, SEARCH, INBOX, ACCOUNT),
    ),
    Tour(
        "leader",
        {Role.LEADING_SUPERVISOR},
        (
            Stop("home", _("一页看全"), _("您领衔督办的题目、进展和等您批示的，都在首页。")),
            LISTS,
            ACCOUNT,
        ),
    ),
    Tour(
        "administrator",
        ADMINISTRATOR_ROLES,
        (
            Stop(
                "/lists/accounts/",
                _("账号"),
                _("新建账号、给予职务、重置密码；“邀请”一次建立许多。"),
            ),
            Stop(
                "/rulebooks/",
                _("规则"),
                _("期限、轮次、类别等都是规则，自某天起生效，不改写旧事。"),
            ),
            Stop("/lists/sessions/", _("会议"), _("在这里设定征集提案的开始和截止时间。")),
            ACCOUNT,
        ),
    ),
)
"""Every tour; the applications can ``add`` stops of theirs."""


def tour_for(reader: Reader) -> Tour | None:
    """The tour of somebody's first role in the list."""
    roles = reader.roles
    return next((tour for tour in TOURS if roles & set(tour.roles)), None)


def drawn(tour: Tour) -> str:
    """The data for the script, as JSON."""
    stops = [
        {"at": stop.at, "title": str(stop.title), "text": str(stop.text)} for stop in tour.stops
    ]
    return json.dumps(stops, ensure_ascii=False)


def offer(reader: Reader) -> dict[str, Any] | None:
    """On the first page: a tour that the reader has neither seen nor declined."""
    tour = tour_for(reader)
    if tour is None or tour.name in reader.user.preferences.get(DONE, []):
        return None
    return {"tour": tour, "stops": drawn(tour)}


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """The tour as a page, for browsers without scripts and to be read again."""
    found = tour_for(reader_of(request))
    context = {"tour": found, "stops": drawn(found) if found else "[]"}
    return TemplateResponse(request, "members/tour.html", context)


@require_POST
def toured(request: HttpRequest) -> HttpResponse:
    """Remember that the reader has seen their tour, or does not want it."""
    reader = reader_of(request)
    found = tour_for(reader)
    if found is not None:
        seen = {*reader.user.preferences.get(DONE, []), found.name}
        reader.user.preferences[DONE] = sorted(seen)
        reader.user.save(update_fields=["preferences"])
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({})
    return redirect("home")


HOME_SECTIONS = (home.HomeSection("members/first_page/_tour.html", offer, order=2),)
