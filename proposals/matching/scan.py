"""A scan of a session: every proposal against every other, kept as groups to decide on."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from members import clock
from members.models import Session, User
from members.models.committee import BY_THE_CLOCK
from members.selectors import rules_for
from members.sweeps import Sweep
from proposals.door import perform
from proposals.enums import (
    LEFT_APART,
    MERGE_SCOPE,
    SCAN_UNDER_WAY,
    MergeCandidateState,
    ScanState,
)
from proposals.errors import Conflict
from proposals.machine.step import declared_step
from proposals.matching import embedding, indexing
from proposals.matching.clusters import Cluster, clusters
from proposals.matching.likeness import Profile
from proposals.matching.matrix import Scores
from proposals.models import CandidateMember, IndexEntry, Meaning, MergeCandidate, Scan

logger = logging.getLogger(__name__)

RUNNING_SCANS = Sweep("proposals.tasks.run_scans")

SILENCE = timedelta(minutes=10)
"""After that long without a word a running scan counts as broken off, and is begun anew."""


def ask(session: Session, by: User, at: datetime) -> Scan:
    """Order a scan of the session; the one that is under way, if there is one."""
    under_way = Q(session=session, state__in=SCAN_UNDER_WAY)
    try:
        with transaction.atomic():
            RUNNING_SCANS.soon()
            return Scan.objects.create(
                committee=session.term.committee, session=session, asked_by=by, asked_at=at
            )
    except IntegrityError:
        return Scan.objects.get(under_way)


def waiting(at: datetime) -> list[int]:
    """Keys of the scans to be run: ordered, or broken off by a worker that is no more.

    Those of a committee that is being played are left to the play.
    """
    silent = Q(state=ScanState.RUNNING, heard_at__lt=at - SILENCE)
    rows = Scan.objects.filter(BY_THE_CLOCK, Q(state=ScanState.WAITING) | silent)
    return list(rows.order_by("id").values_list("pk", flat=True))


def run(key: int, at: datetime) -> bool:
    """Run a scan that waits; returns whether it was this call that did."""
    silent = Q(state=ScanState.RUNNING, heard_at__lt=at - SILENCE)
    mine = Scan.objects.filter(Q(state=ScanState.WAITING) | silent, pk=key)
    if not mine.update(state=ScanState.RUNNING, heard_at=at, done=0, total=0):
        return False
    scan = Scan.objects.select_related("session__term__committee").get(pk=key)
    try:
        indexing.catch_up()
        found = _look(scan, at)
        _keep(scan, found)
    except Exception as error:
        logger.exception("scan %s failed", key)
        _tell(scan, state=ScanState.FAILED, trouble=f"{type(error).__name__}: {error}"[:2000])
        raise
    _tell(scan, state=ScanState.DONE, finished_at=clock.now())
    return True


# -- Looking -------------------------------------------------------------------------------


def _look(scan: Scan, at: datetime) -> list[tuple[tuple[int, float], ...]]:
    """The groups that the session's proposals form: keys with their scores, centre first."""
    lines = rules_for(scan.committee_id, localdate(at)).similarity
    rows = IndexEntry.objects.filter(
        proposal__session=scan.session_id, proposal__state__in=MERGE_SCOPE
    ).exclude(profile=b"")
    entries = list(rows.order_by("pk").values_list("pk", "profile"))
    keys = [key for key, _profile in entries]
    _tell(scan, total=len(keys))
    places = {key: place for place, key in enumerate(keys)}
    embedder = embedding.current_embedder()
    groups = clusters(
        [Profile.unpack(bytes(packed)) for _key, packed in entries],
        threshold=lines.merge_with_vectors if embedder else lines.merge,
        how=lines.linkage,
        apart={
            (places[one], places[other])
            for one, other in _not_alike(scan.session_id)
            if one in places and other in places
        },
        vectors=_vectors(places, embedder),
        floor=embedder.floor if embedder else 0.0,
        progress=lambda done: _tell(scan, done=done),
    )
    return [_keyed(group, keys) for group in groups]


def _keyed(group: Cluster, keys: list[int]) -> tuple[tuple[int, float], ...]:
    return tuple(
        (keys[place], score) for place, score in zip(group.places, group.scores, strict=True)
    )


def _vectors(places: dict[int, int], embedder: embedding.Embedder | None) -> Scores | None:
    """A row for each place; zero where this embedder has not been yet."""
    if embedder is None:
        return None
    meant = Meaning.objects.filter(pk__in=list(places), embedder=embedder.name)
    found = {key: embedding.unpack(bytes(v)) for key, v in meant.values_list("pk", "vector")}
    if not found:
        return None
    vectors = np.zeros((len(places), len(next(iter(found.values())))), np.float32)
    for key, vector in found.items():
        vectors[places[key]] = vector
    return vectors


def _not_alike(session: int) -> Iterator[tuple[int, int]]:
    """Pairs, the smaller key first, that the office has found to be of different matters."""
    rows = CandidateMember.objects.filter(candidate__session=session)
    dismissed: dict[int, list[int]] = {}
    inside: dict[int, list[int]] = {}
    outside: dict[int, list[int]] = {}
    for candidate, proposal, state, left in rows.values_list(
        "candidate", "proposal", "candidate__state", "left_out_at"
    ):
        (inside if left is None else outside).setdefault(candidate, []).append(proposal)
        if state == MergeCandidateState.DISMISSED:
            dismissed.setdefault(candidate, []).append(proposal)
    for members in dismissed.values():
        yield from combinations(sorted(members), 2)
    for candidate, left_out in outside.items():
        for one in left_out:
            for other in inside.get(candidate, ()):
                yield min(one, other), max(one, other)


# -- Keeping -------------------------------------------------------------------------------


def _keep(scan: Scan, found: list[tuple[tuple[int, float], ...]]) -> None:
    """Bring up what is new, leave what is known, withdraw what is no longer found.

    A group that somebody made by hand is known, and is not withdrawn.
    """
    standing = _groups(scan.session_id, [MergeCandidateState.OPEN], by_hand=False)
    by_hand = _groups(scan.session_id, [MergeCandidateState.OPEN], by_hand=True)
    settled = list(_groups(scan.session_id, LEFT_APART).values())
    wanted = {frozenset(key for key, _score in group): group for group in found}
    known = {*standing.values(), *by_hand.values()}
    for number, members in standing.items():
        if members not in wanted:
            _withdraw(number)
    new = 0
    for members, group in wanted.items():
        if members in known or any(members <= before for before in settled):
            continue
        rows = [{"proposal": key, "score": score} for key, score in group]
        candidate = MergeCandidate(committee=scan.committee, session=scan.session)
        find = declared_step(MergeCandidate.find)
        perform(candidate, find, None, {"members": rows, "scan": scan.pk})
        new += 1
    _tell(scan, found=new)


def _groups(
    session: int, states: Collection[str], *, by_hand: bool | None = None
) -> dict[int, frozenset[int]]:
    rows = CandidateMember.objects.filter(
        candidate__session=session, candidate__state__in=states, left_out_at=None
    )
    if by_hand is not None:
        rows = rows.filter(candidate__scan__isnull=by_hand)
    found: dict[int, set[int]] = {}
    for candidate, proposal in rows.values_list("candidate", "proposal"):
        found.setdefault(candidate, set()).add(proposal)
    return {candidate: frozenset(members) for candidate, members in found.items()}


def _withdraw(key: int) -> None:
    try:
        supersede = declared_step(MergeCandidate.supersede)
        perform(MergeCandidate.objects.get(pk=key), supersede, None)
    except Conflict:
        logger.info("candidate %s has been decided meanwhile", key)


def _tell(scan: Scan, **news: object) -> None:
    """Write the progress where a page can read it."""
    Scan.objects.filter(pk=scan.pk).update(heard_at=clock.now(), **news)
