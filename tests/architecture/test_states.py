"""A new state is told of everywhere: sets stand beside their enum, mappings leave none out."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import TextChoices

from members import enums as members
from members import reader
from members.templatetags.worklist import TONES
from proposals import enums
from supervision import enums as supervision
from supervision.pages import session_end

PACKAGES = ("config", "members", "proposals", "supervision")

MODULES = [
    importlib.import_module(info.name)
    for package in PACKAGES
    for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    if not re.search(r"\.(migrations|asgi|wsgi|settings\w*)\b", info.name)
]


def _states_enums() -> Iterator[type[TextChoices]]:
    for module in MODULES:
        for name, value in vars(module).items():
            here = inspect.isclass(value) and value.__module__ == module.__name__
            if here and issubclass(value, TextChoices) and name.endswith("State"):
                yield value


ENUMS = list(_states_enums())
"""Every enum of states of the product."""


# -- Mappings ------------------------------------------------------------------------------


def test_mapping_leaves_no_state_out() -> None:
    """Of every constant that is a dict with states as keys."""
    found, missing = set(), []
    for module in MODULES:
        for name, value in vars(module).items():
            kinds = {type(key) for key in value} if isinstance(value, dict) else set()
            if len(kinds) == 1 and (kind := kinds.pop()) in ENUMS:
                found.add(name)
                missing += [f"{module.__name__}.{name}: {s}" for s in kind if s not in value]

    assert found >= {"STAGE_OF_STATE", "REPLY_WAITS_FOR"}
    assert not missing


def test_badge_has_one_colour_for_every_state() -> None:
    coloured = Counter(state for states in TONES.values() for state in states)
    states = {
        str(state): f"{model._meta.label}: {state}"
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name == "state" and model._meta.app_label in PACKAGES
        for state, _label in field.flatchoices
    }

    assert not [where for state, where in states.items() if state not in coloured]
    assert not set(coloured) - set(states), "a state of no model"
    assert not [state for state, times in coloured.items() if times > 1]


# -- Sets ----------------------------------------------------------------------------------

P, A, R, C = (
    enums.ProposalState,
    enums.AssignmentState,
    enums.ReplyState,
    enums.MergeCandidateState,
)
K, M = supervision.KeyTopicState, supervision.MilestoneState

PARTITIONS: dict[str, tuple[type[TextChoices], *tuple[Collection[str], ...]]] = {
    "received or not": (P, enums.NOT_HANDED_IN, enums.HANDED_IN),
    "decided or not": (
        P,
        enums.NOT_HANDED_IN,
        enums.PENDING,
        enums.FILED_STATES,
        enums.UNFILED_ENDS,
    ),
    "with units or not": (
        P,
        enums.NOT_HANDED_IN,
        enums.PENDING,
        enums.AWAITING_ASSIGNMENT,
        enums.ASSIGNED_STATES,
        enums.UNFILED_ENDS,
    ),
    "over or not": (P, {P.DRAFT}, enums.UNDER_WAY, enums.ENDED),
    "what holds up the end of a session": (
        P,
        {P.DRAFT},
        *(group.values for group in session_end.GROUPS if group.worklist in ("proposals", "filed")),
        enums.ENDED,
    ),
    "still mergeable or not": (
        P,
        enums.NOT_HANDED_IN,
        enums.MERGE_SCOPE,
        {P.REPLIED, P.ESCALATED, P.CONCLUDED},
        enums.UNFILED_ENDS,
    ),
    "may be withdrawn or not": (
        P,
        enums.NOT_HANDED_IN,
        enums.WITHDRAWABLE,
        {P.RETURNED, P.REPLIED, P.ESCALATED, P.CONCLUDED},
        enums.UNFILED_ENDS,
    ),
    "signature stands or not": (
        enums.CosignatureState,
        enums.STANDING_SIGNATURES,
        {"declined", "dropped", "lapsed"},
    ),
    "task counts or not": (A, enums.LIVE_ASSIGNMENTS, {A.REASSIGNED, A.RECALLED}),
    "return decided or not": (
        enums.ReturnState,
        enums.RETURN_OPEN,
        enums.RETURN_LED_AWAY,
        {enums.ReturnState.REFUSED},
    ),
    "reply out or not": (R, enums.ON_ITS_WAY, enums.SENT_OUT, {R.ABANDONED}),
    "group waits or not": (
        C,
        enums.UNDECIDED_CANDIDATES,
        enums.KEPT_APART,
        {C.MERGED, C.SUPERSEDED},
    ),
    "group decided or not": (C, {C.OPEN}, enums.DECIDED_CANDIDATES, {C.SUPERSEDED}),
    "scan under way or not": (enums.ScanState, enums.SCAN_UNDER_WAY, {"done", "failed"}),
    "job under way or not": (members.JobState, members.UNFINISHED_JOBS, {"done", "failed"}),
    "still to be sent or not": (
        members.OutgoingState,
        members.UNDELIVERED,
        members.SETTLED,
        {"needless"},
    ),
    "topic chosen or not": (
        K,
        supervision.UNDECIDED_STATES,
        supervision.KEY_STATES,
        {K.NOT_CHOSEN, K.CANCELLED},
    ),
    "topic public or not": (
        K,
        supervision.UNDECIDED_STATES,
        {K.NOT_CHOSEN, K.DECIDED, K.CANCELLED},
        supervision.PUBLIC_UNDER_WAY,
        {K.CONCLUDED},
    ),
    "supervision ahead or not": (
        K,
        supervision.UNDECIDED_STATES,
        supervision.BEFORE_SUPERVISION,
        {K.SUPERVISING, K.REPORTED},
        {K.NOT_CHOSEN, K.CONCLUDED, K.CANCELLED},
    ),
    "end of supervision owed or not": (
        K,
        {*supervision.UNDECIDED_STATES, K.NOT_CHOSEN, K.DECIDED},
        supervision.SUPERVISED_STATES,
        {K.REPORTED, K.CONCLUDED, K.CANCELLED},
    ),
    "milestone owed or not": (M, supervision.UNMET, {M.MET, M.DROPPED}),
    "what a post reaches": (
        members.Role,
        {members.Role.MEMBER},
        {members.Role.COLLECTIVE_CONTACT},
        members.UNIT_ROLES,
        members.OFFICE_ROLES,
        reader.OFFICERS,
        {members.Role.PLATFORM_ADMINISTRATOR},
    ),
    "what a post names": (
        members.Role,
        {members.Role.MEMBER},
        {members.Role.COLLECTIVE_CONTACT},
        members.UNIT_ROLES,
        members.COMMITTEE_WIDE_ROLES,
        {members.Role.PLATFORM_ADMINISTRATOR},
    ),
}
"""What sets of states, or of roles, divide: the enum, and sets of which each is in exactly one."""


@pytest.mark.parametrize("question", PARTITIONS)
def test_each_state_is_in_one_set(question: str) -> None:
    enum, *sets = PARTITIONS[question]
    times = Counter(state for states in sets for state in states)

    assert {state: times[state] for state in enum if times[state] != 1} == {}


def _is_state(node: ast.AST, names: Collection[str], sets: Collection[str]) -> bool:
    """Whether it is a state, as ``State.DRAFT`` or ``enums.State.DRAFT``, or a set of them."""
    if isinstance(node, ast.Starred):
        return _last_name(node.value) in sets
    if not isinstance(node, ast.Attribute) or not node.attr.isupper():
        return False
    known = names if isinstance(node.value, ast.Name) else {enum.__name__ for enum in ENUMS}
    return _last_name(node.value) in known


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _sets_in(tree: ast.Module, sets: Collection[str]) -> Iterator[str]:
    """Literals and calls that put two or more states together, outside of declarations of steps."""
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    enums_here = {enum.__name__ for enum in ENUMS}
    names = {a.asname or a.name for node in imported for a in node.names if a.name in enums_here}
    steps = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("source", "target")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        parts: list[Any] = []
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Call):
            parts = node.args
        if id(node) not in steps and sum(_is_state(part, names, sets) for part in parts) > 1:
            yield f"{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]


def test_sets_of_states_stand_beside_their_enum() -> None:
    """So that who adds a state sees all of them, and none exists twice."""
    sets = {
        name
        for module in (enums, members, supervision)
        for name, value in vars(module).items()
        if isinstance(value, tuple) and value and type(value[0]) in ENUMS
    }
    homes = {enum.__module__ for enum in ENUMS}
    found = []
    for module in MODULES:
        if module.__name__ in homes:
            continue
        path = Path(str(module.__file__))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(settings.BASE_DIR)
        found += [f"{place}:{where}" for where in _sets_in(tree, sets)]

    assert not found
