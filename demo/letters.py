"""What offices and proposers write around a proposal: opinions, notices, reasons, comments."""

import tomllib
from enum import StrEnum
from functools import cache
from random import Random

from demo.replies import slots
from demo.texts import ProposalText
from demo.wording import HERE, lines, phrases, spin
from proposals.enums import ReviewOutcome


class Note(StrEnum):
    """Short texts that need no more than the proposal; the value names their wording.

    ``other`` is the unit that the writer points to, where the text names one.
    """

    RETURN_REASON = "return_reasons"  # a unit shows why a task is another's (职责依据)
    WEAK_RETURN_REASON = "weak_return_reasons"  # a return that will be refused
    RETURN_GRANTED = "return_granted"
    RETURN_REFUSED = "return_refused"
    COORDINATION = "coordination_notes"  # of the coordination meeting
    LEADER = "leader_notes"  # the leader's instruction (批示)
    OBJECTION = "objections"  # to a pre-assignment
    EXTENSION_REASON = "extension_reasons"
    WEAK_EXTENSION_REASON = "weak_extension_reasons"  # an extension that will be refused
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    WAIVER = "waivers"  # why an assist opinion is not waited for
    SENT_BACK = "sent_back"  # by inspection
    CLASS_CHANGE = "class_changes"  # by inspection
    CORRECTION = "corrections"  # of a delivered reply
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    DECLINE = "declines"  # of a co-signer
    AGREEMENT = "agreements"  # of a co-signer
    FOLLOW_UP = "follow_ups"
    COMMITMENT_EVIDENCE = "commitment_evidence"
    CONSULTATION = "consultations"  # after the last poor rating
    WITHDRAWAL = "withdrawals"  # the proposer's request
    WITHDRAWAL_CONSENT = "withdrawal_consents"
    KEY = "key_reasons"
    EDIT = "edit_notes"
    MERGE_CONSENT = "merge_consents"
    PAPER = "paper_notes"


def note(rng: Random, text: ProposalText, kind: Note, *, unit: str = "", other: str = "") -> str:
    """A short text of ``kind`` about ``text``; ``unit`` writes or is spoken of.

    Without ``unit`` the unit that the matter points to first is meant.
    """
    words = slots(rng, text, unit=unit or text.unit_names[0], other=other)
    return spin(rng, rng.choice(phrases("letters")[kind.value]), words)


def review_opinion(rng: Random, text: ProposalText, outcome: ReviewOutcome) -> str:
    """A reviewer's opinion that leads to ``outcome``."""
    words = slots(rng, text, unit=text.unit_names[0])
    return spin(rng, rng.choice(phrases("letters")[f"review_{outcome.value}"]), words)


@cache
def _notices() -> dict[str, dict[str, str]]:
    return tomllib.loads((HERE / "phrases" / "notices.toml").read_text(encoding="utf-8"))


def grounds() -> tuple[str, ...]:
    """The codes of the grounds for which there is a notice."""
    return tuple(_notices()["grounds"])


def dispositions() -> tuple[str, ...]:
    """The codes of the dispositions for which there is a notice."""
    return tuple(_notices()["dispositions"])


def not_filed_notice(
    rng: Random, text: ProposalText, *, ground: str, disposition: str, sent_to: str = ""
) -> str:
    """The notice to the proposer; raises KeyError for a code without wording."""
    data = _notices()
    words = {"转": sent_to or text.unit_names[0]}
    return spin(
        rng,
        rng.choice(lines(data["frames"]["text"])),
        {
            "案": text.title,
            "会": text.committee_name,
            "由": data["grounds"][ground],
            "去": spin(rng, data["dispositions"][disposition], words),
        },
    )
