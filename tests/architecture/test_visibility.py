"""No list and no endpoint hands out rows that did not go through ``visible``."""

from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet
from django.test import RequestFactory
from rest_framework.request import Request

from config.api import router
from members import visibility
from members.enums import UNIT_ROLES, BodyKind, Role
from members.models import Committee, User
from members.pages import home
from members.pages.navigation import ENTRIES, NavigationEntry
from members.pages.palette import FINDERS
from members.pages.worklist import WORKLISTS, Worklist
from members.reader import Reader, reader_of
from proposals.enums import ProposalState
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    MemberFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
)
from tests.factories.proposals import CosignatureFactory, FeedbackFactory, ProposalFactory
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db

VIEWS = {prefix: view for prefix, view, _name in router.registry if hasattr(view, "queryset")}
COUNTED = {entry.key: entry for entry in ENTRIES if entry.waiting is not None}


@pytest.fixture
def everybody() -> User:
    """Somebody with a post of every role, so that no list is empty for want of one."""
    committee, user = CommitteeFactory(), UserFactory()
    MemberFactory(user=user, committee=committee)
    body = BodyFactory(kind=BodyKind.PARTY, committee=committee)
    scopes: dict[str, Any] = {Role.COLLECTIVE_CONTACT: {"body": body}}
    scopes |= {role: {"unit": UnitFactory(committee=committee)} for role in UNIT_ROLES}
    for role in set(Role) - {Role.MEMBER, Role.PLATFORM_ADMINISTRATOR}:
        PostFactory(user=user, role=role, committee=committee, **scopes.get(role, {}))
    PostFactory(user=user, role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    return user


@pytest.fixture
def nothing_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """``visible`` leaves nothing; so what is left elsewhere has not been through it."""
    monkeypatch.setattr(visibility, "visible_condition", lambda model, reader: None)


def is_empty(rows: QuerySet[Any]) -> bool:
    """Whether the query can find nothing, whatever is in the database."""
    try:
        str(rows.query)
    except EmptyResultSet:
        return True
    return False


def test_the_table_knows_every_model_of_lists_and_endpoints(everybody: User) -> None:
    reader = Reader(everybody, NOW)
    models = {worklist.rows(reader).model for worklist in WORKLISTS.values()}
    models |= {view.queryset.model for view in VIEWS.values()}

    for model in models:
        visibility.visible_condition(model, reader)  # raises TypeError where nobody has said
    assert Committee in models


@pytest.mark.parametrize("worklist", WORKLISTS.values(), ids=WORKLISTS)
def test_worklist_goes_through_visible(
    worklist: Worklist, everybody: User, nothing_is_visible: None
) -> None:
    assert is_empty(worklist.rows(Reader(everybody, NOW)))


@pytest.mark.parametrize("entry", COUNTED.values(), ids=COUNTED)
def test_number_in_the_navigation_goes_through_visible(
    entry: NavigationEntry, everybody: User, nothing_is_visible: None
) -> None:
    assert entry.waiting is not None
    assert is_empty(entry.waiting(Reader(everybody, NOW)))


def rows_in(shown: Any) -> list[Model]:
    """The rows in what a page shows, however deep they stand."""
    if isinstance(shown, Model):
        return [shown]
    parts = shown.values() if isinstance(shown, dict) else shown
    if not isinstance(shown, dict | list | tuple | QuerySet):
        return []
    return [row for part in parts for row in rows_in(part)]


@pytest.fixture
def proposer(everybody: User) -> User:
    """The same, with rows of every kind that the first page and the palette show."""
    member = everybody.memberships.get()
    committee = member.committee
    draft = ProposalFactory(committee=committee, lead=member, state=ProposalState.DRAFT)
    filed = ProposalFactory(
        committee=committee, lead=member, state=ProposalState.FILED, title="关于路灯的提案"
    )
    CosignatureFactory(proposal=draft, member=member)
    FeedbackFactory(proposal=filed, member=member)
    MemberFactory(committee=committee, name="路灯")
    return everybody


def test_first_page_goes_through_visible(proposer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown() -> set[str]:
        reader = Reader(proposer, NOW)
        return {one.template for one in home.SECTIONS if rows_in(one.context(reader))}

    before = shown()
    monkeypatch.setattr(visibility, "visible_condition", lambda model, reader: None)

    assert before >= {
        "proposals/first_page/_waiting.html",
        "proposals/first_page/_mine.html",
    }
    assert shown() == set()


def test_hits_of_the_palette_go_through_visible(
    proposer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> set[str]:
        return {hit.name for find in FINDERS for hit in find(Reader(proposer, NOW), "路灯")}

    before = shown()
    monkeypatch.setattr(visibility, "visible_condition", lambda model, reader: None)

    assert before == {"关于路灯的提案", "路灯"}
    assert shown() == set()


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_endpoint_goes_through_visible(
    view: Any, everybody: User, nothing_is_visible: None
) -> None:
    request = Request(RequestFactory().get("/"))
    request.user = everybody
    found = view(request=request, action="list", kwargs={}, format_kwarg=None)

    assert reader_of(request).posts
    assert is_empty(found.get_queryset())
