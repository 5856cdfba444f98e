"""The rulebooks of real places are complete, and say where each number was read."""

import re
from importlib import resources

import pytest

from members import presets
from members.enums import Anchor, DutyKind, PeriodKind
from members.rules import DeadlineRule, Rules


@pytest.fixture(params=presets.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def is_general(rule: DeadlineRule) -> bool:
    """Whether a rule fits every case, and needs no date that a case may lack."""
    cases = (rule.period, rule.proposer, rule.urgent, rule.key, rule.role)
    return rule.anchor in {Anchor.EVENT, Anchor.FIXED} and cases == (None,) * 5


def test_preset_sets_a_limit_for_every_duty_in_every_case(name: str) -> None:
    rules = Rules.read(presets.preset(name)).deadlines
    by_period = {
        duty
        for duty in DutyKind
        if {rule.period for rule in rules if rule.duty == duty} >= set(PeriodKind)
    }

    set_by_others = {DutyKind.MILESTONE, DutyKind.SUPERVISION}  # the plan, and the reply date
    limited = {rule.duty for rule in rules if is_general(rule)} | by_period
    assert limited == set(DutyKind) - set_by_others
    assert DutyKind.SUPERVISION in {rule.duty for rule in rules}


def test_preset_never_hides_a_rule_behind_a_more_general_one(name: str) -> None:
    """The first rule that fits applies, so the particular comes first."""
    general: set[DutyKind] = set()
    for rule in Rules.read(presets.preset(name)).deadlines:
        assert rule.duty not in general
        if is_general(rule):
            general.add(rule.duty)


def test_preset_cites_the_source_of_every_deadline(name: str) -> None:
    lines = (resources.files(presets) / f"{name}.toml").read_text("utf-8").splitlines()
    deadlines = [n for n, line in enumerate(lines) if "duty =" in line]

    assert [lines[n] for n in deadlines if 'source = "' not in lines[n]] == []
    assert [lines[n] for n in deadlines if not re.search("#.*(§|惯例)", lines[n - 1])] == []


def test_presets_differ_as_places_do() -> None:
    rules = [Rules.read(presets.preset(name)) for name in presets.NAMES]

    assert [len(each.review.rounds) for each in rules] == [3, 2, 3, 1]
    assert [len(each.handling.result_classes) for each in rules] == [3, 3, 4, 3]
    assert [each.handling.inspection for each in rules] == [False, False, True, False]
    assert [each.feedback.policy for each in rules] == ["lead", "lead", "all", "lead"]
    assert [len(each.feedback.result) for each in rules] == [3, 3, 4, 3]
    assert len({each.numbering.pattern for each in rules}) == 4
    assert {tuple(entry.code for entry in each.handling.result_classes) for each in rules} == {
        ("A", "B", "C"),
        ("A", "B", "C", "D"),
    }


def test_preset_of_another_name_is_refused() -> None:
    with pytest.raises(KeyError):
        presets.preset("../national")
