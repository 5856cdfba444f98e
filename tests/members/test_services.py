"""What is written, and what is refused with which words."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from members import services
from members.enums import BodyKind, Role
from members.models import Member, Post, Rulebook
from members.presets import preset
from members.reader import Operator, Reader
from members.rule_errors import RulesInvalid
from members.selectors import rules_for
from members.services.roster import bring_in
from tests.factories.members import (
    PASSWORD,
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    RulebookFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
)
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def adopt(committee: Any, day: date, **changes: Any) -> Rulebook:
    """Adopt the city's rules as the operator."""
    given = {"document": preset("city"), "by": Operator(NOW)}
    return services.adopt_rulebook(committee=committee, effective_from=day, **given | changes)


# -- Committees ----------------------------------------------------------------------------


def test_create_committee_begins_with_its_rules() -> None:
    committee = services.create_committee(
        code="dongcheng",
        name="东城区政协",
        level="county",
        document=preset("county"),
        by=Operator(NOW),
    )

    assert committee.short_name == "东城区政协"
    assert rules_for(committee, TODAY).name == "区县政协提案工作规则"


def test_create_committee_refuses_a_parent_that_is_not_higher() -> None:
    county = CommitteeFactory(rulebook=False)

    with pytest.raises(ValidationError, match="上级委员会的层级须高于本委员会"):
        services.create_committee(
            code="x", name="市政协", level="city", parent=county, by=Operator(NOW)
        )


# -- Rulebook ------------------------------------------------------------------------------


def test_first_rulebook_may_begin_in_the_past() -> None:
    committee = CommitteeFactory(rulebook=False)

    adopt(committee, date(2022, 1, 1))

    assert rules_for(committee, date(2022, 1, 1)).name == "市政协提案工作规则"


def test_later_rulebook_cannot_rewrite_the_past() -> None:
    committee = CommitteeFactory()

    with pytest.raises(
        ValidationError, match="生效日期不能早于今天（2024-03-01）：已按 2020-01-01"
    ):
        adopt(committee, YESTERDAY)

    assert committee.rulebooks.count() == 1


def test_later_rulebook_leaves_the_old_one_in_force_until_its_day() -> None:
    committee = CommitteeFactory()

    adopt(committee, TOMORROW)

    assert rules_for(committee, TODAY).name == "区县政协提案工作规则"
    assert rules_for(committee, TOMORROW).name == "市政协提案工作规则"


def test_only_one_rulebook_begins_on_a_day() -> None:
    committee = CommitteeFactory()
    adopt(committee, TOMORROW)

    with pytest.raises(ValidationError, match="已有一份规则自 2024-03-02 起生效"):
        adopt(committee, TOMORROW)


def test_wrong_document_is_refused_with_its_place() -> None:
    with pytest.raises(RulesInvalid, match="handling: 缺少此项"):
        adopt(
            CommitteeFactory(),
            TOMORROW,
            document={k: v for k, v in preset("city").items() if k != "handling"},
        )


def test_rulebook_to_come_is_edited_and_dropped() -> None:
    rulebook = RulebookFactory(effective_from=TOMORROW)

    edited = services.edit_rulebook(
        rulebook=rulebook, document=preset("city"), note="草案", by=Operator(NOW)
    )
    services.drop_rulebook(rulebook=edited, by=Operator(NOW))

    assert (edited.document["name"], edited.note) == ("市政协提案工作规则", "草案")
    assert not Rulebook.objects.exists()


@pytest.mark.parametrize("day", [TODAY, YESTERDAY])
def test_rulebook_in_force_never_changes(day: date) -> None:
    rulebook = RulebookFactory(effective_from=day)
    words = f"这份规则自 {day} 起生效，不能再修改；请另订一份新规则"

    with pytest.raises(ValidationError, match=words):
        services.edit_rulebook(rulebook=rulebook, note="x", by=Operator(NOW))
    with pytest.raises(ValidationError, match=words):
        services.drop_rulebook(rulebook=rulebook, by=Operator(NOW))


def test_rulebook_is_adopted_by_the_administrator_of_the_committee_only() -> None:
    committee = CommitteeFactory()
    own = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR).user
    other = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user

    assert adopt(committee, TOMORROW, by=Reader(own, NOW)).author == own
    with pytest.raises(PermissionDenied, match="只有本委员会的管理员可以修改"):
        adopt(committee, TOMORROW + timedelta(days=1), by=Reader(other, NOW))


# -- Members and posts ---------------------------------------------------------------------


def test_add_member_gives_the_account_the_members_post() -> None:
    committee, user = CommitteeFactory(), UserFactory()
    term = TermFactory(committee=committee)

    member = services.add_member(
        committee=committee, number="00001", name="王芳", user=user, terms=[term], by=Operator(NOW)
    )

    post = user.posts.get()
    assert (post.role, post.committee, post.member) == (Role.MEMBER, committee, member)
    assert list(member.terms.all()) == [term]


def test_add_member_refuses_rows_of_another_committee() -> None:
    committee = CommitteeFactory()
    details = {"committee": committee, "number": "1", "name": "王芳", "by": Operator(NOW)}

    with pytest.raises(ValidationError) as wrong_sector:
        services.add_member(**details, sector=BodyFactory())
    with pytest.raises(ValidationError) as wrong_kind:
        services.add_member(**details, party=BodyFactory(committee=committee, kind=BodyKind.GROUP))
    with pytest.raises(ValidationError) as wrong_term:
        services.add_member(**details, terms=[TermFactory()])

    assert wrong_sector.value.message_dict == {"sector": ["不属于同一委员会"]}
    assert wrong_kind.value.message_dict == {"party": ["类别须为党派"]}
    assert wrong_term.value.message_dict == {"terms": ["不属于同一委员会"]}
    assert not Member.objects.exists()


def test_an_import_reads_the_posts_of_its_administrator_once() -> None:
    post = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR)
    headings = [str(Member._meta.get_field(name).verbose_name) for name in ("number", "name")]
    table = [headings, *([f"{number:03}", "王芳"] for number in range(5))]

    with CaptureQueriesContext(connection) as captured:
        bring_in(kind="members", table=table, committee=post.committee, by=Reader(post.user, NOW))

    assert post.committee.members.count() == 5
    assert sum('FROM "members_post"' in query["sql"] for query in captured) == 1


def test_change_member_hands_the_post_over_with_the_account() -> None:
    member = MemberFactory()
    before, after = member.user, UserFactory()

    services.change_member(member=member, user=after, phone="1", by=Operator(NOW))

    assert Reader(before, NOW).posts == []
    assert [post.member for post in Reader(after, NOW).posts] == [member]


def test_give_post_takes_an_ended_post_up_again() -> None:
    post = PostFactory(until=YESTERDAY)

    again = services.give_post(
        user=post.user, role=post.role, committee=post.committee, reason="续任", by=Operator(NOW)
    )

    assert (again.pk, again.until) == (post.pk, None)


REFUSED_SCOPES: list[tuple[str, Any]] = [
    (
        "该账号已有这项职务",
        lambda c, u: PostFactory(user=u, committee=c) and {"role": Role.COMMITTEE_CLERK},
    ),
    ("不属于同一委员会", lambda c, u: {"role": Role.UNIT_LIAISON, "unit": UnitFactory()}),
    (
        "委员职务只能授予该委员自己的账号",
        lambda c, u: {"role": Role.MEMBER, "member": MemberFactory(committee=c)},
    ),
    ("post_names_a_unit_exactly_for_unit_roles", lambda c, u: {"role": Role.UNIT_LIAISON}),
    ("平台管理员不属于某个委员会", lambda c, u: {"role": Role.PLATFORM_ADMINISTRATOR}),
]


@pytest.mark.parametrize(("words", "given"), REFUSED_SCOPES)
def test_give_post_refuses_a_wrong_scope(words: str, given: Any) -> None:
    committee, user = CommitteeFactory(), UserFactory()
    scope = given(committee, user)
    before = Post.objects.count()

    with pytest.raises(ValidationError, match=words):
        services.give_post(user=user, committee=committee, **scope, reason="新任", by=Operator(NOW))

    assert Post.objects.count() == before


def test_end_post_takes_effect_on_its_day() -> None:
    post = PostFactory()

    services.end_post(post=post, until=TOMORROW, reason="退休", by=Operator(NOW))

    assert Reader(post.user, NOW).posts == [post]
    assert Reader(post.user, NOW + timedelta(days=1)).posts == []
    with pytest.raises(ValidationError, match="卸任日期不能早于今天"):
        services.end_post(post=post, until=YESTERDAY, reason="退休", by=Operator(NOW))
    with pytest.raises(ValidationError, match="请填写事由"):
        services.end_post(post=post, until=TOMORROW, reason=" ", by=Operator(NOW))


def test_end_post_that_never_began_is_kept_and_never_held() -> None:
    post = PostFactory(since=TOMORROW)

    services.end_post(post=post, until=TODAY, reason="录错", by=Operator(NOW))

    days = [YESTERDAY, TODAY, TOMORROW, TOMORROW + timedelta(days=1)]
    assert not any(Post.objects.held_on(day).exists() for day in days)
    post.refresh_from_db()
    assert (post.since, post.until) == (TODAY, TODAY)
    again = services.give_post(
        user=post.user, role=post.role, committee=post.committee, reason="续任", by=Operator(NOW)
    )
    assert (again.pk, again.since, again.until) == (post.pk, None, None)


# -- Grant scope: nobody gives what is not theirs to give ------------------------------------


def test_committee_administrator_grants_posts_of_the_own_committee_only() -> None:
    administrator = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR)
    home, elsewhere = administrator.committee, CommitteeFactory()
    colleague, stranger = UserFactory(home=home), UserFactory(home=elsewhere)
    given = {"by": Reader(administrator.user, NOW), "reason": "新任"}
    clerk = {"role": Role.COMMITTEE_CLERK, **given}

    assert services.give_post(user=colleague, committee=home, **clerk).committee == home
    for words, refused in [
        ("只能管理本委员会的职务", {"user": colleague, "committee": elsewhere, **clerk}),
        ("该账号不属于本委员会，请联系平台管理员", {"user": stranger, "committee": home, **clerk}),
        (
            "只有平台管理员可以授予平台管理员职务",
            {"user": colleague, "role": Role.PLATFORM_ADMINISTRATOR, **given},
        ),
        (
            "只有平台管理员可以授予平台管理员职务",
            {"user": administrator.user, "role": Role.PLATFORM_ADMINISTRATOR, **given},
        ),
    ]:
        with pytest.raises(PermissionDenied, match=words):
            services.give_post(**refused)


def test_post_that_ended_grants_nothing() -> None:
    former = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, until=TODAY)

    with pytest.raises(PermissionDenied, match="只能管理本委员会的职务"):
        services.give_post(
            user=former.user,
            role=Role.AUDITOR,
            committee=former.committee,
            reason="新任",
            by=Reader(former.user, NOW),
        )


def test_password_is_set_only_where_its_owner_has_nothing_else_to_lose() -> None:
    """Who sets a password can act as its owner, in every committee where that one serves."""
    administrator = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR)
    home = administrator.committee
    own = UserFactory(home=home)
    guest = PostFactory(committee=home).user
    both = PostFactory(user=UserFactory(home=home)).user
    platform = UserFactory(home=home)
    PostFactory(user=platform, role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    operator = UserFactory(home=home, is_superuser=True)
    change = {"password": "an other long river", "by": Reader(administrator.user, NOW)}

    assert services.change_account(account=own, **change).check_password(change["password"])
    for account, words in [
        (guest, "该账号不由本委员会管理"),
        (both, "该账号在其他委员会有职务，由平台管理员管理"),
        (platform, "该账号在其他委员会有职务，由平台管理员管理"),
        (operator, "该账号由平台管理员管理"),
    ]:
        with pytest.raises(PermissionDenied, match=words):
            services.change_account(account=account, **change)
        account.refresh_from_db()
        assert account.check_password(PASSWORD)


@pytest.mark.parametrize("change", [{"password": "an other long river"}, {"is_active": False}])
def test_new_password_and_disabling_end_the_tokens(change: dict[str, Any]) -> None:
    user = UserFactory()
    AuthToken.objects.create(user)

    services.change_account(account=user, by=Operator(NOW), **change)

    assert not user.auth_token_set.exists()


def test_weak_password_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        services.create_account(username="x", name="x", password="12345", by=Operator(NOW))

    assert list(refusal.value.message_dict) == ["password"]
