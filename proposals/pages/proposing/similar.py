"""The panel beside a text that is being written: what is like it, and what became of that."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.timezone import localtime

from members.models import Committee
from members.pages.links import page_of
from members.reader import Reader
from members.rules import Rules
from members.visibility import visible
from proposals.enums import CosignatureState, ProposalState
from proposals.matching.likeness import Text
from proposals.matching.similar import Alike, similar
from proposals.models import Cosignature, Proposal
from proposals.rules import entry_name

Near = dict[str, Any]
"""A similar proposal as the panel tells it."""

SHOWN = 5
"""Similar proposals that stand beside a text."""

ENOUGH = 6
"""Characters below which nothing is looked for."""


def near(
    written: Mapping[str, Any],
    committee: Committee,
    reader: Reader,
    *,
    of: Proposal | None = None,
    above: float | None = None,
    limit: int = SHOWN,
) -> list[Near]:
    """The proposals most like what is being written that the reader is told of, best first."""
    suggestions = [one for one in written.get("suggestions") or () if one.strip()]
    parts = [str(written.get(name) or "") for name in ("situation", "analysis")]
    title = str(written.get("title") or "")[:200]
    text = Text.of(title, [*parts, *suggestions], committee.place_names)
    if len(text.title.strip()) + len(text.body.strip()) < ENOUGH:
        return []
    rules = reader.rules(committee)
    found = similar(
        text,
        committee=committee,
        reader=reader,
        limit=limit,
        of=of,
        above=rules.similarity.shown if above is None else above,
    )
    invited = _invitations(found, reader)
    own = set(_own(found, reader))
    return [
        _told(alike, rules, invited.get(alike.proposal.pk), alike.proposal.pk in own)
        for alike in found
    ]


def _told(alike: Alike, rules: Rules, invitation: Cosignature | None, is_own: bool) -> Near:
    """A similar proposal as the panel tells it.

    ``link`` is empty where its detail is not for the reader; ``results`` are (unit, result
    class, day); ``invitation`` is the reader's open invitation to co-sign it.
    """
    proposal = alike.proposal
    received = proposal.received_at
    return {
        "proposal": proposal,
        "number": proposal.number,
        "year": localtime(received).year if received else None,
        "state": str(proposal.get_state_display()),
        "high": alike.score >= rules.similarity.merge,
        "percent": round(alike.score * 100),
        "terms": alike.terms,
        "results": [
            (
                str(reply.assignment.unit),
                entry_name(rules.handling.result_classes, reply.result_class),
                reply.delivered_at,
            )
            for reply in alike.replies
        ],
        "promises": alike.promises,
        "link": page_of(proposal.link) if alike.is_open else "",
        "is_own": is_own,
        "invitation": invitation,
        "is_filed": proposal.filed_at is not None or proposal.state == ProposalState.MERGED,
    }


def _invitations(found: Iterable[Alike], reader: Reader) -> dict[int, Cosignature]:
    keys = [alike.proposal.pk for alike in found]
    rows = Cosignature.objects.filter(
        proposal__in=keys, member__user=reader.user, state=CosignatureState.INVITED
    )
    return {row.proposal_id: row for row in visible(reader, rows)} if keys else {}


def _own(found: Iterable[Alike], reader: Reader) -> Iterable[int]:
    keys = [alike.proposal.pk for alike in found]
    rows = Proposal.objects.filter(pk__in=keys, lead__user=reader.user)
    return rows.order_by().values_list("pk", flat=True) if keys else ()
