"""Where a proposal belongs by its moment, and which rules hold on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.enums import PeriodKind
from members.models import Session
from members.presets import preset
from members.selectors import NoRulebook, NoSession, Placement, placement, rules_for
from tests.factories.members import (
    CommitteeFactory,
    RulebookFactory,
    SessionFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
OPENS = datetime(2023, 11, 1, tzinfo=UTC)
CLOSES = datetime(2024, 1, 12, 4, tzinfo=UTC)
ROLLS = datetime(2024, 12, 5, 12, tzinfo=UTC)
NEXT_OPENS = datetime(2024, 12, 20, tzinfo=UTC)
NEXT_CLOSES = datetime(2025, 1, 15, 9, tzinfo=UTC)
BOUNDARIES = [OPENS, CLOSES, ROLLS, NEXT_OPENS, NEXT_CLOSES]


@pytest.fixture
def year() -> tuple[Session, Session]:
    """Two sessions of one committee; the first rolls over on 5 December at 20:00 in Beijing."""
    term = TermFactory()
    first = SessionFactory(
        term=term, collection_opens_at=OPENS, collection_closes_at=CLOSES, rollover_at=ROLLS
    )
    second = SessionFactory(
        term=term, collection_opens_at=NEXT_OPENS, collection_closes_at=NEXT_CLOSES
    )
    return first, second


moments = st.one_of(
    st.datetimes(
        OPENS.replace(tzinfo=None),
        NEXT_CLOSES.replace(tzinfo=None) + timedelta(days=90),
        timezones=st.just(UTC),
    ),
    st.sampled_from([b + step for b in BOUNDARIES for step in (-MINUTE, 0 * MINUTE, MINUTE)]),
).filter(lambda moment: moment >= OPENS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(at=moments)
def test_placement_follows_the_windows_to_the_minute(
    year: tuple[Session, Session], at: datetime
) -> None:
    first, second = year

    found = placement(first.committee, at)

    if at < CLOSES:
        assert found == Placement(first, PeriodKind.SESSION)
    elif at < ROLLS:
        assert found == Placement(first, PeriodKind.INTERSESSION)
    elif at < NEXT_CLOSES:
        assert found == Placement(second, PeriodKind.SESSION)
    else:
        assert found == Placement(second, PeriodKind.INTERSESSION)


def test_placement_stays_until_the_next_session_is_set_up() -> None:
    only = SessionFactory(rollover_at=ROLLS)

    found = placement(only.committee, ROLLS + timedelta(days=5))

    assert found == Placement(only, PeriodKind.INTERSESSION)


def test_placement_before_the_first_window_tells_when_it_opens() -> None:
    session = SessionFactory(collection_opens_at=OPENS)

    with pytest.raises(NoSession, match="尚未开始征集提案，2023-11-01 08:00 开始"):
        placement(session.committee, OPENS - MINUTE)


def test_placement_without_sessions_tells_whom_to_ask() -> None:
    with pytest.raises(NoSession, match="本委员会尚未设置会议，请联系管理员"):
        placement(CommitteeFactory(), OPENS)


def test_placement_ignores_other_committees() -> None:
    SessionFactory()

    with pytest.raises(NoSession):
        placement(CommitteeFactory(), CLOSES - MINUTE)


def test_rules_apply_from_their_day_and_never_reach_back() -> None:
    committee = CommitteeFactory()
    later = preset("county") | {"name": "2024 年规则"}
    RulebookFactory(committee=committee, effective_from=date(2024, 5, 1), document=later)

    assert rules_for(committee, date(2024, 4, 30)).name == "区县政协提案工作规则"
    assert rules_for(committee, date(2024, 5, 1)).name == "2024 年规则"
    with pytest.raises(NoRulebook, match="在 2019-12-31 没有生效的规则"):
        rules_for(committee, date(2019, 12, 31))
