"""A service token sees and does exactly what the role does whose post it borrows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.api import router
from members import clock, services
from members.enums import Role
from members.reader import Reader
from members.visibility import visible
from proposals.api.actions import VisibleViewSet
from proposals.machine.subject import Subject
from proposals.models import Event, Proposal
from proposals.permissions import may
from proposals.records import SERVICE_TOKENS
from tests.factories.members import PostFactory
from tests.proposals.subjects_in_every_state import (
    NOW,
    PEOPLE,
    SubjectsInEveryState,
    attachments,
    chasing,
    duties,
    events,
    merge_work,
)

pytestmark = pytest.mark.django_db

MODELS = {view.queryset.model for _, view, _ in router.registry if issubclass(view, VisibleViewSet)}


def seen(reader: Reader) -> dict[Any, set[int]]:
    """The keys of the rows of each kind that a reader sees, but for the record of tokens."""
    rows = {model: model._default_manager.all() for model in MODELS}
    rows[Event] = rows[Event].exclude(subject_kind=SERVICE_TOKENS.kind)
    return {
        model: set(visible(reader, found).values_list("pk", flat=True))
        for model, found in rows.items()
    }


def done(reader: Reader, subjects: Iterable[Subject]) -> set[tuple[str, int, str]]:
    """The steps that are a reader's to take, by kind and key of their subject."""
    return {
        (subject.kind, subject.pk, name)
        for subject in subjects
        for name, step in subject.all_steps().items()
        if may(reader, step, subject)
    }


def test_token_sees_and_does_exactly_what_the_role_does_and_the_rest_is_not_there() -> None:
    """Its maker holds the post of every role; the token borrows one of them."""
    place = SubjectsInEveryState()
    subjects = [case.make(state) for case in place.cases() for state in case.states]
    for others in (attachments, chasing, duties, events, merge_work):
        others(place)
    posts = {role: place.users[name].posts.get() for role, name in PEOPLE.items()}
    assert set(posts) == set(Role) - {Role.PLATFORM_ADMINISTRATOR}

    for role, post in posts.items():
        maker = post.user
        as_role = Reader(maker, NOW)
        sees, does = seen(as_role), done(as_role, subjects)
        for other in posts.values():
            if other != post:
                names = ("role", "committee", "unit", "body", "member")
                PostFactory(user=maker, **{name: getattr(other, name) for name in names})
        token, secret = services.create_service_token(
            name="大屏", posts=[post], until=None, by=Reader(maker, NOW)
        )

        as_token = Reader(token.account, NOW)
        assert seen(as_token) == sees, role
        assert done(as_token, subjects) == does, role
        within = sees[Proposal]
        without = seen(Reader(maker, NOW))[Proposal] - within
        assert without
        client = APIClient(headers={"Authorization": f"Bearer {secret}"})
        with clock.at(NOW):
            for keys, status in ((within, 200), (without, 404)):
                for key in sorted(keys)[:1]:
                    assert client.get(f"/api/v1/proposals/{key}/").status_code == status, role
