"""The texts of proposals that are compared and searched, read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from proposals.enums import (
    HANDED_IN,
    SENT_OUT,
    CosignatureState,
    ProposalState,
    PublicationScope,
    Publicity,
)
from proposals.matching.index.base import PUBLISHED
from proposals.matching.likeness import Text
from proposals.models import Assignment, Cosignature, Proposal, Reply, Suggestion


@dataclass
class Source:
    """One proposal's texts.

    Suggestions, proposers and open replies are for whoever sees it; its units and the other
    replies for those inside (``permissions.inside``).
    """

    proposal: Proposal
    suggestions: list[str] = field(default_factory=list)
    proposers: list[str] = field(default_factory=list)
    open_replies: list[str] = field(default_factory=list)
    other_replies: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)

    @property
    def text(self) -> Text:
        """What is compared: the title, and everything below it that the proposers wrote."""
        return _text(self.proposal, self.suggestions)

    @property
    def scopes(self) -> list[int]:
        """Where it is offered as alike: its committee once handed in, everywhere once public."""
        proposal = self.proposal
        if proposal.state not in HANDED_IN:
            return []
        public = proposal.publication_scope == PublicationScope.FULL
        return [proposal.committee_id, PUBLISHED] if public else [proposal.committee_id]

    @property
    def is_indexed(self) -> bool:
        """Whether it can be found: everything but discarded drafts."""
        return self.proposal.state != ProposalState.DISCARDED


def text_of(proposal: Proposal) -> Text:
    """The current text of one proposal to compare."""
    return _text(proposal, proposal.suggestions.values_list("text", flat=True))


def texts(keys: Iterable[int]) -> dict[int, tuple[Proposal, Text]]:
    """These proposals, each with what is compared of it; less to read than for ``sources``."""
    rows = Proposal.objects.filter(pk__in=list(keys)).select_related("committee").order_by()
    found = {proposal.pk: proposal for proposal in rows}
    suggested = defaultdict(list)
    for key, suggestion in _suggestions(found):
        suggested[key].append(suggestion)
    return {key: (proposal, _text(proposal, suggested[key])) for key, proposal in found.items()}


def _text(proposal: Proposal, suggestions: Iterable[str]) -> Text:
    parts = [proposal.situation, proposal.analysis, *suggestions]
    return Text.of(proposal.title, parts, proposal.committee.place_names)


def sources(keys: Iterable[int]) -> list[Source]:
    """The sources of these proposals, in no special order, with a constant number of queries."""
    rows = Proposal.objects.filter(pk__in=list(keys)).select_related("committee", "lead", "body")
    found = {proposal.pk: Source(proposal) for proposal in rows}
    for proposal, text in _suggestions(found):
        found[proposal].suggestions.append(text)
    for source in found.values():
        first = source.proposal.body or source.proposal.lead
        source.proposers.append(first.name if first else "")
    for proposal, name in _signers(found):
        found[proposal].proposers.append(name)
    for proposal, publicity, text in _replies(found):
        source = found[proposal]
        place = source.open_replies if publicity == Publicity.OPEN else source.other_replies
        place.append(text)
    for proposal, names in _units(found):
        found[proposal].units += names
    return list(found.values())


Keys = Iterable[int]


def _suggestions(keys: Keys) -> Iterable[tuple[int, str]]:
    rows = Suggestion.objects.filter(proposal__in=keys).order_by("proposal", "number")
    return rows.values_list("proposal_id", "text")


def _signers(keys: Keys) -> Iterable[tuple[int, str]]:
    agreed = Cosignature.objects.filter(proposal__in=keys, state=CosignatureState.AGREED)
    return agreed.order_by("id").values_list("proposal_id", "member__name")


def _replies(keys: Keys) -> Iterable[tuple[int, str, str]]:
    sent = Reply.objects.filter(proposal__in=keys, state__in=SENT_OUT)
    return sent.order_by("id").values_list("proposal_id", "publicity", "body")


def _units(keys: Keys) -> Iterable[tuple[int, Sequence[str]]]:
    rows = Assignment.objects.live().filter(proposal__in=keys).order_by("id")
    for proposal, *names in rows.values_list("proposal_id", "unit__name", "unit__short_name"):
        yield proposal, names
