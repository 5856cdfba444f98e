"""The proposals most like a text, for one reader, with the reasons why."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from members.models import Committee
from members.reader import Reader
from members.visibility import visible
from proposals.enums import MAY_HAVE_REPLIES, PublicationScope
from proposals.matching import embedding
from proposals.matching.index import current_index
from proposals.matching.index.base import PUBLISHED
from proposals.matching.indexing import current_frequencies
from proposals.matching.likeness import Profile, Text, key_of
from proposals.matching.sources import texts
from proposals.matching.words import matter, telling, without_places, words
from proposals.models import Commitment, IndexEntry, Meaning, Proposal, Reply

READ = 200
"""How many the index returns; those that the reader may not see drop out."""

COMPARED = 50
"""How many of them are compared in full."""

FIRST = 60
"""Of how many it is asked first whether the reader sees them; mostly these are enough."""

TERMS = 8
"""How many shared words explain a likeness."""

PASSAGES = 2
"""How many pairs of passages show it."""

MEANING = 0.8
"""What a full likeness of meaning adds to a likeness of words of 1."""

WORDS = 2
"""How many words two sentences must share at least."""

SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")


@dataclass(frozen=True)
class SharedPassage:
    """A sentence of each text that say much the same."""

    here: str
    there: str
    shared: tuple[str, ...]


@dataclass
class Alike:
    """A proposal like the one asked about; ``score`` is from 0 to 1.

    ``is_open`` tells whether the reader may open it: a published one of another committee is
    only told of, with its published text.
    """

    proposal: Proposal
    score: float
    terms: list[str] = field(default_factory=list)
    passages: list[SharedPassage] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    promises: list[Commitment] = field(default_factory=list)
    is_open: bool = True


def similar(
    text: Text,
    *,
    committee: Committee,
    reader: Reader,
    limit: int = 5,
    of: Proposal | None = None,
    session: int | None = None,
    above: float = 0.0,
) -> list[Alike]:
    """The ``limit`` proposals most like ``text`` that score more than ``above``, best first.

    Over the whole history of the committee, or one ``session`` of it, and over what other
    committees have published; as far as ``reader`` may see it. ``of`` is the
    proposal whose text it is: it is left out, and lends its vector.
    """
    profile = profile_of(text)
    ranked, public = _candidates(profile, committee, session)
    if not ranked:
        return []
    open_to_reader: set[int] = set()
    kept: list[int] = []
    for some in (ranked[:FIRST], ranked[FIRST:]):
        if some and len(kept) < COMPARED:
            seen = visible(reader, Proposal.objects.filter(pk__in=some))
            open_to_reader |= set(seen.order_by().values_list("pk", flat=True))
            told = open_to_reader | _published(public & set(some), committee)
            kept += [key for key in some if key in told and (of is None or key != of.pk)]
    kept = kept[:COMPARED]
    scored = [(score, key) for key, score in _compared(profile, kept, of) if score > above]
    best = sorted(scored, reverse=True)[:limit]
    found = texts(key for _score, key in best)
    alike = []
    here = Analysed(text)
    for score, key in best:
        proposal, written = found[key]
        answer = Alike(proposal, round(score, 4), is_open=key in open_to_reader)
        there = Analysed(written)
        answer.terms = shared_terms(profile, here, there)
        answer.passages = shared_passages(here, there)
        alike.append(answer)
    _add_outcomes(alike, reader)
    return alike


def profile_of(text: Text) -> Profile:
    """The profile of a text by the count of words in force."""
    return Profile.of(text, current_frequencies()[0])


def with_meaning(lexical: Any, cosine: Any, floor: float) -> Any:
    """The score from a likeness of words and a cosine of meaning; numbers or whole arrays."""
    meaning = np.clip((cosine - floor) / (1 - floor), 0, 1)
    return (lexical + MEANING * meaning) / (1 + MEANING)


def _candidates(
    profile: Profile, committee: Committee, session: int | None
) -> tuple[list[int], set[int]]:
    """Keys worth comparing, likeliest first; and those among them that were published."""
    index = current_index()
    own = index.nearest(profile.words, committee.pk, READ)
    if session is not None:
        inside = Proposal.objects.filter(pk__in=own, session=session).values_list("pk", flat=True)
        kept = set(inside)
        return [key for key in own if key in kept], set()
    if not Committee.objects.exclude(pk=committee.pk).exists():
        return own, set()
    public = index.nearest(profile.words, PUBLISHED, READ)
    both = dict.fromkeys(key for pair in _alternating(own, public) for key in pair)
    return list(both), set(public)


def _alternating(one: Sequence[int], other: Sequence[int]) -> Iterable[Sequence[int]]:
    for place in range(max(len(one), len(other))):
        yield [*one[place : place + 1], *other[place : place + 1]]


def _published(keys: Iterable[int], committee: Committee) -> set[int]:
    rows = Proposal.objects.filter(pk__in=keys, publication_scope=PublicationScope.FULL)
    return set(rows.exclude(committee=committee).values_list("pk", flat=True))


def _compared(
    profile: Profile, keys: Sequence[int], of: Proposal | None
) -> Iterable[tuple[int, float]]:
    entries = IndexEntry.objects.filter(proposal__in=keys).order_by()
    rows = list(entries.values_list("proposal_id", "profile"))
    likenesses = profile.likenesses([bytes(packed) for _key, packed in rows])
    score = {key: likeness for (key, _packed), likeness in zip(rows, likenesses, strict=True)}
    embedder = embedding.current_embedder()
    if embedder is not None and of is not None:
        meant = Meaning.objects.filter(pk__in=[of.pk, *score], embedder=embedder.name)
        vectors = {key: embedding.unpack(bytes(v)) for key, v in meant.values_list("pk", "vector")}
        if (mine := vectors.pop(of.pk, None)) is not None:
            for key, vector in vectors.items():
                score[key] = float(with_meaning(score[key], mine @ vector, embedder.floor))
    return score.items()


# -- Why -----------------------------------------------------------------------------------


class Analysed:
    """A text cut into sentences with their words, to be held against others."""

    def __init__(self, text: Text) -> None:
        self.sentences = [
            (sentence.strip(), found)
            for sentence in SENTENCE.findall(text.body)
            if (found := _words(sentence, text))
        ]
        self.words = _words(matter(text.title), text).union(
            *(found for _sentence, found in self.sentences)
        )


def _words(part: str, of: Text) -> frozenset[str]:
    return frozenset(words(telling(without_places(part, of.places))))


def shared_terms(profile: Profile, here: Analysed, there: Analysed) -> list[str]:
    """The words that both texts have, those that count most in ``here`` and its profile first."""
    weights = dict(zip(profile.words.keys.tolist(), profile.words.weights.tolist(), strict=True))
    common = here.words & there.words
    heaviest = sorted(common, key=lambda term: (-weights.get(key_of(term), 0.0), term))
    return heaviest[:TERMS]


def like_sentences(here: Analysed, there: Analysed) -> Iterator[tuple[float, int, int]]:
    """The pairs of sentences that share words, the likest first, each sentence once.

    Each with its likeness, from 0 to 1, and the index of the sentence in either text.
    """
    pairs = sorted(
        (
            (-len(common) / math.sqrt(len(a) * len(b)), at, place)
            for at, (_mine, a) in enumerate(here.sentences)
            for place, (_theirs, b) in enumerate(there.sentences)
            if len(common := a & b) >= WORDS
        )
    )
    used_here: set[int] = set()
    used_there: set[int] = set()
    for unlikeness, at, place in pairs:
        if at not in used_here and place not in used_there:
            used_here.add(at)
            used_there.add(place)
            yield -unlikeness, at, place


def shared_passages(here: Analysed, there: Analysed) -> list[SharedPassage]:
    """The pairs of sentences that share the most words, each sentence once."""
    found = []
    for _likeness, at, place in islice(like_sentences(here, there), PASSAGES):
        (mine, a), (theirs, b) = here.sentences[at], there.sentences[place]
        found.append(SharedPassage(mine, theirs, tuple(sorted(a & b))))
    return found


def _add_outcomes(alike: Sequence[Alike], reader: Reader) -> None:
    keys = [answer.proposal.pk for answer in alike if answer.proposal.state in MAY_HAVE_REPLIES]
    if not keys:
        return
    replies: dict[int, list[Reply]] = defaultdict(list)
    rows = Reply.objects.filter(proposal__in=keys, delivered_at__isnull=False)
    seen = visible(reader, rows).select_related("assignment__unit")
    for reply in seen.order_by("id"):
        replies[reply.proposal_id].append(reply)
    promises: dict[int, list[Commitment]] = defaultdict(list)
    promised = visible(reader, Commitment.objects.filter(proposal__in=keys))
    for promise in promised.order_by("id"):
        promises[promise.proposal_id].append(promise)
    for answer in alike:
        answer.replies = replies[answer.proposal.pk]
        answer.promises = promises[answer.proposal.pk]
