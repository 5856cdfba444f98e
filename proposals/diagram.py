"""The machines drawn: state diagrams and step tables from the declarations."""

from collections.abc import Iterator

from django.utils.translation import override

from proposals.machine import who
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS

HEAD = """\
# The life of a proposal

Written by `manage.py lifecycle`; do not edit. Each machine is declared in its model, below
`proposals/models/` or `supervision/models/`.
"""


def document() -> str:
    """docs/lifecycle.md: for every machine a Mermaid diagram and a table of its steps."""
    with override("zh-hans"):
        return "\n".join([HEAD, *(_machine(model) for model in ALL_SUBJECTS)])


def _machine(model: type[Subject]) -> str:
    states = dict(model._meta.get_field("state").flatchoices)  # type: ignore[misc]  # a field with choices
    steps = list(model.all_steps().values())
    return "\n".join(
        [
            f"## {model._meta.verbose_name} `{model.kind}`\n",
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {value} : {label} {value}" for value, label in states.items()),
            *(arrow for step in steps for arrow in _arrows(step)),
            "```\n",
            "| step | label | from | to | who | duties opened, closed |",
            "| --- | --- | --- | --- | --- | --- |",
            *(_row(step) for step in steps),
            "",
        ]
    )


def _arrows(step: Step) -> Iterator[str]:
    for source in step.source:
        for target in step.targets:
            yield f"    {source or '[*]'} --> {target} : {step.label}"


def _row(step: Step) -> str:
    sources = ", ".join(source or "—" for source in step.source)
    targets = ", ".join(step.targets) or "="
    if step.who is who.system:
        holders = "system, by itself" if step.rollup else "system"
    else:
        holders = ", ".join(role.value for role in step.who.roles())
    opened = "by the subject" if callable(step.opens) else ", ".join(step.opens)
    closed = "by the subject" if callable(step.closes) else ", ".join(step.closes)
    duties = f"{opened or '—'} / {closed or '—'}"
    return f"| `{step.name}` | {step.label} | {sources} | {targets} | {holders} | {duties} |"
