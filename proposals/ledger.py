"""Reads the ledger: how inputs are recorded, and whether the chain holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from rest_framework.serializers import Serializer

from proposals import triggers
from proposals.enums import Tone
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event, Proposal
from proposals.records import RECORDED

DEEPEST = 10
"""Levels of an input that are kept; no declared input has more than four."""


@dataclass(frozen=True)
class Change:
    """A change in the ledger that is no step of a machine."""

    label: StrOrPromise
    input: type[Serializer[Any]]
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class Kind:
    """A kind of row in the ledger: its label, its states, and its changes."""

    label: StrOrPromise
    states: Mapping[str, StrOrPromise]
    changes: Mapping[str, Step | Change]


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of row by its name in events; read once all applications are loaded."""
    found = {}
    for name, kind in RECORDED.items():
        changes = {change.value: Change(change.label, kind.input) for change in kind.changes}
        found[name] = Kind(kind.label, dict(kind.states.choices), changes)
    for model in ALL_SUBJECTS:
        meta: Any = model._meta
        states = dict(meta.get_field("state").choices)
        found[model.kind] = Kind(meta.verbose_name, states, model.all_steps())
    return found


def model_of(kind: str) -> type[Subject] | None:
    """The model of a kind of subject in events; None if it no longer exists."""
    return next((model for model in ALL_SUBJECTS if model.kind == kind), None)


def step_of(kind: str, action: str) -> Step | Change | None:
    """The step, or change of a row, with that name in events; None if it no longer exists."""
    return kinds()[kind].changes.get(action) if kind in kinds() else None


def label_of(kind: str, action: str) -> str:
    """The label of the step with that name in events; its name if it no longer exists."""
    step = step_of(kind, action)
    return str(step.label) if step is not None else action


def kind_in_words(kind: str) -> str:
    """The label of a kind of subject; its name if it no longer exists."""
    return str(kinds()[kind].label) if kind in kinds() else kind


def recorded(value: Any, depth: int = 0) -> Any:
    """An input as the ledger keeps it: plain JSON, rows as keys, files as fingerprints.

    What a caller sends beside the declared fields is kept too, but only as every database
    gives it back to the letter: a fraction as its digits, a text without what is no character.
    """
    if depth > DEEPEST:
        return "…"
    match value:
        case Mapping():
            return {recorded(str(name)): recorded(part, depth + 1) for name, part in value.items()}
        case list() | tuple():
            return [recorded(part, depth + 1) for part in value]
        case models.Model():
            return value.pk
        case datetime() | date():
            return value.isoformat()
        case UploadedFile():
            digest = hashlib.sha256()
            for chunk in value.chunks():
                digest.update(chunk)
            value.seek(0)
            return {"name": value.name, "size": value.size, "sha256": digest.hexdigest()}
        case str():
            return (
                value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
            )
        case bool() | int() | None:
            return value
    return str(value)


Tell = Callable[[int], None]
"""Called from time to time with the number of events checked."""

TOLD_EVERY = 2000
"""Progress is reported after so many events."""


def faults(proposal: Proposal | None = None, tell: Tell = lambda checked: None) -> Iterator[str]:
    """Every fault found in the ledger, or in that of one proposal, in words; none when it holds.

    Each subject's events must be numbered from 1 without a gap, carry the right hashes, follow
    from state to state, and end where the subject stands; the triggers must be in place.
    """
    for name in sorted(triggers.missing(connection)):
        yield _("缺少数据库触发器 %(name)s") % {"name": name}
    ends: dict[tuple[str, int], Event] = {}
    events = Event.objects.order_by("subject_kind", "subject_id", "sequence")
    if proposal is not None:
        events = events.filter(proposal=proposal)
    last: Event | None = None
    for checked, event in enumerate(events.iterator(chunk_size=2000), start=1):
        if last is None or (last.subject_kind, last.subject_id) != (
            event.subject_kind,
            event.subject_id,
        ):
            last = None
        yield from _faults_of(event, last)
        ends[event.subject_kind, event.subject_id] = last = event
        if checked % TOLD_EVERY == 0:
            tell(checked)
    yield from _faults_of_rows(ends, proposal)


def _faults_of_rows(ends: dict[tuple[str, int], Event], proposal: Proposal | None) -> Iterator[str]:
    """Where subjects do not stand where their events end: those of a proposal, or all."""
    for model in ALL_SUBJECTS:
        machine: type[Any] = model
        rows = machine._default_manager.values_list("pk", "state", "version", "ledger_hash")
        if proposal is not None:
            keys = {pk for other, pk in ends if other == model.kind}
            if model is Proposal:
                keys.add(proposal.pk)
            if not keys:
                continue
            rows = rows.filter(pk__in=keys)
        for pk, state, version, digest in rows.iterator(chunk_size=2000):
            end = ends.pop((model.kind, pk), None)
            found = (end.target, end.sequence, end.hash) if end else ("", 0, "")
            if found != (state, version, digest):
                yield _not_as_recorded(model.kind, pk)
    if proposal is None:
        yield from _faults_of_records(ends)
    for kind, pk in ends:
        yield _("%(kind)s %(pk)s 已不存在，但有事件") % {"kind": kind_in_words(kind), "pk": pk}


def _faults_of_records(ends: dict[tuple[str, int], Event]) -> Iterator[str]:
    """Rows on record that differ from their last event, or have none."""
    for name, kind in RECORDED.items():
        for row in kind.rows().order_by("pk").iterator(chunk_size=2000):
            end = ends.pop((name, row.pk), None)
            if end is None or not kind.stands(row, end):
                yield _not_as_recorded(name, row.pk)


def _not_as_recorded(kind: str, pk: int) -> str:
    names = {"kind": kind_in_words(kind), "pk": pk}
    return _("%(kind)s %(pk)s 的现状与其最后一条事件不符") % names


def _called(event: Event) -> str:
    """How a sentence names an event; a step that no longer exists goes by its name."""
    return _("%(kind)s %(pk)s 第 %(n)s 个事件“%(step)s”") % {
        "kind": kind_in_words(event.subject_kind),
        "pk": event.subject_id,
        "n": event.sequence,
        "step": label_of(event.subject_kind, event.action),
    }


def _faults_of(event: Event, last: Event | None) -> Iterator[str]:
    if event.sequence != (last.sequence + 1 if last else 1):
        yield _("%(event)s：序号不连续") % {"event": _called(event)}
    if event.previous_hash != (last.hash if last else ""):
        yield _("%(event)s：与前一条事件不衔接") % {"event": _called(event)}
    if event.source != (last.target if last else ""):
        yield _("%(event)s：原状态与前一条事件不符") % {"event": _called(event)}
    if event.digest() != event.hash:
        yield _("%(event)s：内容已被改动") % {"event": _called(event)}
