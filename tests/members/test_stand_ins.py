"""Who gets the notices of somebody who is away."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework.test import APIClient

from members.enums import Role
from members.models import Committee, Notice, StandIn, User
from members.reader import Reader
from members.services import appoint_stand_in, end_stand_in
from members.services.notice import Message, send
from members.services.stand_in import candidates, readers
from tests.factories.members import (
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
)
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def committee() -> Committee:
    return CommitteeFactory()


def clerk(committee: Committee, **post: Any) -> User:
    return PostFactory(committee=committee, **post).user


def away(user: User, stand_in: User, since: date = TODAY, until: date = WEEK) -> StandIn:
    return StandIn.objects.create(
        user=user, stand_in=stand_in, since=since, until=until, made_at=NOW
    )


def test_notice_goes_to_the_stand_in_on_behalf(committee: Committee) -> None:
    absent, present = clerk(committee), clerk(committee)
    away(absent, present)

    (notice,) = send([Message(absent.pk, "请签收", needs_action=True)], at=NOW)

    assert (notice.recipient, notice.on_behalf_of) == (present, absent)
    assert notice.needs_action


@pytest.mark.parametrize(
    "days", [(TODAY + timedelta(days=1), WEEK), (TODAY - timedelta(days=9), TODAY)]
)
def test_outside_the_absence_notices_come_as_ever(
    committee: Committee, days: tuple[date, date]
) -> None:
    absent = clerk(committee)
    away(absent, clerk(committee), *days)

    (notice,) = send([Message(absent.pk, "请签收")], at=NOW)

    assert (notice.recipient, notice.on_behalf_of) == (absent, None)


def test_same_words_for_one_reader_are_one_notice(committee: Committee) -> None:
    absent, present, third = (clerk(committee) for _ in range(3))
    away(absent, present)
    messages = [
        Message(absent.pk, "立案", link="/1/", statutory=True),
        Message(third.pk, "立案", link="/1/"),
        Message(present.pk, "立案", link="/1/", needs_action=True),
        Message(present.pk, "立案", link="/2/"),
    ]

    told = send(messages, at=NOW)

    assert told[0] is told[2]
    assert [notice.recipient for notice in told] == [present, third, present, present]
    assert Notice.objects.count() == 3
    assert (told[0].statutory, told[0].needs_action, told[0].on_behalf_of) == (True, True, None)


def test_chain_is_followed_to_somebody_who_is_there(committee: Committee) -> None:
    first, second, third = (clerk(committee) for _ in range(3))
    away(first, second)
    away(second, third)

    assert readers([first.pk, second.pk, third.pk], TODAY) == {
        first.pk: third.pk,
        second.pk: third.pk,
    }


def test_loop_leaves_everybody_their_own(committee: Committee) -> None:
    first, second, third = (clerk(committee) for _ in range(3))
    away(first, second)
    away(second, third)
    away(third, second)

    assert readers([first.pk, second.pk, third.pk], TODAY) == {}


def test_chain_does_not_lead_out_of_the_scope(committee: Committee) -> None:
    absent, both, stranger = clerk(committee), clerk(committee), clerk(CommitteeFactory())
    away(absent, both)
    away(both, stranger)

    assert readers([absent.pk], TODAY) == {}


def test_stand_in_who_has_left_gets_nothing(committee: Committee) -> None:
    absent, left, disabled = clerk(committee), clerk(committee, until=TODAY), clerk(committee)
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    away(absent, left)
    away(clerk(committee), disabled)

    assert readers(list(User.objects.values_list("pk", flat=True)), TODAY) == {}


def test_candidates_share_every_scope(committee: Committee) -> None:
    unit, other_unit = UnitFactory(committee=committee), UnitFactory(committee=committee)
    office = clerk(committee)
    member, colleague = (MemberFactory(committee=committee).user for _ in range(2))
    liaison = clerk(committee, role=Role.UNIT_LIAISON, unit=unit)
    handler = clerk(committee, role=Role.UNIT_HANDLER, unit=unit)
    clerk(committee, role=Role.UNIT_LIAISON, unit=other_unit)
    clerk(CommitteeFactory())

    assert set(candidates(liaison, TODAY)) == {handler}
    assert set(candidates(member, TODAY)) == {colleague, office}
    assert set(candidates(office, TODAY)) == set()
    PostFactory(user=office, committee=CommitteeFactory())
    assert set(candidates(office, TODAY)) == set()
    assert set(candidates(clerk(committee), TODAY)) == {office}
    assert set(candidates(UserFactory(), TODAY)) == set()


def test_administrator_arranges_only_for_the_own_committee(committee: Committee) -> None:
    absent, present = clerk(committee), clerk(committee)
    administrator = clerk(committee, role=Role.COMMITTEE_ADMINISTRATOR)
    stranger = clerk(CommitteeFactory(), role=Role.COMMITTEE_ADMINISTRATOR)
    days = {"since": TODAY, "until": WEEK}

    row = appoint_stand_in(user=absent, stand_in=present, by=Reader(administrator, NOW), **days)

    assert row.made_by == administrator
    for by in (stranger, present):
        with pytest.raises(PermissionDenied, match="管理员"):
            appoint_stand_in(user=absent, stand_in=present, by=Reader(by, NOW), **days)
    PostFactory(user=absent, committee=stranger.posts.get().committee)
    with pytest.raises(PermissionDenied, match="管理员"):
        end_stand_in(stand_in=row, by=Reader(administrator, NOW))


def test_arrangements_that_make_no_sense_are_refused(committee: Committee) -> None:
    absent, present = clerk(committee), clerk(committee)
    away(absent, present)
    later = {"since": WEEK, "until": WEEK + timedelta(days=2)}

    def arrange(**changes: Any) -> StandIn:
        wanted = {"user": absent, "stand_in": present, "by": Reader(absent, NOW), **later}
        return appoint_stand_in(**(wanted | changes))

    for wrong in (
        {"stand_in": absent},
        {"stand_in": None},
        {"stand_in": clerk(CommitteeFactory())},
        {"until": WEEK},
        {"since": TODAY - timedelta(days=3), "until": TODAY},
        {"since": TODAY},
    ):
        with pytest.raises(ValidationError):
            arrange(**wrong)
    assert arrange().since == WEEK


def test_ending_keeps_what_was_and_deletes_what_was_not(committee: Committee) -> None:
    absent, present = clerk(committee), clerk(committee)
    begun = away(absent, present, since=TODAY - timedelta(days=2))
    coming = away(absent, present, since=WEEK, until=WEEK + timedelta(days=1))

    for row in (begun, coming):
        end_stand_in(stand_in=row, by=Reader(absent, NOW))

    assert [(row.pk, row.until) for row in StandIn.objects.all()] == [(begun.pk, TODAY)]


def test_people_arrange_it_themselves(
    client_of: Callable[[User], APIClient], committee: Committee
) -> None:
    absent, present = clerk(committee), clerk(committee)
    client = client_of(absent)
    body = {"since": str(TODAY), "until": str(WEEK), "reason": "出差"}

    people = client.get("/api/v1/stand-ins/candidates/").json()
    made = client.post("/api/v1/stand-ins/", body | {"stand_in": present.pk})
    refused = [
        client.post("/api/v1/stand-ins/", body | {"stand_in": key}).json()
        for key in (UserFactory().pk, 10**9)
    ]
    seen = client_of(present).get("/api/v1/stand-ins/").json()["count"]
    ended = client.post(f"/api/v1/stand-ins/{made.json()['id']}/end/")

    assert people == [{"id": present.pk, "name": present.name}]
    assert (made.status_code, made.json()["made_by"]) == (201, absent.pk)
    assert refused[0] == refused[1]
    assert seen == 1
    assert ended.status_code == 204
    assert not StandIn.objects.exists()
