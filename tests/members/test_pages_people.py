"""What administrators keep: accounts and posts, members, units, bodies, terms and sessions."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import clock
from members.enums import BodyKind, Role
from members.models import Body, Member, Post, Session, Term, Unit, User
from tests import MOST_QUERIES
from tests.factories.members import (
    PASSWORD,
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    SessionFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee():
    return CommitteeFactory(code="yongping")


@pytest.fixture
def administrator(committee):
    user = UserFactory(home=committee)
    PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=committee, user=user)
    return user


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


def test_unit_is_made_changed_and_disabled(signed_in, committee):
    above = UnitFactory(committee=committee)
    strange = UnitFactory()

    refused = signed_in.post("/units/new/", {"name": "教育局", "kind": "", "parent": strange.pk})
    made = signed_in.post(
        "/units/new/",
        {"name": "教育局", "kind": "government", "parent": above.pk, "is_active": "true"},
    )
    unit = Unit.objects.get(name="教育局")
    changed = signed_in.post(
        f"/units/{unit.pk}/", {"name": "教育体育局", "kind": "government", "parent": ""}
    )

    assert refused.status_code == 422
    assert "教育局" in refused.content.decode()  # what was typed is still there
    assert made.status_code == changed.status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.parent, unit.is_active) == ("教育体育局", None, False)


def test_member_is_entered_with_bodies_of_the_committee(signed_in, committee):
    TermFactory(committee=committee)
    sector = BodyFactory(committee=committee)
    strange = BodyFactory()

    page = signed_in.get("/members/new/").content.decode()
    refused = signed_in.post(
        "/members/new/", {"number": "001", "name": "张三", "sector": strange.pk}
    )
    made = signed_in.post(
        "/members/new/",
        {"number": "001", "name": "张三", "sector": sector.pk, "terms": [committee.terms.get().pk]},
    )

    assert sector.name in page
    assert strange.name not in page
    assert refused.status_code == 422
    assert made.status_code == 302
    member = Member.objects.get()
    assert (member.name, member.sector, member.committee) == ("张三", sector, committee)
    assert member.terms.count() == 1


def test_term_and_session_say_what_is_wrong_with_their_dates(signed_in, committee):
    signed_in.post("/terms/new/", {"number": 5, "begins_on": "2026-01-01", "ends_on": "2031-01-01"})
    term = Term.objects.get()
    session = {
        "term": term.pk,
        "number": 1,
        "opens_on": "2026-01-10",
        "closes_on": "2026-01-14",
        "collection_opens_at": "2025-12-01T09:00",
        "collection_closes_at": "2025-11-01T09:00",
    }

    refused = signed_in.post("/sessions/new/", session)
    signed_in.post("/sessions/new/", session | {"collection_closes_at": "2026-01-12T18:00"})

    assert "截止时间须晚于开始征集时间" in refused.content.decode()
    assert str(Session.objects.get().collection_closes_at) == "2026-01-12 10:00:00+00:00"


def test_account_is_made_with_a_password_that_opens_it_once(signed_in, client, committee):
    unit = UnitFactory(committee=committee)

    shown = signed_in.post(
        "/users/new/", {"username": "wang", "name": "王五", "phone": "", "home": committee.pk}
    )
    account = User.objects.get(username="wang")
    password = re.search(r"<code>(\w{4}-\w{4}-\w{4})</code>", shown.content.decode())[1]
    given = signed_in.post(
        f"/users/{account.pk}/posts/new/?role={Role.UNIT_HANDLER}",
        {"scope": unit.pk, "reason": "新任"},
    )

    assert shown["Cache-Control"] == "no-store"
    assert account.check_password(password)
    assert account.must_change_password
    assert given.status_code == 302
    assert account.posts.get().unit == unit
    client.logout()
    client.post("/accounts/login/", {"login": "wang", "password": password})
    assert client.get("/inbox/").headers["Location"] == "/accounts/password/change/"


def test_post_ends_from_a_day_on(signed_in, committee):
    post = PostFactory(committee=committee, user=UserFactory(home=committee))
    tomorrow = clock.today() + timedelta(days=1)

    refused = signed_in.post(f"/posts/{post.pk}/end/", {"until": "2020-01-01", "reason": "调离"})
    bare = signed_in.post(f"/posts/{post.pk}/end/", {"until": tomorrow.isoformat()})
    post.refresh_from_db()
    without_a_reason = post.until
    data = {"until": tomorrow.isoformat(), "reason": "调离"}
    signed_in.post(f"/posts/{post.pk}/end/", data)

    assert "不能早于今天" in refused.content.decode()
    assert (bare.status_code, without_a_reason) == (422, None)
    post.refresh_from_db()
    assert post.until == tomorrow


def test_account_is_reset_and_disabled_and_enabled(signed_in, committee):
    account = UserFactory(home=committee)

    signed_in.post(f"/users/{account.pk}/password/")
    account.refresh_from_db()
    reset = not account.check_password(PASSWORD) and account.must_change_password
    signed_in.post(f"/users/{account.pk}/switch/")
    account.refresh_from_db()
    disabled = not account.is_active
    signed_in.post(f"/users/{account.pk}/switch/")
    account.refresh_from_db()

    assert (reset, disabled, account.is_active) == (True, True, True)


def test_administrator_of_one_committee_reaches_no_other(signed_in, committee):
    other = CommitteeFactory()
    account = UserFactory(home=other)
    clerk = PostFactory(committee=other, user=account)
    serving = PostFactory(committee=committee, user=account)
    unit = UnitFactory(committee=other)

    assert signed_in.get(f"/units/{unit.pk}/").status_code == 404
    assert signed_in.get(f"/units/new/?committee={other.pk}").status_code == 404
    assert signed_in.get(f"/users/{UserFactory(home=other).pk}/").status_code == 404
    assert signed_in.post(f"/posts/{clerk.pk}/end/", {"until": "2030-01-01"}).status_code == 404
    # Who serves here, but is at home elsewhere, is seen; their password stays theirs.
    assert signed_in.get(f"/users/{account.pk}/").status_code == 200
    assert signed_in.post(f"/users/{account.pk}/password/").status_code == 403
    assert signed_in.post(f"/users/{account.pk}/switch/").status_code == 403
    assert signed_in.get(f"/posts/{serving.pk}/end/").status_code == 200


def test_platform_role_is_not_a_committees_to_give(signed_in, committee):
    account = UserFactory(home=committee)

    signed_in.post(
        f"/users/{account.pk}/posts/new/?role={Role.PLATFORM_ADMINISTRATOR}", {"reason": "x"}
    )

    assert not account.posts.exists()


def test_others_keep_nothing(client, committee):
    client.force_login(PostFactory(committee=committee, role=Role.COMMITTEE_CLERK).user)
    unit = UnitFactory(committee=committee)

    for address in (
        "/users/new/",
        "/units/new/",
        f"/units/{unit.pk}/",
        "/invitations/",
        "/import/",
    ):
        assert client.get(address).status_code == 403, address
    assert client.get("/lists/accounts/").status_code == 404


@pytest.mark.parametrize("slug", ["accounts", "members", "units", "bodies", "sessions", "terms"])
def test_lists_take_as_many_queries_for_many_as_for_one(signed_in, committee, slug):
    def more():
        term = TermFactory(committee=committee)
        SessionFactory(term=term)
        unit = UnitFactory(committee=committee)
        sector = BodyFactory(committee=committee, kind=BodyKind.SECTOR)
        member = MemberFactory(committee=committee, sector=sector, user__home=committee)
        PostFactory(role=Role.UNIT_LIAISON, committee=committee, unit=unit, user=member.user)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(f"/lists/{slug}/").status_code == 200
        return len(asked)

    more()
    few = queries()
    more()
    more()

    assert queries() == few <= MOST_QUERIES
    assert signed_in.get(f"/lists/{slug}/?format=xlsx").status_code == 200


def test_many_are_invited_at_once_or_none(signed_in, committee):
    members = [MemberFactory(committee=committee, user=None, number=f"{n:03}") for n in (1, 2)]
    unit = UnitFactory(committee=committee)
    form = {
        "members": [row.pk for row in members],
        "units": [unit.pk],
        "office-committee_clerk": "陈文",
    }

    nobody = signed_in.post("/invitations/", {})
    shown = signed_in.post("/invitations/", form).content.decode()
    again = signed_in.post("/invitations/", form | {"office-committee_clerk": ""})

    assert nobody.status_code == 422
    names = ["yongping-001", "yongping-002", f"yongping-unit{unit.pk}", "yongping-clerk"]
    assert all(f"<code>{name}</code>" in shown for name in names)
    assert len(re.findall(r"<code>\w{4}-\w{4}-\w{4}</code>", shown)) == 4
    assert Post.objects.get(user__username="yongping-001").member == members[0]
    assert Post.objects.get(unit=unit).role == Role.UNIT_LIAISON
    assert again.status_code == 422  # they have accounts now
    assert not Body.objects.exists()


def test_hard_words_are_explained(signed_in):
    page = signed_in.get("/glossary/").content.decode()

    assert "重复不立案的不再办理，并案的仍要答复提案人" in page


def test_tour_is_offered_until_it_was_seen(signed_in, administrator):
    before = signed_in.get("/").content.decode()
    page = signed_in.get("/tour/").content.decode()
    signed_in.post("/tour/done/")

    assert "data-tour-offer" in before
    assert "新建账号、给予职务" in page
    assert "data-tour-offer" not in signed_in.get("/").content.decode()
