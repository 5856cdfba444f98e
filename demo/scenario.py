"""A scenario: one committee's session with the year's totals, read from a file and checked.

Totals are counts of proposals. Published figures and chosen ones are told apart in the
files' comments. A scenario that does not add up is refused with the name of the wrong line.
"""

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from demo import places
from demo.wording import CATEGORIES, HERE
from members.enums import AssignmentRole, CommitteeLevel, ProposerKind
from members.presets import preset
from members.rules import Rules


class Deviation(StrEnum):
    """How a filed proposal deviates from the plain course of handling; it may in several ways."""

    PAPER_ENTRY = "paper_entry"  # typed in by the office from paper
    REVISED = "revised"  # returned for revision, then handed in again
    PRE_ASSIGNED = "pre_assigned"  # the units were asked first, and accepted
    PRE_ASSIGNMENT_OBJECTED = "pre_assignment_objected"  # asked first: other_unit objected
    RETURN_OFFICE = "return_office"  # given to other_unit first; the office granted the return
    RETURN_COORDINATION = "return_coordination"  # the same, granted by the coordination meeting
    # tasks[0].unit asks to give it to other_unit, and keeps it:
    RETURN_LEADER = "return_leader"  # through three levels, refused by the leader
    RETURN_REFUSED = "return_refused"  # refused by the office
    RETURN_LATE = "return_late"  # asked after the window: refused by rule
    URGENT = "urgent"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    ASSIST_WAIVED = "assist_waived"  # the reply did not wait for the last assisting unit
    INSPECTION_SENT_BACK = "inspection_sent_back"
    CLASS_CHANGED = "class_changed"  # inspection changed drafted_class to result_class
    CORRECTED = "corrected"  # a delivered reply was replaced by a corrected one
    POOR_THEN_SATISFIED = "poor_then_satisfied"  # rated poor, handled again, satisfied
    POOR_TWICE = "poor_twice"  # rated poor twice: consultation, then concluded
    UNRATED = "unrated"  # concluded by the office without feedback
    PAPER_FEEDBACK = "paper_feedback"
    FOLLOWED_UP = "followed_up"
    COMMITMENTS_KEPT = "commitments_kept"
    PUBLISHED = "published"
    KEY = "key"


RETURNS = (
    Deviation.RETURN_OFFICE,
    Deviation.RETURN_COORDINATION,
    Deviation.RETURN_LEADER,
    Deviation.RETURN_REFUSED,
    Deviation.RETURN_LATE,
    Deviation.PRE_ASSIGNMENT_OBJECTED,
)
"""A proposal has at most one of these."""

REASSIGNED = (Deviation.RETURN_OFFICE, Deviation.RETURN_COORDINATION)
"""Another unit took over."""

FEEDBACK_ENDS = (Deviation.POOR_THEN_SATISFIED, Deviation.POOR_TWICE, Deviation.UNRATED)
"""How feedback ended, when not with a first good rating; at most one."""


class Stage(StrEnum):
    """How far a filed proposal has come at the year's end."""

    CONCLUDED = "concluded"
    REPLIED = "replied"  # delivered, feedback not in
    DRAFTING = "drafting"  # a reply is on its way inside the unit
    HANDLING = "handling"  # signed for, nothing written


class ScenarioInvalid(ValueError):
    """The file does not add up; the message names the line."""


Count = Annotated[int, Field(ge=0)]


class ScenarioTable(BaseModel):
    """A table of a scenario file: immutable, and refusing words that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Committee(ScenarioTable):
    """The committee and its place; ``parts`` are the places of the lower governments."""

    code: str
    name: str
    short_name: str
    level: CommitteeLevel
    place: str
    self_name: str
    place_names: tuple[str, ...]
    parts: tuple[str, ...]
    areas: tuple[str, ...]


class Rulebook(ScenarioTable):
    """A preset of ``members.presets`` and what this committee has otherwise."""

    preset: str
    overrides: dict[str, Any] = {}


class Term(ScenarioTable):
    """A term; ``ends_on`` is exclusive."""

    number: int
    begins_on: date
    ends_on: date


class SessionPlan(ScenarioTable):
    """A session and its collection window, the end exclusive."""

    number: int
    opens_on: date
    closes_on: date
    collection_opens_at: AwareDatetime
    collection_closes_at: AwareDatetime
    rollover_at: AwareDatetime


class Counts(ScenarioTable):
    """How many take part; ``bodies`` and ``units`` are what ``places`` yields."""

    members: int = Field(gt=0)
    groups: int = Field(gt=0)
    bodies: int
    units: int
    batch_size: int = Field(gt=0, le=300)


class Totals(ScenarioTable):
    """The year in numbers of proposals; ``rollover`` ones are beyond ``received``."""

    received: Count
    filed: Count
    merged: Count
    withdrawn: Count
    rollover: Count
    intersession: Count
    concluded: Count
    adopted: Count
    satisfied: Count
    reassigned: Count
    not_filed: dict[str, Count]
    kinds: dict[ProposerKind, Count]
    categories: dict[str, Count]
    roles: dict[AssignmentRole, Count]
    results: dict[str, Count]
    unfinished: dict[Stage, Count]

    @property
    def answered(self) -> int:
        """Filed ones whose reply was delivered."""
        return self.concluded + self.unfinished.get(Stage.REPLIED, 0)


class Scenario(ScenarioTable):
    """Everything that a played year needs to know."""

    committee: Committee
    rulebook: Rulebook
    term: Term
    session: SessionPlan
    next_session: SessionPlan | None = None
    category_codes: dict[str, str]
    counts: Counts
    totals: Totals
    deviations: dict[Deviation, Count]

    @cached_property
    def place(self) -> places.Place:
        """The place, as texts and units want it."""
        own = self.committee
        return places.Place(own.place, own.level, own.self_name, own.parts, own.areas)

    @property
    def units(self) -> tuple[places.Unit, ...]:
        """The undertaking units."""
        return places.units(self.place)

    @property
    def bodies(self) -> tuple[places.Body, ...]:
        """The collective proposers."""
        return places.bodies(self.place, groups=self.counts.groups)

    def rules_document(self) -> dict[str, Any]:
        """The rulebook's document: the preset with the overrides, table by table."""
        return _overlaid(preset(self.rulebook.preset), self.rulebook.overrides)

    @cached_property
    def rules(self) -> Rules:
        """The rules; raises members.rules.RulesInvalid when the overrides do not fit."""
        return Rules.read(self.rules_document())

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        for name, left, right in self._sums():
            if left != right:
                raise ScenarioInvalid(f"{name}: {left} is not {right}")
        for name, part, whole in self._limits():
            if part > whole:
                raise ScenarioInvalid(f"{name}: {part} is more than {whole}")
        self._check_codes()
        self._check_times()
        return self

    def _sums(self) -> list[tuple[str, int, int]]:
        """(line, what it says, what the others make of it)."""
        year, count = self.totals, self.count_of
        not_filed = sum(year.not_filed.values())
        solved = [c.code for c in self.rules.handling.result_classes if c.solved or c.planned]
        rated = year.concluded - count(Deviation.POOR_TWICE) - count(Deviation.UNRATED)
        return [
            (
                "totals.received",
                year.received,
                year.filed + year.merged + not_filed + year.withdrawn,
            ),
            ("totals.kinds", sum(year.kinds.values()), year.filed),
            ("totals.categories", sum(year.categories.values()), year.filed),
            ("totals.roles", sum(year.roles.values()), year.filed),
            ("totals.unfinished", sum(year.unfinished.values()), year.filed - year.concluded),
            ("totals.results", sum(year.results.values()), year.concluded),
            ("totals.adopted", year.adopted, sum(year.results.get(c, 0) for c in solved)),
            ("totals.satisfied", year.satisfied, rated),
            ("totals.reassigned", year.reassigned, count(*REASSIGNED)),
            ("counts.units", self.counts.units, len(self.units)),
            ("counts.bodies", self.counts.bodies, len(self.bodies)),
        ]

    def _limits(self) -> list[tuple[str, int, int]]:
        """(line, a part, the whole that it must fit in)."""
        year, count, rules = self.totals, self.count_of, self.rules
        fresh = year.concluded - count(*FEEDBACK_ENDS)
        in_session = year.filed - year.intersession
        followed = [c.code for c in rules.handling.result_classes if c.needs_follow_up]
        inspected = count(Deviation.INSPECTION_SENT_BACK, Deviation.CLASS_CHANGED)
        assisted = year.roles.get(AssignmentRole.LEAD, 0)
        levels = len(rules.handling.returns.levels)
        return [
            *((f"deviations.{name}", count, year.filed) for name, count in self.deviations.items()),
            ("totals.intersession", year.intersession, year.filed),
            (
                "deviations.return_*",
                count(*RETURNS, Deviation.PRE_ASSIGNED, Deviation.URGENT),
                in_session // 2,
            ),
            ("deviations.poor_*", count(*FEEDBACK_ENDS), year.concluded // 2),
            ("deviations.corrected", count(Deviation.CORRECTED), fresh),
            ("deviations.paper_feedback", count(Deviation.PAPER_FEEDBACK), fresh),
            ("deviations.paper_entry", count(Deviation.PAPER_ENTRY, Deviation.REVISED), year.filed),
            (
                "deviations.extended",
                count(Deviation.EXTENDED, Deviation.EXTENSION_REFUSED),
                year.filed // 2,
            ),
            ("deviations.assist_waived", count(Deviation.ASSIST_WAIVED), assisted // 2),
            ("deviations.inspection", inspected, year.answered if rules.handling.inspection else 0),
            (
                "deviations.class_changed",
                count(Deviation.CLASS_CHANGED),
                year.results.get("B", 0) // 2,
            ),
            ("deviations.followed_up", count(Deviation.FOLLOWED_UP), self._results(followed) // 2),
            ("deviations.commitments_kept", count(Deviation.COMMITMENTS_KEPT), year.adopted // 2),
            (
                "deviations.return_coordination",
                count(Deviation.RETURN_COORDINATION) if levels < 2 else 0,
                0,
            ),
            ("deviations.return_leader", count(Deviation.RETURN_LEADER) if levels < 3 else 0, 0),
        ]

    def _results(self, codes: list[str]) -> int:
        return sum(self.totals.results.get(code, 0) for code in codes)

    def count_of(self, *wanted: Deviation) -> int:
        """How many have one of these deviations (a proposal with two of them counts twice)."""
        return sum(self.deviations.get(deviation, 0) for deviation in wanted)

    def _check_codes(self) -> None:
        rules = self.rules
        known = {
            "totals.not_filed": (self.totals.not_filed, rules.review.dispositions),
            "totals.results": (self.totals.results, rules.handling.result_classes),
            "category_codes": (self.category_codes.values(), rules.review.categories),
        }
        for name, (used, entries) in known.items():
            if unknown := set(used) - {entry.code for entry in entries}:
                raise ScenarioInvalid(f"{name}: the rulebook has no {', '.join(sorted(unknown))}")
        for name, table in (
            ("totals.categories", self.totals.categories),
            ("category_codes", self.category_codes),
        ):
            if set(table) != set(CATEGORIES):
                raise ScenarioInvalid(f"{name}: must name {', '.join(CATEGORIES)}")
        if AssignmentRole.ASSIST in self.totals.roles:
            raise ScenarioInvalid("totals.roles: assist goes with lead and is not counted")

    def _check_times(self) -> None:
        moments = [
            ("session.collection_opens_at", self.session.collection_opens_at),
            ("session.collection_closes_at", self.session.collection_closes_at),
            ("session.rollover_at", self.session.rollover_at),
        ]
        if self.next_session:
            closes_at = self.next_session.collection_closes_at
            moments.append(("next_session.collection_closes_at", closes_at))
        elif self.totals.rollover:
            raise ScenarioInvalid("totals.rollover: there is no next_session to count for")
        for (_, before), (name, after) in pairwise(moments):
            if after <= before:
                raise ScenarioInvalid(f"{name}: not after the one before it")


def _overlaid(document: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """``document`` with ``overrides`` laid over it, table by table; lists are replaced."""
    laid = dict(document)
    for key, value in overrides.items():
        inner = laid.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            laid[key] = _overlaid(inner, value)
        else:
            laid[key] = value
    return laid


def names() -> tuple[str, ...]:
    """The scenarios that ship, in alphabetical order."""
    return tuple(sorted(path.stem for path in (HERE / "scenarios").glob("*.toml")))


@cache
def load(name: str) -> Scenario:
    """The scenario of that name.

    Raises KeyError for an unknown name and ScenarioInvalid for a file that is wrong.
    """
    if name not in names():
        raise KeyError(name)
    path = HERE / "scenarios" / f"{name}.toml"
    return read(tomllib.loads(path.read_text(encoding="utf-8")))


def read(document: dict[str, Any]) -> Scenario:
    """The scenario that a document describes; raises ScenarioInvalid naming the wrong line."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        raise ScenarioInvalid(
            "; ".join(
                f"{'.'.join(map(str, item['loc']))} {item['msg']}".strip()
                for item in error.errors()
            )
        ) from error
