"""A committee with very many proposals, written past the door: only reading is measured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction

from bench.corpus import Prepared
from members import clock
from members.enums import Role
from members.models import Committee, User
from proposals.matching.index.relational import postings
from proposals.models import IndexEntry, Proposal, Vocabulary
from tests.factories.members import PostFactory
from tests.factories.proposals import ProposalFactory


class Store:
    """The committee, its clerk, and as many proposals as have been added."""

    def __init__(self) -> None:
        self.model: Proposal = ProposalFactory(
            state="filed",
            title="关于老旧小区的建议",
            situation="情况。",
            received_at=clock.now() - timedelta(days=30),
        )
        self.committee: Committee = self.model.committee
        self.clerk: User = PostFactory(role=Role.COMMITTEE_CLERK, committee=self.committee).user
        self.first = self.model.pk + 1
        self.size = 0
        self._next_new = 100_000_000

    def add(self, rows: list[Prepared], *, vocabulary: int) -> None:
        """Store prepared texts as filed proposals of the session."""
        start = self.first + self.size
        self._add_proposals(start, len(rows))
        entries = [
            IndexEntry(
                proposal_id=start + at,
                profile=profile,
                scopes=[self.committee.pk],
                title_words=title,
                body_words=body,
                vocabulary=vocabulary,
            )
            for at, (profile, title, body) in enumerate(rows)
        ]
        with transaction.atomic():
            if connection.vendor == "postgresql":
                self._copy(entries)
            else:
                IndexEntry.objects.bulk_create(entries, batch_size=500)
                with connection.cursor() as cursor:
                    cursor.executemany(
                        "INSERT INTO proposals_posting (term, impact, proposal_id) "
                        "VALUES (%s, %s, %s)",
                        sorted(row for entry in entries for row in postings(entry)),
                    )
        self.size += len(rows)

    def add_unindexed(self, number: int) -> list[int]:
        """New proposals far from the others, left out of the index; returns their keys."""
        keys = list(range(self._next_new, self._next_new + number))
        self._add_proposals(keys[0], number)
        self._next_new += number
        return keys

    def unsettle(self) -> None:
        """Give SQLite memory for the filling only."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA cache_size=-4000000")

    def settle(self) -> None:
        """Let the database learn what it holds, as it does by itself overnight."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
            cursor.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else "CHECKPOINT"
            )

    def _add_proposals(self, start: int, number: int) -> None:
        """Copies of the first one; only what must be unique differs."""
        columns = [field.column for field in Proposal._meta.concrete_fields]
        different = {
            "id": "n",
            "receipt_no": "'R' || n",
            "case_no": "'C' || n",
            "case_serial": "n",
            "text_digest": "'' || n",
        }
        values = ", ".join(different.get(column, column) for column in columns)
        numbers = (
            "SELECT generate_series(%s, %s) AS n"
            if connection.vendor == "postgresql"
            else "WITH RECURSIVE up(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM up WHERE n < %s) "
            "SELECT n FROM up"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO proposals_proposal ({', '.join(columns)}) SELECT {values} "
                f"FROM proposals_proposal, ({numbers}) AS numbers WHERE id = %s",
                [start, start + number - 1, self.model.pk],
            )

    def _copy(self, entries: Iterable[IndexEntry]) -> None:
        columns = "proposal_id, profile, scopes, title_words, body_words, vocabulary"
        rest = "digest, inner_words"
        rows = list(entries)
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY proposals_indexentry ({columns}, {rest}) FROM STDIN") as copy:
                for entry in rows:
                    copy.write_row(
                        (
                            entry.pk,
                            bytes(entry.profile),
                            str(entry.scopes),
                            entry.title_words,
                            entry.body_words,
                            entry.vocabulary,
                            "",
                            "",
                        )
                    )
            with cursor.copy(
                "COPY proposals_posting (term, impact, proposal_id) FROM STDIN"
            ) as copy:
                for row in sorted(row for entry in rows for row in postings(entry)):
                    copy.write_row(row)


def keep_frequencies(counted: bytes, documents: int) -> int:
    """Store how common words are; returns the number of the count."""
    Vocabulary.objects.all().delete()
    return Vocabulary.objects.create(
        counted=counted, documents=documents, counted_at=clock.now()
    ).pk
