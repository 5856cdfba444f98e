"""What a member, or a body, has done in proposals session by session, and the points for it.

A proposal counts in the session that it came in for. One that was merged counts as filed with
its host, and as adopted with the host's replies (rules.md section 6.5: proposers stay proposers).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from members.enums import Merit, ProposingPart
from members.models import Session
from members.rules import Points
from proposals.enums import FILED_STATES, TAKEN_UP, CosignatureState, ReplyState
from proposals.enums import ProposalState as S
from proposals.models import Cosignature, Proposal, ReplyPoint


@dataclass(frozen=True)
class Contribution:
    """A proposal, the part in it, and what it has earned so far."""

    proposal: Proposal
    part: ProposingPart
    merits: tuple[Merit, ...]


@dataclass(frozen=True)
class PointsLine:
    """A line of the account: how many proposals, and the points that count.

    ``most`` is the limit that has cut them off, or 0.
    """

    merit: Merit
    part: ProposingPart
    each: int
    number: int
    points: int
    most: int = 0


@dataclass(frozen=True)
class SessionContributions:
    """What somebody contributed to the proposals of one session."""

    session: Session
    contributions: list[Contribution]

    def number(self, merit: Merit | None = None, part: ProposingPart | None = None) -> int:
        """How many proposals have this merit, in this part; in any where none is named."""
        return sum(
            (merit is None or merit in contribution.merits)
            and (part is None or contribution.part == part)
            for contribution in self.contributions
        )


def handed_in(
    rows: QuerySet[Proposal], members: Collection[int], bodies: Collection[int]
) -> QuerySet[Proposal]:
    """Those of ``rows`` that these members initiated or signed, or these bodies proposed."""
    signed = Cosignature.objects.filter(member__in=members, state=CosignatureState.AGREED)
    own = Q(lead__in=members) | Q(pk__in=signed.values("proposal")) | Q(body__in=bodies)
    found = rows.filter(own, session__isnull=False)
    points = ReplyPoint.objects.filter(
        reply__proposal=OuterRef("answered"),
        reply__state=ReplyState.DELIVERED,
        adoption__in=TAKEN_UP,
    )
    answered = found.annotate(answered=Coalesce("merged_into", "pk"))
    return answered.annotate(adopted=Exists(points)).select_related(
        "session__term__committee", "session__committee", "lead", "body", "merged_into"
    )


def years(rows: QuerySet[Proposal], members: Collection[int]) -> list[SessionContributions]:
    """The rows of ``handed_in`` by session, the latest first."""
    by_session: dict[int | None, list[Contribution]] = defaultdict(list)
    for proposal in rows.order_by("received_at", "id"):
        part = ProposingPart.COSIGNER
        if proposal.body_id is not None or proposal.lead_id in members:
            part = ProposingPart.LEAD
        by_session[proposal.session_id].append(Contribution(proposal, part, _merits(proposal)))
    found = [
        SessionContributions(contributions[0].proposal.session, contributions)
        for contributions in by_session.values()
        if contributions[0].proposal.session is not None
    ]
    return sorted(found, key=lambda year: year.session.collection_opens_at, reverse=True)


def _merits(proposal: Proposal) -> tuple[Merit, ...]:
    """The merits of a proposal; one that was withdrawn has none."""
    if proposal.state == S.WITHDRAWN:
        return ()
    counted = proposal.merged_into or proposal
    held = {
        Merit.SUBMITTED: True,
        Merit.FILED: counted.state in FILED_STATES,
        Merit.ADOPTED: proposal.adopted,  # type: ignore[attr-defined]  # annotated
        Merit.KEY: counted.is_key,
    }
    return tuple(merit for merit, true in held.items() if true)


def account(scheme: Points, contributions: Sequence[Contribution]) -> list[PointsLine]:
    """The points of one session, rule by rule; what the scheme does not count has none."""
    lines = []
    for rule in scheme.rules:
        number = sum(
            rule.part == contribution.part and rule.merit in contribution.merits
            for contribution in contributions
        )
        points = number * rule.points
        most = rule.most if rule.most and points > rule.most else 0
        lines.append(PointsLine(rule.merit, rule.part, rule.points, number, most or points, most))
    if not scheme.highest_part:
        return lines
    highest: dict[Merit, PointsLine] = {}
    for line in lines:
        if line.merit not in highest or line.points > highest[line.merit].points:
            highest[line.merit] = line
    return [
        line if highest[line.merit] is line else replace(line, points=0, most=0) for line in lines
    ]


def total(scheme: Points, lines: Sequence[PointsLine]) -> int:
    """The points of a session together, no more than the scheme allows."""
    found = sum(line.points for line in lines)
    return min(found, scheme.most) if scheme.most else found
