"""The table of who sees what: filled by declarations, each said once."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from members import visibility
from members.models import Notice, Unit
from members.permissions import VISIBLE
from members.reader import Reader
from members.visibility import NOBODY, Visibility, declare, visible, visible_row
from proposals.models import Event
from tests.factories.members import NoticeFactory, PostFactory, UnitFactory, UserFactory
from tests.members.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _table_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = {model: dict(said) for model, said in visibility._declared.items()}
    monkeypatch.setattr(visibility, "_declared", copied)


def test_saying_a_thing_twice_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="members says twice who sees"):
        declare("members", *VISIBLE)


def test_another_application_widens_what_is_seen() -> None:
    user, elsewhere = PostFactory().user, UnitFactory()
    before = visible(Reader(user, NOW), Unit.objects.filter(pk=elsewhere.pk)).exists()

    declare("supervision", Visibility(Unit, lambda reader: Q(pk=elsewhere.pk)))

    reader = Reader(user, NOW)
    assert not before
    assert list(visible(reader, Unit.objects.filter(pk=elsewhere.pk))) == [elsewhere]
    assert visible_row(reader, Unit.objects.all(), elsewhere.pk) == elsewhere


def test_a_rule_that_shows_nothing_costs_no_query(django_assert_num_queries) -> None:
    reader = Reader(UserFactory(), NOW)
    declare("supervision", Visibility(Notice, lambda reader: NOBODY))
    notice = NoticeFactory(recipient=reader.user)

    assert list(visible(reader, Notice.objects.all())) == [notice]
    assert len(reader.posts) == 0
    with django_assert_num_queries(0):
        assert list(visible(reader, Unit.objects.all())) == []
        assert visible_row(reader, Unit.objects.all(), 1) is None


def test_who_is_disabled_sees_nothing() -> None:
    reader = Reader(UserFactory(is_active=False), NOW)
    NoticeFactory(recipient=reader.user)

    assert list(visible(reader, Notice.objects.all())) == []
    assert visible_row(reader, Notice.objects.all(), Notice.objects.get().pk) is None


def test_every_application_has_entered_its_list() -> None:
    said = {name for rules in visibility._declared.values() for name in rules}

    assert said == {"members", "proposals", "supervision"}
    assert set(visibility._declared[Event]) == {"proposals", "supervision"}
    assert all(apps.is_installed(name) for name in said)
