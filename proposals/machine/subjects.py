"""All kinds of subjects, those of the applications above included."""

from proposals.machine.subject import Subject

ALL_SUBJECTS: list[type[Subject]] = []
"""Everything with a machine; API, permissions, ledger and diagram go through this list."""


def add(*models: type[Subject]) -> None:
    """Add the subjects of an application, which does so once it is loaded."""
    ALL_SUBJECTS.extend(models)
