"""``manage.py check`` refuses a page declaration that says what is not so."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django_filters.rest_framework import FilterSet

from members.pages import worklist
from members.pages.worklist import WORKLISTS
from proposals.models import Clue, MergeCandidate, Proposal
from proposals.pages import step_pages
from proposals.pages.checks import TAG
from proposals.pages.step_pages import ShownWhen, StepPage
from proposals.pages.subjects import PAGES, SubjectPage

# Undeclared until here, so that each case is the only fault.
STEP = MergeCandidate.postpone


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Declare one more page for the time of a test."""
    monkeypatch.setattr(step_pages, "STEP_PAGES", kept := [*step_pages.STEP_PAGES])
    monkeypatch.setattr("proposals.pages.checks.STEP_PAGES", kept)
    yield step_pages.add
    monkeypatch.undo()
    step_pages.add()  # forgets what was added


def found() -> list[tuple[str, str]]:
    """The faults that the checks of pages find: (id, message)."""
    return [(str(fault.id), fault.msg) for fault in run_checks(tags=[TAG])]


def test_what_is_declared_is_sound() -> None:
    """The product's own declarations pass."""
    assert found() == []


def test_a_page_of_no_step_is_refused(declare: Any) -> None:
    """A declaration names a method that is a step."""
    declare(StepPage(Proposal.save_changes))
    assert found() == [("pages.E001", "StepPage(Subject.save_changes) names no step.")]


def test_a_second_page_of_a_step_is_refused(declare: Any) -> None:
    """A step has one declaration."""
    declare(StepPage(Proposal.submit))
    assert [(code, "submit" in text) for code, text in found()] == [("pages.E002", True)]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"initial": {"nowhere": id}}, "nowhere"),
        ({"initial": {("note", "nowhere"): id}}, "nowhere"),
        ({"choices": {"nowhere": id}}, "nowhere"),
        ({"choices": {"note.inside": id}}, "note.inside"),
        ({"shown_when": {"nowhere": ShownWhen("note", ["x"])}}, "nowhere"),
        ({"shown_when": {"note": ShownWhen("nowhere", ["x"])}}, "nowhere"),
    ],
)
def test_a_field_that_the_step_does_not_take_is_refused(
    declare: Any, place: dict[str, Any], told: str
) -> None:
    """Fields are named as the input of the step has them."""
    declare(StepPage(STEP, **place))
    ((code, text),) = found()
    assert code == "pages.E003"
    assert told in text
    assert next(iter(place)) in text


def test_a_second_page_of_a_kind_of_subject_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No declaration silently replaces another."""
    monkeypatch.setattr("proposals.pages.checks.PAGES", [*PAGES, SubjectPage(Clue, "clues")])
    assert found() == [("pages.E005", "There are 2 SubjectPage(Clue).")]


@pytest.mark.parametrize("bulk", [Clue.revise, Proposal.save_changes])
def test_a_list_offers_only_steps_of_its_rows(monkeypatch: pytest.MonkeyPatch, bulk: Any) -> None:
    """What can be taken on many is a step of the model of the rows."""
    monkeypatch.setitem(WORKLISTS, "proposals", replace(WORKLISTS["proposals"], bulk=(bulk,)))
    ((code, text),) = found()
    assert code == "pages.E004"
    assert "Worklist(proposals)" in text
    assert bulk.__qualname__ in text


def test_a_list_for_many_says_of_what_its_rows_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list whose rows are of no declared model cannot be checked, so it is refused."""
    listed = replace(WORKLISTS["proposals"], filterset=FilterSet, bulk=(Proposal.publish,))
    monkeypatch.setitem(WORKLISTS, "proposals", listed)
    assert [code for code, _text in found()] == ["pages.E004"]


def test_a_second_list_of_one_slug_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="proposals"):
        worklist.add(replace(worklist.WORKLISTS["proposals"], icon="copy"))
