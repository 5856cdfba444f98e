"""Lists: a constant number of queries, bounded pages, and only what is on the allow-lists."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from members import services
from members.enums import Role
from members.models import Committee, User
from members.reader import Reader
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    DeliveryFactory,
    MemberFactory,
    NoticeFactory,
    PostFactory,
    RulebookFactory,
    SessionFactory,
    StandInFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
    WebhookCallFactory,
    WebhookFactory,
)
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db

SignIn = Callable[[User | None], APIClient]


@pytest.fixture
def administrator() -> User:
    return PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user


def rows(kind: str, committee: Committee, user: User) -> Any:
    """Makes one more row of a kind, with relations."""
    term = committee.terms.first() or TermFactory(committee=committee)
    body = BodyFactory(committee=committee)
    return {
        "committees": lambda n: CommitteeFactory(parent=None, rulebook=False),
        "terms": lambda n: TermFactory(committee=committee),
        "sessions": lambda n: SessionFactory(term=term),
        "bodies": lambda n: BodyFactory(
            committee=committee, convener=MemberFactory(committee=committee)
        ),
        "units": lambda n: UnitFactory(
            committee=committee, parent=UnitFactory(committee=committee)
        ),
        "members": lambda n: _full_member(committee, body, term),
        "posts": lambda n: PostFactory(committee=committee),
        "users": lambda n: PostFactory(committee=committee, user=UserFactory(home=committee)),
        "rulebooks": lambda n: RulebookFactory(
            committee=committee, effective_from=date(2021 + n, 1, 1)
        ),
        "notices": lambda n: NoticeFactory(recipient=user, on_behalf_of=UserFactory()),
        "stand-ins": lambda n: StandInFactory(
            user=PostFactory(committee=committee).user, made_by=user
        ),
        "deliveries": lambda n: DeliveryFactory(
            notice__recipient=PostFactory(committee=committee).user
        ),
        "service-tokens": lambda n: _service_token(committee),
        "webhooks": lambda n: WebhookFactory(committee=committee, made_by=user),
        "webhook-calls": lambda n: WebhookCallFactory(webhook=WebhookFactory(committee=committee)),
    }[kind]


def _service_token(committee: Committee) -> None:
    post = PostFactory(committee=committee)
    by = Reader(post.user, NOW)
    services.create_service_token(name="大屏", posts=[post], until=None, by=by)


def _full_member(committee: Committee, body: Any, term: Any) -> None:
    member = MemberFactory(committee=committee, sector=body, party=body, group=body)
    member.special_committees.add(body)
    member.terms.add(term)


# One query each for the person's posts, the count and the page; two more lists of a member,
# one of a user's posts, of a token's, and of a webhook's secrets.
QUERIES = {
    "committees": 2, "terms": 3, "sessions": 3, "bodies": 3, "units": 3,
    "members": 5, "posts": 3, "users": 4, "rulebooks": 3, "notices": 2,
    "service-tokens": 4, "stand-ins": 3, "deliveries": 3, "webhooks": 4, "webhook-calls": 3,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "queries"), QUERIES.items())
def test_list_asks_the_same_for_one_row_and_for_three(
    client_of: SignIn, administrator: User, kind: str, queries: int
) -> None:
    committee = administrator.posts.get().committee
    add = rows(kind, committee, administrator)
    counted = []
    for batch in ([0], [1, 2]):
        for number in batch:
            add(number)
        client = client_of(administrator)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.get(f"/api/v1/{kind}/")
        counted.append(len(captured))
        assert response.status_code == 200
        assert response.json()["count"] >= len(batch)

    assert counted == [queries, queries]


def test_page_is_bounded(client_of: SignIn, administrator: User) -> None:
    committee = administrator.posts.get().committee
    UnitFactory.create_batch(201, committee=committee)
    client = client_of(administrator)

    pages = [client.get(f"/api/v1/units/{query}").json() for query in ("", "?page_size=9999")]

    assert [(page["count"], len(page["results"])) for page in pages] == [(201, 50), (201, 200)]


KNOWN = "不能按此项筛选，可用：committee、group、party、search、sector、special_committee、term"
REFUSED = [
    ("members", "phone=1", "phone", KNOWN),
    ("members", "user__password__startswith=a", "user__password__startswith", KNOWN),
    ("members", "ordering=phone", "ordering", "不能按此项排序"),
    ("users", "ordering=password", "ordering", "不能按此项排序"),
    ("users", "ordering=name,(select+1)", "ordering", "不能按此项排序"),
    ("members", "sector=1e9999", "sector", "输入整数。"),
    ("members", "sector=99999999999999999999", "sector", "确保该值小于或等于9223372036854775807。"),
    ("users", "search=a", "search", "确保该变量至少包含 2 字符(目前字符数 1)。"),
]


@pytest.mark.parametrize(("kind", "query", "attr", "words"), REFUSED)
def test_what_is_not_on_the_allow_list_is_refused(
    client_of: SignIn, administrator: User, kind: str, query: str, attr: str, words: str
) -> None:
    response = client_of(administrator).get(f"/api/v1/{kind}/?{query}")

    assert response.status_code == 400
    errors = response.json()["errors"]
    assert [(each["attr"], each["detail"]) for each in errors] == [(attr, words)]


def test_filter_by_a_row_of_another_committee_tells_nothing(
    client_of: SignIn, administrator: User
) -> None:
    client = client_of(administrator)

    answers = [
        client.get(f"/api/v1/members/?sector={sector}").json()
        for sector in (BodyFactory().pk, 10**9)
    ]

    assert answers[0] == answers[1]
    assert answers[0]["count"] == 0


def test_search_finds_people_by_part_of_the_name(client_of: SignIn, administrator: User) -> None:
    committee = administrator.posts.get().committee
    MemberFactory(committee=committee, name="欧阳文")
    MemberFactory(name="欧阳文")

    found = client_of(administrator).get("/api/v1/members/?search=欧阳").json()["results"]

    assert [(member["name"], member["committee"]) for member in found] == [("欧阳文", committee.pk)]


def test_members_phone_reaches_only_who_may_see_it(client_of: SignIn, administrator: User) -> None:
    committee = administrator.posts.get().committee
    member = MemberFactory(committee=committee, phone="13800000000", address="某路 1 号")
    colleague = MemberFactory(committee=committee).user

    shown = {
        user.pk: client_of(user).get(f"/api/v1/members/{member.pk}/").json()
        for user in (administrator, member.user, colleague)
    }

    contact = {pk: (row["phone"], row["address"], row["user"]) for pk, row in shown.items()}
    full = ("13800000000", "某路 1 号", member.user.pk)
    assert contact == {administrator.pk: full, member.user.pk: full, colleague.pk: (None,) * 3}


def test_account_shows_name_username_and_the_posts_of_the_own_committee(
    client_of: SignIn, administrator: User
) -> None:
    committee = administrator.posts.get().committee
    user = UserFactory(home=committee, phone="13800000000", email="a@example.org")
    own = PostFactory(user=user, committee=committee)
    PostFactory(user=user)

    row = client_of(administrator).get(f"/api/v1/users/{user.pk}/").json()

    assert sorted(row) == ["home", "id", "is_active", "name", "posts", "username"]
    assert [post["id"] for post in row["posts"]] == [own.pk]


def test_post_of_another_committees_unit_is_refused(client_of: SignIn, administrator: User) -> None:
    """A row that the person cannot see does not exist for them."""
    committee = administrator.posts.get().committee
    data = {"user": administrator.pk, "role": Role.UNIT_LIAISON, "committee": committee.pk}

    response = client_of(administrator).post(
        "/api/v1/posts/", data | {"unit": UnitFactory().pk, "reason": "新任"}, "json"
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "unit"


def test_wrong_dates_of_a_session_are_refused_at_their_field(
    client_of: SignIn, administrator: User
) -> None:
    committee = administrator.posts.get().committee
    session = SessionFactory(term=TermFactory(committee=committee))
    client = client_of(administrator)
    changes = {
        "collection_closes_at": "2023-01-01T00:00:00Z",
        "rollover_at": "2023-12-05T12:00:00Z",
        "opens_on": "2029-01-01",
        "closes_on": "2024-01-01",
        "committee": CommitteeFactory().pk,
    }

    refused = {
        field: client.patch(f"/api/v1/sessions/{session.pk}/", {field: value}, "json").json()
        for field, value in changes.items()
    }

    assert {field: answer["errors"][0]["detail"] for field, answer in refused.items()} == {
        "collection_closes_at": "截止时间须晚于开始征集时间",
        "rollover_at": "转入下次会议的时间不能早于截止时间",
        "opens_on": "闭幕日期不能早于开幕日期",
        "closes_on": "闭幕日期不能早于开幕日期",
        "committee": "不能移到其他委员会",
    }
