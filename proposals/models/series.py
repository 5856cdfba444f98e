"""Receipt and case numbers: serial in their series, without a gap, never used twice.

The counter row is moved inside the transaction of the step that needs the number. Whoever
moves it holds its lock until the transaction ends; rolled back, the number is free again.
"""

from typing import Protocol

from django.db import models
from django.db.models import F

from members.enums import PeriodKind, ProposerKind
from members.models import Session
from members.rules import Numbering, Rules

RECEIPTS = "receipts"


class Numbered(Protocol):
    """The parts of a proposal's number."""

    session: Session | None
    period_kind: str
    proposer_kind: str


class Series(models.Model):
    """A counter of one session: of receipts, or of one series of case numbers."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="number_series")
    name = models.CharField(max_length=60)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "name"], name="series_name_unique")
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.name}: {self.last}"


def draw(session: Session, name: str) -> int:
    """The next number of a series, counting from 1."""
    row = Series.objects.filter(session=session, name=name)
    if not row.update(last=F("last") + 1):
        Series.objects.bulk_create([Series(session=session, name=name)], ignore_conflicts=True)
        row.update(last=F("last") + 1)
    return row.values_list("last", flat=True).get()


def wait_for_receipts(session: Session) -> None:
    """Wait until whoever is handing in to the session has done so, and keep others waiting.

    What is read afterwards in the same transaction includes what they brought in. Drawing a
    receipt number waits likewise.
    """
    Series.objects.select_for_update().get(session=session, name=RECEIPTS)


def draw_receipt_no(proposal: Numbered, rules: Rules) -> str:
    """The next receipt number (收件号) of the proposal's session."""
    session = session_of(proposal)
    return _write(rules.numbering.receipt_pattern, proposal, rules, draw(session, RECEIPTS))


def draw_case_no(proposal: Numbered, rules: Rules) -> tuple[str, str, int]:
    """The next case number (案号) as (text, series, serial number)."""
    series = series_name(proposal, rules.numbering)
    serial = draw(session_of(proposal), series)
    return _write(rules.numbering.pattern, proposal, rules, serial), series, serial


def next_case_no(proposal: Numbered, rules: Rules) -> str:
    """The case number that filing would give at this moment; somebody else may draw it first."""
    name = series_name(proposal, rules.numbering)
    row = Series.objects.filter(session=session_of(proposal), name=name)
    last = row.values_list("last", flat=True).first() or 0
    return _write(rules.numbering.pattern, proposal, rules, last + 1)


def series_name(proposal: Numbered, numbering: Numbering) -> str:
    """Which series a proposal is numbered in, e.g. ``case:intersession``."""
    parts = {"period": proposal.period_kind, "kind": proposal.proposer_kind}
    return ":".join(["case", *(parts[name] for name in sorted(numbering.separate_by))])


def session_of(proposal: Numbered) -> Session:
    """The session that a proposal was handed in to; ValueError for a draft, which has none."""
    if proposal.session is None:
        raise ValueError("numbers are given to what was handed in")
    return proposal.session


def _write(pattern: str, proposal: Numbered, rules: Rules, serial: int) -> str:
    session = session_of(proposal)
    return pattern.format(
        term=session.term.number,
        session=session.number,
        period=rules.numbering.period_marks.get(PeriodKind(proposal.period_kind), ""),
        kind=rules.numbering.kind_marks.get(ProposerKind(proposal.proposer_kind), ""),
        seq=serial,
    )
