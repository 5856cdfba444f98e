"""The lists of what administrators keep."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from members import clock
from members.enums import BodyKind, Role, UnitKind
from members.models import Body, Committee, Member, Post, Session, Term, Unit, User
from members.pages.navigation import Section
from members.pages.settings.administered import ADMINISTRATORS, committees
from members.pages.worklist import Column, Worklist
from members.punctuation import aside, listed
from members.reader import Reader, reader_of
from members.visibility import visible

DAY = "components/cells/_day.html"
MOMENT = "components/cells/_moment.html"
FLAG = "components/cells/_flag.html"


# -- Filters -------------------------------------------------------------------------------


class Called(filters.CharFilter):
    """Rows in which one of ``among`` contains the text."""

    def __init__(self, *among: str, **options: Any) -> None:
        super().__init__(**options)
        self.among = among

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that are called so."""
        wanted = Q()
        for name in self.among if value else ():
            wanted |= Q(**{f"{name}__icontains": value})
        return rows.filter(wanted)


def _own(model: type[Any], **which: Any) -> Any:
    """What can be chosen in a filter: rows of the committees that the reader keeps."""

    def rows(request: Any) -> QuerySet[Any]:
        return model.objects.filter(committee__in=committees(reader_of(request)), **which)

    return rows


def _own_committees(request: Any) -> QuerySet[Committee]:
    return committees(reader_of(request))


class AccountFilter(filters.FilterSet):
    """How accounts can be narrowed."""

    name = Called("name", "username", "phone", label=_("姓名、用户名或手机号"))
    role = filters.ChoiceFilter(label=_("现任职务"), choices=Role.choices, method="by_role")
    is_active = filters.BooleanFilter(label=_("启用"))
    waits = filters.BooleanFilter(label=_("尚未修改初始密码"), field_name="must_change_password")
    home = filters.ModelChoiceFilter(label=_("所属委员会"), queryset=_own_committees)

    class Meta:
        model = User
        fields: list[str] = []

    def by_role(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Who holds a post of the role in a committee of the reader's."""
        held = Post.objects.held_on(clock.today()).filter(role=value).order_by()
        seen = visible(reader_of(self.request), held)
        return rows.filter(pk__in=seen.values("user"))


class MemberFilter(filters.FilterSet):
    """How members can be narrowed."""

    name = Called("name", "number", label=_("姓名或委员证号"))
    committee = filters.ModelChoiceFilter(label=_("委员会"), queryset=_own_committees)
    sector = filters.ModelChoiceFilter(label=_("界别"), queryset=_own(Body, kind=BodyKind.SECTOR))
    party = filters.ModelChoiceFilter(label=_("党派"), queryset=_own(Body, kind=BodyKind.PARTY))
    group = filters.ModelChoiceFilter(label=_("委员小组"), queryset=_own(Body, kind=BodyKind.GROUP))
    terms = filters.ModelChoiceFilter(
        label=_("届"),
        queryset=lambda request: _own(Term)(request).select_related("committee"),
    )
    without = filters.BooleanFilter(label=_("没有账号"), field_name="user", lookup_expr="isnull")

    class Meta:
        model = Member
        fields: list[str] = []


class UnitFilter(filters.FilterSet):
    """How units can be narrowed."""

    name = Called("name", "short_name", label=_("名称"))
    committee = filters.ModelChoiceFilter(label=_("委员会"), queryset=_own_committees)
    kind = filters.MultipleChoiceFilter(label=_("类别"), choices=UnitKind.choices)
    is_active = filters.BooleanFilter(label=_("启用"))

    class Meta:
        model = Unit
        fields: list[str] = []


class BodyFilter(UnitFilter):
    """How bodies can be narrowed."""

    name = Called("name", "contact_name", label=_("名称或联系人"))
    kind = filters.MultipleChoiceFilter(label=_("类别"), choices=BodyKind.choices)

    class Meta:
        model = Body
        fields: list[str] = []


class TermFilter(filters.FilterSet):
    """How terms and sessions can be narrowed."""

    committee = filters.ModelChoiceFilter(label=_("委员会"), queryset=_own_committees)

    class Meta:
        model = Term
        fields: list[str] = []


# -- Rows ----------------------------------------------------------------------------------


def _accounts(reader: Reader) -> QuerySet[User]:
    return visible(reader, User.objects.select_related("home"))


def _with_posts(rows: list[User], reader: Reader) -> None:
    """Add the posts that the reader may see, as sentences, to each account."""
    held = Post.objects.held_on(reader.day).filter(user__in=[row.pk for row in rows])
    seen = visible(reader, held).select_related("unit", "body")
    found: dict[int, list[str]] = defaultdict(list)
    for post in seen.order_by("role"):
        where = post.unit or post.body
        found[post.user_id].append(aside(post.get_role_display(), where))
    for row in rows:
        row.posts_said = listed(found[row.pk])  # type: ignore[attr-defined]  # read by a cell


def _kept(model: type[Any], *related: str) -> Any:
    """Rows of the committees that the reader keeps."""

    def rows(reader: Reader) -> QuerySet[Any]:
        own = committees(reader).values("pk")
        found = model.objects.filter(committee__in=own).select_related("committee", *related)
        return visible(reader, found)

    return rows


def _units(reader: Reader) -> QuerySet[Unit]:
    rows: QuerySet[Unit] = _kept(Unit, "parent")(reader)
    held = Q(posts__since=None) | Q(posts__since__lte=reader.day)
    left = Q(posts__until=None) | Q(posts__until__gt=reader.day)
    return rows.annotate(people=Count("posts__user", filter=held & left, distinct=True))


def _page(name: str) -> Any:
    return lambda row: reverse(name, args=[row.pk])


COMMITTEE = Column("committee", _("委员会"), lambda row: str(row.committee), shown=False)
ACTIVE = Column("active", _("启用"), lambda row: row.is_active, cell=FLAG, order=["is_active"])


def _list(slug: str, label: Any, icon: str, rows: Any, columns: Any, **more: Any) -> Worklist:
    return Worklist(
        slug=slug,
        label=label,
        icon=icon,
        section=Section.SETTINGS,
        roles=ADMINISTRATORS,
        rows=rows,
        columns=columns,
        counted=False,
        **more,
    )


WORKLISTS = (
    _list(
        "accounts",
        _("账号"),
        "user-cog",
        _accounts,
        (
            Column("name", _("姓名"), lambda row: row.get_short_name(), order=["name"], main=True),
            Column("username", _("用户名"), lambda row: row.username, order=["username"]),
            Column("posts", _("现任职务"), lambda row: row.posts_said),
            Column("phone", _("手机号"), lambda row: row.phone, shown=False),
            Column("home", _("所属委员会"), lambda row: str(row.home or "—"), shown=False),
            Column("login", _("上次登录"), lambda row: row.last_login, DAY, order=["last_login"]),
            ACTIVE,
        ),
        page_of=_page("user"),
        comes_next=_("点“新建账号”，或用“邀请”一次为多名委员建立账号。"),
        filterset=AccountFilter,
        order=("username", "id"),
        prepare=_with_posts,
        tools="members/settings/_account_tools.html",
    ),
    _list(
        "members",
        _("委员名册"),
        "users",
        _kept(Member, "sector", "party", "group", "user"),
        (
            Column("name", _("姓名"), lambda row: row.name, order=["name"], main=True),
            Column("number", _("委员证号"), lambda row: row.number, order=["number"]),
            Column("sector", _("界别"), lambda row: str(row.sector or "—"), order=["sector__name"]),
            Column("party", _("党派"), lambda row: str(row.party or "—"), order=["party__name"]),
            Column(
                "group", _("委员小组"), lambda row: str(row.group or "—"), order=["group__name"]
            ),
            Column("employer", _("单位及职务"), lambda row: row.employer),
            Column("phone", _("联系电话"), lambda row: row.phone, shown=False),
            Column("account", _("有账号"), lambda row: row.user_id is not None, cell=FLAG),
            COMMITTEE,
        ),
        page_of=_page("member"),
        comes_next=_("点“导入名单”，从表格一次录入委员；也可以逐名新建。"),
        filterset=MemberFilter,
        order=("number", "id"),
        tools="members/settings/_member_tools.html",
    ),
    _list(
        "units",
        _("承办单位"),
        "building",
        _units,
        (
            Column("name", _("名称"), lambda row: row.name, order=["name"], main=True),
            Column("short", _("简称"), lambda row: row.short_name),
            Column("kind", _("类别"), lambda row: row.get_kind_display(), order=["kind"]),
            Column("parent", _("上级单位"), lambda row: str(row.parent or "—")),
            Column("people", _("人员"), lambda row: row.people, order=["people"]),
            ACTIVE,
            COMMITTEE,
        ),
        page_of=_page("unit"),
        comes_next=_("点“导入名单”，从表格一次录入承办单位；也可以逐个新建。"),
        filterset=UnitFilter,
        order=("kind", "name", "id"),
        tools="members/settings/_unit_tools.html",
    ),
    _list(
        "bodies",
        _("集体提案者"),
        "users-group",
        _kept(Body, "convener"),
        (
            Column("name", _("名称"), lambda row: row.name, order=["name"], main=True),
            Column("kind", _("类别"), lambda row: row.get_kind_display(), order=["kind"]),
            Column("convener", _("召集人"), lambda row: str(row.convener or "—")),
            Column("contact", _("联系人"), lambda row: row.contact_name or "—"),
            ACTIVE,
            COMMITTEE,
        ),
        page_of=_page("body"),
        comes_next=_("党派、人民团体、专门委员会、界别和委员小组列在这里；导入委员时也会建立。"),
        filterset=BodyFilter,
        order=("kind", "name", "id"),
        tools="members/settings/_body_tools.html",
    ),
    _list(
        "sessions",
        _("会议"),
        "calendar-event",
        _kept(Session, "term__committee"),
        (
            Column("name", _("会议"), str, order=["term__number", "number"], main=True),
            Column("opens", _("开幕日期"), lambda row: row.opens_on, DAY, order=["opens_on"]),
            Column("closes", _("闭幕日期"), lambda row: row.closes_on, DAY),
            Column("from", _("开始征集"), lambda row: row.collection_opens_at, MOMENT),
            Column("until", _("截止时间"), lambda row: row.collection_closes_at, MOMENT),
            Column("rolls", _("转入下次会议"), lambda row: row.rollover_at, MOMENT),
        ),
        page_of=_page("session"),
        comes_next=_("先建立届，再建立会议并设定提案征集时间。"),
        filterset=TermFilter,
        order=("-collection_opens_at", "id"),
        tools="members/settings/_session_tools.html",
    ),
    _list(
        "terms",
        _("届"),
        "calendar-time",
        _kept(Term),
        (
            Column("name", _("届"), str, order=["number"], main=True),
            Column("begins", _("开始日期"), lambda row: row.begins_on, DAY),
            Column("ends", _("结束日期（不含）"), lambda row: row.ends_on, DAY),
        ),
        page_of=_page("term"),
        comes_next=_("建立本届，委员和会议都属于某一届。"),
        filterset=TermFilter,
        order=("-begins_on", "id"),
        tools="members/settings/_term_tools.html",
    ),
)
