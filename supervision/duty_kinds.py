"""The kinds of duties: each declared once, with who owes it and how it is treated."""

from collections.abc import Callable
from dataclasses import dataclass

from members.enums import DutyKind, Role


@dataclass(frozen=True)
class KindOfDuty:
    """What holds for every duty of a kind.

    ``holder`` is the role that owes it; a subject may name another by ``duty_role``. An
    ``optional`` one is a right within a time limit: letting it pass is not being late. An
    ``answer`` is what a unit owes on a task until it has answered, and ``awaited`` what
    proposers wait for and are told the date of. The clock of a ``pausable`` one can be stopped.
    ``before_reply`` when its date may be counted back from that of the reply. Those answered
    ``in_place`` stand on the first page with their texts, and not in its list of duties.
    """

    kind: DutyKind
    holder: Role
    optional: bool = False
    answer: bool = False
    awaited: bool = False
    pausable: bool = False
    before_reply: bool = False
    in_place: bool = False

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return str(self.kind.label)

    @property
    def of_unit(self) -> bool:
        """Whether the unit of its subject owes it."""
        return self.holder == Role.UNIT_LIAISON

    @property
    def of_addressee(self) -> bool:
        """Whether the member or body that its subject is addressed to owes it."""
        return self.holder == Role.MEMBER


DUTY_KINDS = (
    KindOfDuty(DutyKind.COSIGN, Role.MEMBER, in_place=True),
    KindOfDuty(DutyKind.PRE_ASSIGNMENT, Role.UNIT_LIAISON),
    KindOfDuty(DutyKind.ACKNOWLEDGE, Role.UNIT_LIAISON),
    KindOfDuty(DutyKind.RETURN_WINDOW, Role.UNIT_LIAISON, optional=True),
    KindOfDuty(DutyKind.RETURN_DECISION, Role.ASSIGNING_OFFICER),
    KindOfDuty(
        DutyKind.ASSIST_OPINION,
        Role.UNIT_LIAISON,
        answer=True,
        pausable=True,
        before_reply=True,
    ),
    KindOfDuty(DutyKind.REPLY, Role.UNIT_LIAISON, answer=True, awaited=True, pausable=True),
    KindOfDuty(DutyKind.INSPECTION, Role.INSPECTION_OFFICER),
    KindOfDuty(DutyKind.FEEDBACK, Role.MEMBER, in_place=True),
    KindOfDuty(DutyKind.REHANDLE, Role.UNIT_LIAISON, answer=True, awaited=True, pausable=True),
    KindOfDuty(DutyKind.EXTENSION_DECISION, Role.COMMITTEE_DIRECTOR),
    KindOfDuty(DutyKind.COMMITMENT, Role.UNIT_LIAISON),
    KindOfDuty(DutyKind.FOLLOW_UP, Role.COMMITTEE_CLERK),
    KindOfDuty(DutyKind.SUPERVISION_PLAN, Role.COMMITTEE_CLERK),
    KindOfDuty(DutyKind.MILESTONE, Role.COMMITTEE_CLERK),
    KindOfDuty(DutyKind.SUPERVISION, Role.COMMITTEE_CLERK),
    KindOfDuty(DutyKind.SUPERVISION_REPORT, Role.COMMITTEE_CLERK),
    KindOfDuty(DutyKind.INSTRUCTION, Role.UNIT_LIAISON),
)
"""Every kind, in the order in which they come up in the life of a proposal."""

_DECLARED = {declared.kind: declared for declared in DUTY_KINDS}


def declared(kind: DutyKind | str) -> KindOfDuty:
    """The declaration of a kind."""
    return _DECLARED[DutyKind(kind)]


def _where(is_so: Callable[[KindOfDuty], bool]) -> tuple[DutyKind, ...]:
    return tuple(declared.kind for declared in DUTY_KINDS if is_so(declared))


OPTIONAL = _where(lambda declared: declared.optional)
ANSWERS = _where(lambda declared: declared.answer)
AWAITED = _where(lambda declared: declared.awaited)
PAUSABLE = _where(lambda declared: declared.pausable)
IN_PLACE = _where(lambda declared: declared.in_place)
