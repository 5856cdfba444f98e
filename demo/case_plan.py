"""The plan of one proposal: who submits it when, and everything that happens to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from demo.scenario import Deviation, Stage
from members.enums import AssignmentRole, BodyKind, Channel, PeriodKind, ProposerKind
from proposals.enums import Adoption


class Outcome(StrEnum):
    """The outcome of the review."""

    FILED = "filed"
    MERGED = "merged"
    NOT_FILED = "not_filed"
    WITHDRAWN = "withdrawn"
    NEXT_SESSION = "next_session"  # came after the rollover: handed in, and no more this year


@dataclass(frozen=True)
class Task:
    """One unit's part in handling, by the unit's full name."""

    unit: str
    role: AssignmentRole


@dataclass(frozen=True)
class Rating:
    """One round of feedback: codes of the rulebook's two scales."""

    attitude: str
    result: str


@dataclass
class CasePlan:
    """One planned proposal; ``index`` is its place in the plan and in order of receipt."""

    index: int
    received_at: datetime
    period: PeriodKind
    text_seed: int
    outcome: Outcome = Outcome.FILED
    kind: ProposerKind = ProposerKind.INDIVIDUAL
    body_kind: BodyKind | None = None  # of the collective proposer
    agreeing: int = 0  # invited co-signers by what they do
    declining: int = 0
    unanswered: int = 0
    channel: Channel = Channel.WEB
    category: str = ""
    topic: str = ""
    host: int | None = None  # index of the filed proposal that it is merged into
    ground: str = ""
    disposition: str = ""
    tasks: tuple[Task, ...] = ()  # answering units first; as it finally stands
    other_unit: str = ""  # the other party to a return or an objection; see Deviation
    batch: int | None = None  # number of the assignment list; None is assigned singly
    stage: Stage | None = None  # of filed ones, at the year's end
    result_class: str = ""
    drafted_class: str = ""  # what the unit wrote; differs when inspection changes it
    adoption: tuple[Adoption, ...] = ()  # one for each of up to three suggestions
    ratings: tuple[Rating, ...] = ()  # one for each round
    deviations: frozenset[Deviation] = field(default_factory=frozenset)

    def has(self, *deviations: Deviation) -> bool:
        """Whether it has any of these deviations."""
        return not self.deviations.isdisjoint(deviations)

    @property
    def answering(self) -> tuple[Task, ...]:
        """The tasks whose unit replies to the proposer."""
        return tuple(task for task in self.tasks if task.role != AssignmentRole.ASSIST)

    @property
    def assisting(self) -> tuple[Task, ...]:
        """The tasks whose unit sends its opinion to the lead unit."""
        return tuple(task for task in self.tasks if task.role == AssignmentRole.ASSIST)
