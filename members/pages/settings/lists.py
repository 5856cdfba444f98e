"""The lists of rows that administrators edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers

from members.api.filters import contains_any
from members.api.serializers import (
    BodySerializer,
    MemberSerializer,
    SessionSerializer,
    TermSerializer,
    UnitSerializer,
)
from members.enums import BodyKind, Role, UnitKind
from members.models import Body, Committee, Member, Post, Session, Term, Unit, User
from members.models.post import held
from members.pages.filters import narrowed, one_of
from members.pages.forms import Choices
from members.pages.settings.administered import SettingsList, committees, within
from members.pages.worklist import DAY, FLAG, MOMENT, Column, day, visible_rows
from members.punctuation import Text, listed
from members.reader import Reader, reader_of
from members.visibility import visible

# -- Filters -------------------------------------------------------------------------------


def administered_rows(model: type[Any]) -> Any:
    """Rows of the committees that the reader keeps."""

    def rows(reader: Reader) -> QuerySet[Any]:
        found = model.objects.filter(committee__in=committees(reader).values("pk"))
        return visible(reader, found)

    return rows


def _own_committees(request: Any) -> QuerySet[Committee]:
    return committees(reader_of(request))


def of_committee() -> filters.ModelChoiceFilter:
    """Rows of one of the committees that the reader keeps."""
    return filters.ModelChoiceFilter(label=_("委员会"), queryset=_own_committees)


def _active() -> filters.BooleanFilter:
    return filters.BooleanFilter(label=_("启用"))


def _body(label: Any, kind: BodyKind) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=label,
        queryset=lambda request: administered_rows(Body)(reader_of(request)).filter(kind=kind),
    )


class AccountFilter(filters.FilterSet):
    """The filters of accounts."""

    name = contains_any(_("姓名、用户名或手机号"), "name", "username", "phone")
    role = filters.ChoiceFilter(label=_("现任职务"), choices=Role.choices, method="by_role")
    is_active = filters.BooleanFilter(label=_("启用"))
    waits = filters.BooleanFilter(label=_("尚未修改初始密码"), field_name="must_change_password")
    home = filters.ModelChoiceFilter(label=_("所属委员会"), queryset=_own_committees)

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Who holds a post of the role in a committee of the reader's."""
        reader = reader_of(self.request)
        posts = Post.objects.held_on(reader.day).filter(role=value).order_by()
        return rows.filter(pk__in=visible(reader, posts).values("user"))


# -- Rows ----------------------------------------------------------------------------------


def _with_posts(rows: list[User], reader: Reader) -> None:
    """Add the posts that the reader may see, as sentences, to each account."""
    posts = Post.objects.held_on(reader.day).filter(user__in=[row.pk for row in rows])
    seen = visible(reader, posts).select_related("unit", "body")
    found: dict[int, list[str]] = defaultdict(list)
    for post in seen.order_by("role"):
        found[post.user_id].append(post.in_words())
    for row in rows:
        row.posts_said = listed(found[row.pk])  # type: ignore[attr-defined]  # read by a cell


def _units(reader: Reader) -> QuerySet[Unit]:
    rows: QuerySet[Unit] = administered_rows(Unit)(reader)
    today = held(reader.day, "posts__")
    return rows.annotate(people=Count("posts__user", filter=today, distinct=True))


COMMITTEE = Column("committee", _("委员会"), shown=False)
ACTIVE = Column("active", _("启用"), "is_active", FLAG, order=["is_active"])


def _page(row: Any) -> str:
    return reverse(row._meta.model_name, args=[row.pk])


@dataclass(frozen=True, kw_only=True)
class RowList(SettingsList):
    """A list of rows of a committee, each of which has a page with its form, the API's.

    ``new`` names the page of one more, ``first`` is what its form begins with. ``note`` stands
    above the form; ``beside`` is a part of the page of a row, and ``around`` what it reads.
    ``choices`` are those that the form leaves open, ``made`` answers to a new row, where its page
    does not. ``imported`` is whether rows can be brought in from a table, ``invited`` whether
    people are invited.
    """

    model: type[models.Model]
    form: type[serializers.Serializer[Any]]
    new: Text
    note: Text = ""
    imported: bool = False
    invited: bool = False
    beside: str = ""
    tools: str = "members/settings/_row_tools.html"
    page_of: Callable[[Any], str] = _page
    around: Callable[[Any, Reader], Mapping[str, Any]] = lambda row, reader: {}
    first: Callable[[Committee], Mapping[str, Any]] = lambda committee: {}
    choices: Callable[..., Choices] = within
    made: Callable[[HttpRequest, Any], HttpResponse] | None = None

    @property
    def row_name(self) -> str:
        """The name of the address of a row; that of a new one begins with ``new_``."""
        return str(self.model._meta.model_name)

    @property
    def new_url(self) -> str:
        """The page of one more."""
        return reverse(f"new_{self.row_name}")


def staff(row: Unit | Body, reader: Reader) -> dict[str, Any]:
    """Who works in a unit, or speaks for a body, today."""
    posts = Post.objects.held_on(reader.day).filter(**{row._meta.model_name or "": row})
    return {"posts": posts.select_related("user").order_by("role", "user__name")[:100]}


def of_member(member: Member, reader: Reader) -> dict[str, Any]:
    """The posts that the account of a member holds today."""
    posts = Post.objects.held_on(reader.day).filter(user=member.user_id or 0)
    return {"posts": posts.select_related("user", "unit", "body").order_by("role")[:50]}


def latest_term(committee: Committee) -> dict[str, Any]:
    """A new session or member belongs to the latest term."""
    term = committee.terms.order_by("-begins_on").first()
    return {"term": term, "terms": [term] if term else []}


ACCOUNTS = SettingsList(
    slug="accounts",
    label=_("账号"),
    icon="user-cog",
    rows=visible_rows(User.objects.all()),
    related=("home",),
    columns=(
        Column("name", _("姓名"), "get_short_name", order=["name"], main=True),
        Column("username", _("用户名"), order=["username"]),
        Column("posts", _("现任职务"), "posts_said"),
        Column("phone", _("手机号"), shown=False),
        Column("home", _("所属委员会"), shown=False),
        day("login", _("上次登录"), "last_login"),
        ACTIVE,
    ),
    page_of=_page,
    comes_next=_("点“新建账号”，或用“邀请”一次为多名委员建立账号。"),
    filterset=AccountFilter,
    order=("username", "id"),
    prepare=_with_posts,
    tools="members/settings/_account_tools.html",
)

ROW_LISTS = (
    RowList(
        slug="members",
        label=_("委员名册"),
        icon="users",
        rows=administered_rows(Member),
        related=("committee", "sector", "party", "group", "user"),
        columns=(
            Column("name", _("姓名"), order=["name"], main=True),
            Column("number", _("委员证号"), order=["number"]),
            Column("sector", _("界别"), order=["sector__name"]),
            Column("party", _("党派"), order=["party__name"]),
            Column("group", _("委员小组"), order=["group__name"]),
            Column("employer", _("单位及职务")),
            Column("phone", _("联系电话"), shown=False),
            Column("account", _("有账号"), lambda row: row.user_id is not None, FLAG),
            COMMITTEE,
        ),
        model=Member,
        form=MemberSerializer,
        new=_("新建委员"),
        imported=True,
        invited=True,
        beside="members/settings/_membership.html",
        around=of_member,
        first=latest_term,
        comes_next=_("点“导入名单”，从表格一次录入委员；也可以逐名新建。"),
        filterset=narrowed(
            name=contains_any(_("姓名或委员证号"), "name", "number"),
            committee=of_committee(),
            sector=_body(_("界别"), BodyKind.SECTOR),
            party=_body(_("党派"), BodyKind.PARTY),
            group=_body(_("委员小组"), BodyKind.GROUP),
            terms=filters.ModelChoiceFilter(
                label=_("届"),
                queryset=lambda request: administered_rows(Term)(reader_of(request)).select_related(
                    "committee"
                ),
            ),
            without=filters.BooleanFilter(
                label=_("没有账号"), field_name="user", lookup_expr="isnull"
            ),
        ),
        order=("number", "id"),
    ),
    RowList(
        slug="units",
        label=_("承办单位"),
        icon="building",
        rows=_units,
        related=("committee", "parent"),
        columns=(
            Column("name", _("名称"), order=["name"], main=True),
            Column("short", _("简称"), "short_name"),
            Column("kind", _("类别"), "get_kind_display", order=["kind"]),
            Column("parent", _("上级单位")),
            Column("people", _("人员"), order=["people"]),
            ACTIVE,
            COMMITTEE,
        ),
        model=Unit,
        form=UnitSerializer,
        new=_("新建承办单位"),
        imported=True,
        note=_("停用的单位不能再交办；已交办的继续办理。"),
        beside="members/settings/_staff.html",
        around=staff,
        first=lambda committee: {"is_active": True},
        comes_next=_("点“导入名单”，从表格一次录入承办单位；也可以逐个新建。"),
        filterset=narrowed(
            name=contains_any(_("名称"), "name", "short_name"),
            committee=of_committee(),
            kind=one_of(_("类别"), UnitKind.choices),
            is_active=_active(),
        ),
        order=("kind", "name", "id"),
    ),
    RowList(
        slug="bodies",
        label=_("集体提案者"),
        icon="users-group",
        rows=administered_rows(Body),
        related=("committee", "convener"),
        columns=(
            Column("name", _("名称"), order=["name"], main=True),
            Column("kind", _("类别"), "get_kind_display", order=["kind"]),
            Column("convener", _("召集人")),
            Column("contact", _("联系人"), "contact_name"),
            ACTIVE,
            COMMITTEE,
        ),
        model=Body,
        form=BodySerializer,
        new=_("新建集体提案者"),
        note=_("停用的不能再提出集体提案；已有的提案不受影响。"),
        beside="members/settings/_staff.html",
        around=staff,
        first=lambda committee: {"is_active": True},
        comes_next=_("党派、人民团体、专门委员会、界别和委员小组列在这里；导入委员时也会建立。"),
        filterset=narrowed(
            name=contains_any(_("名称或联系人"), "name", "contact_name"),
            committee=of_committee(),
            kind=one_of(_("类别"), BodyKind.choices),
            is_active=_active(),
        ),
        order=("kind", "name", "id"),
    ),
    RowList(
        slug="sessions",
        label=_("会议"),
        icon="calendar-event",
        rows=administered_rows(Session),
        related=("committee", "term__committee"),
        columns=(
            Column("name", _("会议"), "__str__", order=["term__number", "number"], main=True),
            day("opens", _("开幕日期"), "opens_on"),
            Column("closes", _("闭幕日期"), "closes_on", DAY),
            Column("from", _("开始征集"), "collection_opens_at", MOMENT),
            Column("until", _("截止时间"), "collection_closes_at", MOMENT),
            Column("rolls", _("转入下次会议"), "rollover_at", MOMENT),
        ),
        model=Session,
        form=SessionSerializer,
        new=_("新建会议"),
        note=_(
            "征集时间内提交的是大会提案，截止后提交的是平时提案；"
            "自“转入下次会议的时间”起提交的计入下次会议。时间精确到分。"
        ),
        first=latest_term,
        comes_next=_("先建立届，再建立会议并设定提案征集时间。"),
        filterset=narrowed(committee=of_committee()),
        order=("-collection_opens_at", "id"),
    ),
    RowList(
        slug="terms",
        label=_("届"),
        icon="calendar-time",
        rows=administered_rows(Term),
        related=("committee",),
        columns=(
            Column("name", _("届"), "__str__", order=["number"], main=True),
            Column("begins", _("开始日期"), "begins_on", DAY),
            Column("ends", _("结束日期（不含）"), "ends_on", DAY),
        ),
        model=Term,
        form=TermSerializer,
        new=_("新建届"),
        comes_next=_("建立本届，委员和会议都属于某一届。"),
        filterset=narrowed(committee=of_committee()),
        order=("-begins_on", "id"),
    ),
)
"""The lists whose rows have pages here."""

WORKLISTS = (ACCOUNTS, *ROW_LISTS)
