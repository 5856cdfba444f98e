"""The ledger refuses every change, and its check names whatever was changed all the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from members.enums import Role
from proposals import ledger, triggers
from proposals.door import perform
from proposals.models import Event, Proposal
from tests.ledger import record_posts, suspended
from tests.proposals.staffed_committee import StaffedCommittee

AT = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)
TEXT = {"title": "关于增设路灯的建议", "situation": "夜里很暗", "suggestions": ["增设路灯"]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal() -> Proposal:
    """Drafted, changed, handed in, reviewed: events 1 to 4."""
    staffed = StaffedCommittee()
    member = staffed.members[0].user
    fresh = Proposal(committee=staffed.committee)
    begun = perform(fresh, "draft", member, TEXT, at=AT).subject
    perform(begun, "edit", member, {"title": "关于增设和维修路灯的建议"}, at=AT)
    perform(begun, "submit", member, {"one_matter": True}, at=AT)
    reviewer = staffed.officer(Role.COMMITTEE_REVIEWER)
    perform(begun, "review", reviewer, {"outcome": "file"}, at=AT)
    record_posts(AT)
    return Proposal.objects.get(pk=begun.pk)


@contextmanager
def unguarded() -> Iterator[None]:
    """Somebody with the database's own password has lifted the triggers for a while."""
    connection.check_constraints()  # PostgreSQL: nothing may be pending on the table
    with suspended(connection):
        yield
        connection.check_constraints()


def run(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


CHANGES: dict[str, Callable[[], object]] = {
    "update by SQL": lambda: run("UPDATE proposals_event SET action = 'file'"),
    "delete by SQL": lambda: run("DELETE FROM proposals_event WHERE sequence = 1"),
    "update by the ORM": lambda: Event.objects.update(channel="web"),
    "save by the ORM": lambda: Event.objects.get(sequence=2).save(),
    "delete by the ORM": lambda: Event.objects.get(sequence=4).delete(),
    "truncate": lambda: run("TRUNCATE proposals_event CASCADE"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_database_refuses_every_change(proposal: Proposal, change: str) -> None:
    if change == "truncate" and connection.vendor == "sqlite":
        change = "delete by SQL"  # SQLite knows no other way to empty a table
    before = list(Event.objects.order_by("id").values())
    connection.check_constraints()  # else PostgreSQL refuses for another reason

    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
        CHANGES[change]()

    assert list(Event.objects.order_by("id").values()) == before


def test_untouched_ledger_has_no_fault(proposal: Proposal) -> None:
    events = Event.objects.filter(proposal=proposal).order_by("id")
    assert [event.sequence for event in events] == [1, 2, 3, 4]
    assert list(ledger.faults()) == []


# Column of an event to another value that it could well have had.
FORGERIES: dict[str, object] = {
    "call_id": "0" * 32,
    "action": "discard",
    "address": "203.0.113.9",
    "at": datetime(2024, 1, 7, 1, 0, tzinfo=UTC),
    "channel": "paper",
    "input": {"title": "关于增设和维修路灯的建议。"},
    "key": "k",
    "hash": "0" * 64,
    "previous_hash": "0" * 64,
    "actor_id": None,
    "proposal_id": None,
    "sequence": 7,
    "source": "returned",
    "target": "returned",
}


def test_every_column_is_covered_by_the_hash() -> None:
    columns = {field.column for field in Event._meta.concrete_fields}
    moved = {"id", "subject_kind", "subject_id", "committee_id", "on_behalf_of_id"}

    assert columns == {*FORGERIES, *moved}


@pytest.mark.parametrize("column", FORGERIES)
def test_check_names_the_event_that_was_changed(proposal: Proposal, column: str) -> None:
    value = FORGERIES[column]
    if column == "actor_id":
        value = Event.objects.earliest("id").actor_id + 1
    if column == "call_id" and connection.vendor == "postgresql":
        value = "00000000-0000-0000-0000-000000000000"

    with unguarded():
        Event.objects.filter(sequence=2).update(**{column: value})

    number = FORGERIES["sequence"] if column == "sequence" else 2
    named = f"提案 {proposal.pk} 第 {number} 个事件"
    assert any(fault.startswith(named) for fault in ledger.faults()), list(ledger.faults())


def test_check_names_the_gap_that_a_deleted_event_leaves(proposal: Proposal) -> None:
    with unguarded():
        Event.objects.filter(sequence=2).delete()

    faults = list(ledger.faults())

    assert faults == [
        f"提案 {proposal.pk} 第 3 个事件“提交”：序号不连续",
        f"提案 {proposal.pk} 第 3 个事件“提交”：与前一条事件不衔接",
    ]


def test_check_misses_the_last_event_when_it_was_deleted(proposal: Proposal) -> None:
    with unguarded():
        Event.objects.filter(sequence=4).delete()

    assert list(ledger.faults()) == [f"提案 {proposal.pk} 的现状与其最后一条事件不符"]


def test_check_misses_a_whole_subject(proposal: Proposal) -> None:
    with unguarded():
        Event.objects.filter(proposal=proposal).delete()

    assert list(ledger.faults()) == [f"提案 {proposal.pk} 的现状与其最后一条事件不符"]


@pytest.mark.parametrize(
    "behind", [{"state": "reviewing"}, {"version": 3}, {"ledger_hash": "0" * 64}]
)
def test_check_notices_a_row_changed_behind_the_door(behind: dict[str, object]) -> None:
    staffed = StaffedCommittee()
    member = staffed.members[0].user
    begun = perform(Proposal(committee=staffed.committee), "draft", member, TEXT, at=AT).subject
    perform(begun, "submit", member, {"one_matter": True}, at=AT)
    record_posts(AT)

    Proposal.objects.filter(pk=begun.pk).update(**behind)

    assert list(ledger.faults()) == [f"提案 {begun.pk} 的现状与其最后一条事件不符"]


def test_check_names_the_trigger_that_is_missing(proposal: Proposal) -> None:
    names = triggers.names(connection)
    assert len(names) == 2
    with unguarded():
        assert list(ledger.faults()) == [f"缺少数据库触发器 {name}" for name in sorted(names)]
    assert list(ledger.faults()) == []


def test_input_with_numbers_that_databases_write_otherwise_keeps_its_hash() -> None:
    staffed = StaffedCommittee()
    member = staffed.members[0].user
    odd = {"big": 1e300, "small": -0.0, "many": 10**25, "nul": "a\x00b", "half": "\ud800"}

    perform(Proposal(committee=staffed.committee), "draft", member, {**TEXT, "odd": odd}, at=AT)
    record_posts(AT)

    assert list(ledger.faults()) == []


# -- The command --------------------------------------------------------------------------


def verify() -> tuple[int, str]:
    """The exit code and what stands on stderr."""
    err = StringIO()
    try:
        call_command("verify_ledger", stdout=StringIO(), stderr=err)
    except CommandError as error:
        return error.returncode, err.getvalue() + str(error)
    except SystemExit as error:
        return int(error.code or 0), err.getvalue()
    return 0, err.getvalue()


def test_command_is_content_with_a_sound_ledger(proposal: Proposal) -> None:
    assert verify() == (0, "")


def test_command_fails_and_prints_each_fault(proposal: Proposal) -> None:
    with unguarded():
        Event.objects.filter(sequence=2).delete()

    code, errors = verify()

    assert code == 1
    assert all(fault in errors for fault in ledger.faults())
