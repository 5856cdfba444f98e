"""Who holds what where, and what that lets them see."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session as WebSession

from members.enums import BodyKind, Role
from members.models import Body, Committee, Member, Notice, Post, Rulebook, Term, Unit, User
from members.permissions import sees_contact
from members.reader import Reader
from members.visibility import visible
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    NoticeFactory,
    PostFactory,
    RulebookFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
)
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

ROWS = [Body, Member, Notice, Post, Rulebook, Term, Unit, User]


def seen(user: User, model: Any) -> Any:
    """What a person sees today of all rows of a kind."""
    return visible(Reader(user, NOW), model.objects.all())


def everywhere() -> list[Committee]:
    """Two committees with a row of each kind."""
    committees = [CommitteeFactory(), CommitteeFactory()]
    for committee in committees:
        for factory in (BodyFactory, UnitFactory, TermFactory, MemberFactory, PostFactory):
            factory(committee=committee)
        RulebookFactory(committee=committee, effective_from=TODAY + timedelta(days=9))
    NoticeFactory()
    return committees


@pytest.mark.parametrize(
    "dates",
    [{"until": TODAY}, {"since": TODAY + timedelta(days=1)}],
    ids=["ended", "not yet begun"],
)
def test_post_out_of_its_time_shows_nothing(dates: dict) -> None:
    committee, _other = everywhere()
    user = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR, **dates).user

    found = {model: list(seen(user, model)) for model in ROWS}

    assert found == {model: [] for model in ROWS} | {Post: [user.posts.get()], User: [user]}


@pytest.mark.parametrize("role", [Role.MEMBER, Role.UNIT_LIAISON, Role.AUDITOR])
def test_post_shows_the_own_committee_and_no_other(role: Role) -> None:
    committee, _other = everywhere()
    scope: dict = {}
    if role == Role.UNIT_LIAISON:
        scope = {"unit": committee.units.get()}
    user = UserFactory()
    if role == Role.MEMBER:
        MemberFactory(user=user, committee=committee)
    else:
        PostFactory(user=user, role=role, committee=committee, **scope)

    for model in (Body, Member, Term, Unit):
        expected = set(model.objects.filter(committee=committee))
        assert set(seen(user, model)) == expected
    in_force = committee.rulebooks.filter(effective_from__lte=TODAY)
    assert set(seen(user, Rulebook)) == set(in_force)
    assert set(seen(user, Post)) == set(user.posts.all())
    assert list(seen(user, User)) == [user]
    assert seen(user, Committee).count() == 2


def test_administrator_sees_what_comes_and_who_serves_in_the_own_committee() -> None:
    committee, _other = everywhere()
    user = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR).user
    newcomer = UserFactory(home=committee)
    UserFactory()

    assert set(seen(user, Rulebook)) == set(committee.rulebooks.all())
    assert set(seen(user, Post)) == set(committee.posts.all())
    serving = set(User.objects.filter(posts__committee=committee))
    assert set(seen(user, User)) == serving | {newcomer}


def test_platform_administrator_sees_everything_but_others_notices() -> None:
    everywhere()
    user = PostFactory(role=Role.PLATFORM_ADMINISTRATOR, committee=None).user

    counts = {model: seen(user, model).count() for model in ROWS}

    assert counts == {model: model.objects.count() for model in ROWS} | {Notice: 0}


def test_visible_refuses_a_model_that_it_does_not_know() -> None:
    with pytest.raises(TypeError):
        visible(Reader(UserFactory(), NOW), WebSession.objects.all())


SEES_CONTACT = {
    Role.COMMITTEE_CLERK: True,
    Role.COMMITTEE_REVIEWER: True,
    Role.COMMITTEE_DIRECTOR: True,
    Role.ASSIGNING_OFFICER: True,
    Role.COMMITTEE_ADMINISTRATOR: True,
    Role.AUDITOR: True,
    Role.INSPECTION_OFFICER: False,
    Role.LEADING_SUPERVISOR: False,
}


@pytest.mark.parametrize(("role", "sees"), SEES_CONTACT.items())
def test_phone_numbers_are_for_the_office_and_who_assigns(role: Role, sees: bool) -> None:
    member = MemberFactory()
    body = BodyFactory(committee=member.committee)
    here = PostFactory(role=role, committee=member.committee).user
    elsewhere = PostFactory(role=role).user

    assert [sees_contact(Reader(here, NOW), row) for row in (member, body)] == [sees, sees]
    assert [sees_contact(Reader(elsewhere, NOW), row) for row in (member, body)] == [False, False]


def test_phone_numbers_are_for_oneself() -> None:
    member = MemberFactory()
    colleague = MemberFactory(committee=member.committee)
    body = BodyFactory(committee=member.committee, kind=BodyKind.PARTY)
    contact = PostFactory(role=Role.COLLECTIVE_CONTACT, committee=body.committee, body=body).user

    assert sees_contact(Reader(member.user, NOW), member)
    assert not sees_contact(Reader(colleague.user, NOW), member)
    assert sees_contact(Reader(contact, NOW), body)
    assert not sees_contact(Reader(contact, NOW), BodyFactory(committee=body.committee))
    assert not sees_contact(Reader(member.user, NOW), MemberFactory(user=None))
