"""System checks of the declarations of pages."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error

from members.pages.worklist import WORKLISTS, Worklist
from proposals.machine.step import Step, declared_step
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.pages.step_pages import STEP_PAGES, StepPage
from proposals.pages.subjects import PAGES

TAG = "pages"
"""The tag of these checks."""


def check_step_pages(**kwargs: Any) -> list[CheckMessage]:
    """Each declaration names a step of its own, and only fields that the step takes."""
    found: list[CheckMessage] = []
    declared: set[Step] = set()
    for page in STEP_PAGES:
        name = _name(page.step)
        step = _step(page.step)
        if step is None:
            hint = "Give it a method that a model in ALL_SUBJECTS declares with @step."
            found.append(Error(f"StepPage({name}) names no step.", hint, name, f"{TAG}.E001"))
            continue
        if step in declared:
            hint = "Put what both say into one declaration."
            found.append(Error(f"There are two StepPage({name}).", hint, name, f"{TAG}.E002"))
        declared.add(step)
        for place, path in _paths(page):
            if not _has(step.input(), path.split(".")):
                message = f"StepPage({name}) names in {place} the field “{path}”."
                hint = f"{step.input.__name__} has no such field: correct the path, or add it."
                found.append(Error(message, hint, name, f"{TAG}.E003"))
    return found


def check_subject_pages(**kwargs: Any) -> list[CheckMessage]:
    """Each kind of subject has one page."""
    times = Counter(page.model for page in PAGES)
    return [
        Error(
            f"There are {count} SubjectPage({model.__name__}).",
            "Put what they say into one declaration.",
            model.__name__,
            f"{TAG}.E005",
        )
        for model, count in times.items()
        if count > 1
    ]


def check_worklists(**kwargs: Any) -> list[CheckMessage]:
    """What a list offers for many rows are steps of the model of its rows."""
    return [
        Error(
            f"Worklist({worklist.slug}) has in bulk {_name(method)}, no step of its rows.",
            "Name a step of the model that its filterset, or its model=, says the rows are of.",
            worklist.slug,
            f"{TAG}.E004",
        )
        for worklist in WORKLISTS.values()
        for method in worklist.bulk
        if not _is_of(worklist, method)
    ]


def _is_of(worklist: Worklist, method: Any) -> bool:
    step, model = _step(method), worklist.row_model
    return step is not None and model in ALL_SUBJECTS and step in model.all_steps().values()


def _step(method: Any) -> Step | None:
    """The step that the method is of some model; None if it is none."""
    try:
        step = declared_step(method)
    except TypeError:
        return None
    return step if any(step in model.all_steps().values() for model in ALL_SUBJECTS) else None


def _name(method: Any) -> str:
    return getattr(method, "__qualname__", repr(method))


def _paths(page: StepPage) -> Iterator[tuple[str, str]]:
    """Where a declaration names a field of the input, and its path."""
    for names in page.initial:
        for name in [names] if isinstance(names, str) else names:
            yield "initial", name
    for path in page.choices:
        yield "choices", path
    for path, when in page.shown_when.items():
        yield "shown_when", path
        yield "shown_when", when.field


def _has(declared: Any, path: Sequence[str]) -> bool:
    """Whether the path leads from a serializer, or rows of one, to a field."""
    if not path:
        return True
    fields = getattr(getattr(declared, "child", declared), "fields", {})
    return path[0] in fields and _has(fields[path[0]], path[1:])
