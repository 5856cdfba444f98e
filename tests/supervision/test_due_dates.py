"""Kinds of duties as they are declared, and the dates that lists and pages show of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.urls import resolve
from django.utils.timezone import localdate

from members.days import end_of
from members.enums import DutyKind, Role
from members.models import Rulebook, User
from members.pages.links import page_of
from members.presets import preset
from members.reader import Reader
from members.rule_errors import RulesInvalid
from members.rules import Rules, Warnings
from proposals.due_dates import Due
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Assignment
from proposals.pages.office.lists import tone
from supervision import checks
from supervision.duty_kinds import DUTY_KINDS, KindOfDuty, declared
from supervision.key_topic_board import MILESTONES, dated_milestones
from supervision.models import Duty, KeyTopic, Milestone
from supervision.models.topic_subject import topic_subjects
from supervision.pages.due_dates import add_due_cells, due_of
from supervision.selectors import current_calendar, with_due
from tests.supervision.leaders import Leaders
from tests.supervision.office import ASSIGNED, Office

# -- What is declared --------------------------------------------------------------------------


def faults() -> list[str]:
    return [error.msg for error in run_checks() if str(error.id).startswith("supervision.")]


def test_every_kind_of_duty_is_declared_once_and_told_by_its_name(monkeypatch: Any) -> None:
    assert faults() == []
    twice = (*DUTY_KINDS[1:], KindOfDuty(DutyKind.REPLY, Role.UNIT_LIAISON))
    monkeypatch.setattr(checks, "DUTY_KINDS", twice)

    assert faults() == [
        "DutyKind.COSIGN is declared 0 times.",
        "DutyKind.REPLY is declared 2 times.",
    ]


def test_a_step_stops_only_clocks_that_can_stop(monkeypatch: Any) -> None:
    monkeypatch.setattr(checks, "PAUSABLE", (DutyKind.REPLY, DutyKind.REHANDLE))

    assert faults() == [
        "Assignment.stop_clock stops the clock of DutyKind.ASSIST_OPINION.",
        "Assignment.resume_clock stops the clock of DutyKind.ASSIST_OPINION.",
    ]


@pytest.mark.parametrize("kind", DutyKind)
def test_a_declaration_says_who_owes_it(kind: DutyKind) -> None:
    found = declared(kind.value)

    assert (found.kind, found.label) == (kind, kind.label)
    assert not (found.of_unit and found.of_addressee)
    assert not (found.optional and found.answer)


# -- Dates of rows -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_rows_come_with_the_nearest_date_that_is_owed_on_them() -> None:
    office = Office()
    (task,) = office.assigned()
    dates = dict(Duty.objects.of("assignment", task.pk).values_list("kind", "due_at"))

    def asked(*kinds: DutyKind, **more: Any) -> Any:
        row: Any = with_due(Assignment.objects.all(), *kinds, **more).get()
        return row.due_kind, row.due_at, row.due_paused_at

    assert dates[DutyKind.RETURN_WINDOW] < dates[DutyKind.REPLY]
    assert asked() == (DutyKind.ACKNOWLEDGE, dates[DutyKind.ACKNOWLEDGE], None)
    assert asked(DutyKind.REPLY) == (DutyKind.REPLY, dates[DutyKind.REPLY], None)
    assert asked(DutyKind.FEEDBACK) == asked(among=Duty.objects.none()) == (None, None, None)

    office.do(office.by(Role.UNIT_LIAISON, task.unit), task, "acknowledge", at=ASSIGNED)
    assert asked() == (DutyKind.REPLY, dates[DutyKind.REPLY], None)  # a right is not owed


@pytest.mark.django_db
def test_the_rulebook_says_when_a_date_is_near_and_when_it_is_pressing() -> None:
    office = Office()
    (task,) = office.assigned()
    duty = Duty.objects.of("assignment", task.pk).get(kind=DutyKind.REPLY)
    calendar = current_calendar()
    last = calendar.last_working(localdate(duty.due_at))

    liaison = office.by(Role.UNIT_LIAISON, task.unit)

    def drawn(days: int, warnings: dict[str, int]) -> Due:
        rules = {**Rulebook.objects.get().document, "warnings": warnings}
        Rulebook.objects.update(document=Rules.read(rules).model_dump(mode="json"))
        book = Rulebook.objects.get()
        Rulebook.objects.update(updated_at=book.updated_at + timedelta(seconds=1))
        at = end_of(calendar.add(last, -days))
        (row,) = with_due(Assignment.objects.all(), DutyKind.REPLY)
        reader = Reader(liaison, at)
        add_due_cells([row], reader)
        shown: Any = row
        assert shown.due == due_of(duty, reader)
        return due_of(duty, reader)

    assert [drawn(days, {}).tone for days in (8, 7, 4, 3)] == ["far", "near", "near", "soon"]
    wider = {"near": 9, "soon": 4}
    assert [drawn(days, wider).tone for days in (10, 8, 4)] == ["far", "near", "soon"]


def test_the_rulebook_says_when_a_wait_is_long() -> None:
    assert [tone(days, Warnings()) for days in (None, 6, 7, 13, 14)] == [
        "calm",
        "calm",
        "caution",
        "caution",
        "danger",
    ]
    county = preset("county")
    assert tone(3, Warnings(caution=2, danger=4)) == "caution"
    assert Rules.read(county).warnings == Warnings()
    for wrong in ({"near": 2}, {"caution": 20}):
        with pytest.raises(RulesInvalid):
            Rules.read({**county, "warnings": wrong})


# -- Key topics and what hangs on them ---------------------------------------------------------


def test_every_subject_that_hangs_on_a_key_topic_says_so() -> None:
    def hangs_on_a_topic(model: type[Subject]) -> bool:
        return any(field.related_model is KeyTopic for field in model._meta.concrete_fields)

    expected = [KeyTopic, *(model for model in ALL_SUBJECTS if hangs_on_a_topic(model))]

    assert {*topic_subjects().values()} == {*expected}
    for kind, model in topic_subjects().items():
        assert resolve(page_of(model.link_of(1))).url_name == kind
        assert model._default_manager.filter(**{f"{model.topic_path}announced_at": None}).query


# -- Milestones --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_milestone_is_late_when_its_duty_is() -> None:
    life = Leaders()
    topic = life.planned(life.filed())
    first = Milestone.objects.earliest("due_on")

    def read(at: datetime) -> list[tuple[int | None, bool]]:
        row = KeyTopic.objects.prefetch_related(MILESTONES).get(pk=topic.pk)
        return [(one.days, one.late) for one in dated_milestones(row, Reader(User(), at))]

    on_the_day = end_of(first.due_on)
    assert read(on_the_day)[0] == (0, False)
    assert read(on_the_day + timedelta(seconds=1))[0][1]
    Duty.objects.filter(kind=DutyKind.MILESTONE, subject_id=first.pk).update(
        due_at=end_of(first.due_on + timedelta(days=30))
    )
    assert not read(on_the_day + timedelta(days=1))[0][1]

    life["special"].does("meet", first, evidence="现场已办")
    assert read(on_the_day + timedelta(days=60))[0] == (None, False)
