"""``python -m bench``: print what similarity and search cost, by size, on one database.

Every figure comes with the floor of the same run: what the framework takes for the least that
such an operation could be. Read the ratios; milliseconds are of the machine.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from bench.database import arguments, empty_database

SIZES = (1_000, 10_000, 100_000, 600_000)
SEARCHED = 100_000
"""The largest size at which search is measured."""

SCANNED = (1_000, 6_000)
DRAFTS = 100
INSERTS = 200
COLUMNS = "{:<9}{:>9} {:<24}{:>9}{:>9}{:>9}  {}"


def main() -> None:
    """Measure on the database named, at the sizes named."""
    parser = arguments("bench", __doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path, default=Path(".data/bench"), help="prepared texts")
    wanted = parser.parse_args()
    with empty_database(wanted.database):
        Bench(wanted.database, wanted.folder).run(sorted(wanted.sizes))


class Bench:
    """One run on one database."""

    def __init__(self, database: str, folder: Path) -> None:
        from bench.store import Store  # noqa: PLC0415 -- after Django is set up

        self.database = database
        self.folder = folder
        self.store = Store()
        self.size = 0

    def run(self, sizes: list[int]) -> None:
        """Grow through the sizes, measuring at each; then the scans."""
        print(COLUMNS.format("database", "proposals", "", "p50 ms", "p95 ms", "x floor", ""))
        for size in sizes:
            self._grow(size)
            floor = self._floor()
            self._say("floor: one row by key", floor, floor)
            self._say("similar", self._similar(), floor)
            if size <= SEARCHED:
                self._say("search", self._search(), floor)
                self._say("search, whole request", self._search_request(), floor)
            self._say("insert", self._insert(), floor)
            self._say("insert, with all reading", self._refresh(), floor)
            self._tell("index", f"{self._index_size() / 1e6:,.0f} MB on disk")
            self._tell("memory", f"{_memory():,.0f} MB in this process")
        for size in SCANNED:
            if size <= self.store.size:
                self._scan(size)

    def _grow(self, size: int) -> None:
        """Fill up to ``size``, in a process of its own: what that needs of memory is not ours."""
        from django.db import connections  # noqa: PLC0415

        began = time.monotonic()
        connections.close_all()
        filling = get_context("fork").Process(target=self._fill, args=[size])
        filling.start()
        filling.join()
        if filling.exitcode:
            raise SystemExit(filling.exitcode)
        self.store.size = self.size = size
        self._tell("filled", f"in {time.monotonic() - began:,.0f} s")

    def _fill(self, size: int) -> None:
        from bench import corpus  # noqa: PLC0415
        from bench.store import keep_frequencies  # noqa: PLC0415

        common = corpus.frequencies(size)
        vocabulary = keep_frequencies(common.pack(), size)
        self.store.unsettle()
        steps = [(self.store.size, min(size, SEARCHED), True), (SEARCHED, size, False)]
        for begin, last, words in steps:
            first = max(begin, self.store.size)
            if first < last:
                folder = self.folder / str(size)
                for rows in corpus.chunks(first, last, common, folder, words=words):
                    self.store.add(rows, vocabulary=vocabulary)
        self.store.settle()

    def _floor(self) -> list[float]:
        from proposals.models import Proposal  # noqa: PLC0415

        keys = self._some(300)
        return _timed(lambda key: Proposal.objects.filter(pk=key).values_list("pk").first(), keys)

    def _similar(self) -> list[float]:
        from bench import corpus  # noqa: PLC0415
        from members import clock  # noqa: PLC0415
        from members.reader import Reader  # noqa: PLC0415
        from proposals.matching.similar import similar  # noqa: PLC0415

        drafts = [corpus.draft(key - self.store.first) for key in self._some(DRAFTS)]
        now = clock.now()

        def ask(text: Any) -> None:
            similar(text, committee=self.store.committee, reader=Reader(self.store.clerk, now))

        return _timed(ask, drafts)

    def _search(self) -> list[float]:
        from members import clock  # noqa: PLC0415
        from members.reader import Reader  # noqa: PLC0415
        from members.visibility import visible  # noqa: PLC0415
        from proposals.matching.query import parse  # noqa: PLC0415
        from proposals.matching.search import find  # noqa: PLC0415
        from proposals.models import Proposal  # noqa: PLC0415

        clerk, now = self.store.clerk, clock.now()

        def ask(query: str) -> None:
            reader = Reader(clerk, now)
            find(visible(reader, Proposal.objects.all()), parse(query), reader)

        return _timed(ask, _queries())

    def _search_request(self) -> list[float]:
        """With everything about it: signing in, filters, the page with its passages."""
        from django.test import Client  # noqa: PLC0415

        client = Client(SERVER_NAME="localhost")
        client.force_login(self.store.clerk)

        def ask(query: str) -> None:
            answer = client.get("/api/v1/proposals/search/", {"q": query})
            if answer.status_code != 200:
                raise SystemExit(answer.content.decode())

        return _timed(ask, _queries())

    def _insert(self) -> list[float]:
        """What the index takes to weigh and store a new text, in a transaction of its own."""
        from proposals.matching.index import current_index  # noqa: PLC0415
        from proposals.matching.indexing import current_frequencies, entry_of  # noqa: PLC0415
        from proposals.matching.sources import sources  # noqa: PLC0415

        frequencies, vocabulary = current_frequencies()
        index = current_index()
        found = sources(self._new(20_000_000))
        return _timed(lambda one: index.put([entry_of(one, frequencies, vocabulary)]), found)

    def _refresh(self) -> list[float]:
        """What a worker takes to carry out one order, from the reading to the commit."""
        from proposals.matching import indexing  # noqa: PLC0415

        keys = self._new(10_000_000)
        for key in keys:
            indexing.order(key)
        return _timed(lambda _key: indexing.refresh(at_most=1), keys)

    def _new(self, number: int) -> list[int]:
        """Keys of new proposals with texts of their own, not in the index yet."""
        from bench import corpus  # noqa: PLC0415
        from proposals.models import Proposal  # noqa: PLC0415

        keys = self.store.add_unindexed(INSERTS)
        for at, key in enumerate(keys):
            text = corpus.text(number + self.size + at)
            Proposal.objects.filter(pk=key).update(title=text.title, situation=text.body)
        return keys

    def _scan(self, size: int) -> None:
        """A scan in a process of its own, as a worker's is, so that its memory is its own."""
        answer = subprocess.run(
            [sys.executable, "-m", "bench.scan", str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        self._tell(f"scan of {size:,}", answer.stdout.strip())

    def _index_size(self) -> int:
        from proposals.matching.index import current_index  # noqa: PLC0415

        return current_index().size()

    def _some(self, number: int) -> list[int]:
        chance = random.Random(self.size)
        return [self.store.first + chance.randrange(self.store.size) for _one in range(number)]

    def _say(self, what: str, times: list[float], floor: list[float]) -> None:
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        ratio = p50 / statistics.median(floor)
        print(
            COLUMNS.format(
                self.database,
                f"{self.size:,}",
                what,
                f"{p50 * 1000:.2f}",
                f"{p95 * 1000:.2f}",
                f"{ratio:.1f}",
                "",
            ),
            flush=True,
        )

    def _tell(self, what: str, words: str) -> None:
        print(COLUMNS.format(self.database, f"{self.size:,}", what, "", "", "", words), flush=True)


def _timed(call: Callable[[Any], object], asked: Iterable[Any]) -> list[float]:
    """Seconds of each call, after a tenth of the calls to warm up."""
    whole = list(asked)
    for one in whole[: len(whole) // 10]:
        call(one)
    times = []
    for one in whole[len(whole) // 10 :]:
        began = time.perf_counter()
        call(one)
        times.append(time.perf_counter() - began)
    return times


def _queries() -> list[str]:
    """The hand-made queries, four times over."""
    lines = (Path(__file__).parent / "data/queries.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["query"] for line in lines.splitlines()] * 4


def _memory() -> float:
    """Megabytes of this process in memory."""
    return psutil.Process().memory_info().rss / 1e6


if __name__ == "__main__":
    main()
