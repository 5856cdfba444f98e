"""Keeps the index up to date after changes, and counts how common words are.

A change writes an ``IndexOrder`` in its own transaction; ``refresh`` carries orders out within
seconds, in the background. Nobody who saves waits, and nothing is lost if nobody carries them
out for a while.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import sha1

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from members.sweeps import Sweep
from proposals.enums import HANDED_IN, ProposalState
from proposals.matching.embedding import NONE, Embedder, embedded_text, pack
from proposals.matching.index import current_index
from proposals.matching.likeness import Frequencies, Profile
from proposals.matching.sources import Source, sources
from proposals.matching.words import findable, search_words
from proposals.models import IndexEntry, IndexOrder, Meaning, Proposal, Vocabulary

logger = logging.getLogger(__name__)

INDEXING = Sweep("proposals.tasks.refresh_index")
EMBEDDING = Sweep("proposals.tasks.embed_texts")

BATCH = 100
"""How many proposals are indexed in one transaction."""

EMBEDDED = 16
"""How many vectors are computed before they are stored."""

TRIES = 5
"""How often an order that fails is tried, one proposal at a time."""

SAMPLE = 20_000
"""How many texts are counted, at most, to learn how common words are."""

GROWTH = 1.25
"""Words are counted anew when there are that many times as many texts."""

FEW = 20
"""So many texts there must be for a first count to tell anything."""


def order(proposal: int) -> None:
    """Note that a proposal's entry is out of date; call it inside the change's transaction."""
    IndexOrder.objects.create(proposal_id=proposal)
    INDEXING.soon()


def refresh(at_most: int = BATCH) -> int:
    """Carry out the oldest orders, of up to ``at_most`` proposals; returns of how many.

    An order that fails does not hold up the others: it is tried again alone, ``TRIES`` times,
    and then left with its trouble for the operator.
    """
    try:
        return _carry_out(at_most)
    except Exception:
        logger.exception("indexing %s proposals together failed; trying them one by one", at_most)
    done = 0
    for key in _waiting(at_most):
        try:
            with transaction.atomic():
                _index(_taken([key]))
            done += 1
        except Exception as error:
            logger.exception("indexing proposal %s failed", key)
            IndexOrder.objects.filter(proposal=key).update(
                tries=F("tries") + 1, trouble=f"{type(error).__name__}: {error}"[:2000]
            )
    return done


def catch_up() -> int:
    """Carry out all orders that there are; returns of how many proposals."""
    done = 0
    while some := refresh():
        done += some
    return done


def rebuild() -> Iterator[int]:
    """Make every entry anew; yields how many are done after each batch."""
    with transaction.atomic():
        IndexOrder.objects.all().delete()
        IndexOrder.objects.bulk_create(
            (IndexOrder(proposal_id=key) for key in Proposal.objects.values_list("pk", flat=True)),
            batch_size=1000,
        )
    done = 0
    while some := refresh():
        done += some
        yield done


# -- One batch -----------------------------------------------------------------------------


@transaction.atomic
def _carry_out(at_most: int) -> int:
    keys = _taken(_waiting(at_most))
    _index(keys)
    return len(keys)


def _waiting(at_most: int) -> list[int]:
    orders = IndexOrder.objects.filter(tries__lt=TRIES).order_by("id")
    keys = orders.values_list("proposal_id", flat=True)[: at_most * 4]
    return list(dict.fromkeys(keys))[:at_most]


def _taken(keys: Iterable[int]) -> list[int]:
    """Take every order of these proposals; those that another worker has just done drop out.

    The rows are locked before a proposal is read: of two workers the later one reads the later
    text, and so writes it last.
    """
    orders = IndexOrder.objects.filter(proposal__in=list(keys)).order_by("id").select_for_update()
    taken = list(orders)
    IndexOrder.objects.filter(pk__in=[order.pk for order in taken]).delete()
    return sorted({order.proposal_id for order in taken})


def _index(keys: Iterable[int]) -> None:
    found = sources(keys)
    index = current_index()
    index.drop([source.proposal.pk for source in found if not source.is_indexed])
    frequencies, vocabulary = current_frequencies()
    index.put(
        [
            entry_of(source, frequencies, vocabulary)
            for source in sorted(found, key=lambda source: source.proposal.pk)
            if source.is_indexed
        ]
    )
    if settings.EMBEDDER not in NONE:
        EMBEDDING.soon()


def entry_of(source: Source, frequencies: Frequencies, vocabulary: int) -> IndexEntry:
    """The entry of a proposal."""
    proposal, text = source.proposal, source.text
    return IndexEntry(
        proposal=proposal,
        profile=Profile.of(text, frequencies).pack(),
        scopes=source.scopes,
        digest=_digest(embedded_text(text)),
        title_words=_listed(short=[proposal.title, proposal.case_no, proposal.receipt_no]),
        body_words=_listed(
            [text.body, proposal.background, *source.open_replies], short=source.proposers
        ),
        inner_words=_listed(source.other_replies, short=source.units),
        vocabulary=vocabulary,
    )


def _listed(texts: Iterable[str] = (), *, short: Iterable[str]) -> str:
    found = [word for text in texts for word in search_words(text)]
    return " ".join(found + [word for text in short for word in findable(text)])


# -- Vectors -------------------------------------------------------------------------------


def embed(embedder: Embedder, at_most: int = EMBEDDED) -> int:
    """Compute vectors of entries that have none of this embedder; returns of how many.

    Outside a transaction, for it takes long: when a text has changed meanwhile, its digest no
    longer fits its entry, and its turn comes again. Raises EmbedderAway.
    """
    told = Meaning.objects.filter(
        proposal=OuterRef("pk"), digest=OuterRef("digest"), embedder=embedder.name
    )
    rows = IndexEntry.objects.filter(~Exists(told)).order_by("-pk")
    found = sources(rows.values_list("pk", flat=True)[:at_most])
    texts = [embedded_text(source.text) for source in found]
    if not texts:
        return 0
    Meaning.objects.bulk_create(
        [
            Meaning(
                proposal=source.proposal,
                digest=_digest(text),
                embedder=embedder.name,
                vector=pack(vector),
            )
            for source, text, vector in zip(found, texts, embedder.vectors(texts), strict=True)
        ],
        update_conflicts=True,
        unique_fields=["proposal"],
        update_fields=["digest", "embedder", "vector"],
    )
    return len(found)


def _digest(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


# -- How common words are ------------------------------------------------------------------


def current_frequencies() -> tuple[Frequencies, int]:
    """The count in force, and its number; nothing is common before the first count."""
    newest = Vocabulary.objects.order_by("-id").values_list("id", "counted_at").first()
    return (_frequencies(*newest), newest[0]) if newest else (Frequencies(), 0)


@lru_cache(maxsize=2)
def _frequencies(number: int, _counted_at: datetime) -> Frequencies:
    counted = Vocabulary.objects.values_list("counted", flat=True).get(pk=number)
    return Frequencies.unpack(bytes(counted))


def recount(at: datetime, *, always: bool = False) -> bool:
    """Count words anew if there are many more texts than at the last count, or ``always``.

    Of more than ``SAMPLE`` texts the newest are counted, for all. Returns whether it counted;
    the entries weighed by the old count remain until ``reweigh`` has come to them.
    """
    texts = Proposal.objects.filter(state__in=HANDED_IN)
    number = texts.count()
    last = Vocabulary.objects.order_by("-id").values_list("documents", flat=True).first() or 0
    if not always and number < last * GROWTH + (0 if last else FEW):
        return False
    keys = list(texts.order_by("-id").values_list("pk", flat=True)[:SAMPLE])
    if not keys:
        return False
    counted = (
        source.text.counts()
        for first in range(0, len(keys), BATCH)
        for source in sources(keys[first : first + BATCH])
    )
    frequencies = Frequencies.of(counted, times=number / len(keys))
    with transaction.atomic():
        Vocabulary.objects.all().delete()
        Vocabulary.objects.create(counted=frequencies.pack(), documents=number, counted_at=at)
    return True


def reweigh(at_most: int = BATCH) -> int:
    """Order the entries anew that were weighed by an old count; returns of how many."""
    _frequencies_now, number = current_frequencies()
    old = IndexEntry.objects.exclude(vocabulary=number).exclude(
        proposal__state=ProposalState.DISCARDED
    )
    waiting = IndexOrder.objects.values("proposal")
    keys = list(old.exclude(proposal__in=waiting).values_list("pk", flat=True)[:at_most])
    IndexOrder.objects.bulk_create(IndexOrder(proposal_id=key) for key in keys)
    return len(keys)
