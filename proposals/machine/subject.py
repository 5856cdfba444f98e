"""The base of all machines: a row whose life is a state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar, cast

from django.db import models
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin

from members.enums import Role
from members.models import Committee
from members.rules import Rules
from proposals.enums import NEW
from proposals.machine.step import News, Step, StepContext, declared_step

Found = TypeVar("Found")


def state_field(states: type[models.TextChoices], *, max_length: int = 10) -> FSMField:
    """The field of a machine's state, which nobody but its steps can change."""
    return FSMField(
        _("状态"),
        choices=states,
        default=NEW,
        protected=True,
        editable=False,
        max_length=max_length,
    )


class Subject(FSMModelMixin, models.Model):
    """A row whose life is a state machine, moved only by ``proposals.door.perform``.

    ``version`` counts its events; ``ledger_hash`` is the hash of the last one.
    """

    state: Any  # the protected FSMField, declared by each model with its own choices
    proposal: Any  # where the subject hangs on one; else ``root`` is overridden
    proposal_id: Any
    get_state_display: Any  # Django makes it of the state's choices
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    ledger_hash = models.CharField(max_length=64, default="", editable=False)
    created_at = models.DateTimeField(_("建立时间"), editable=False)

    rules: Rules
    _read: dict[str, Any]
    steps: ClassVar[dict[str, Step]]

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Read a row, and remember its values to save only what changes."""
        subject = super().from_db(*args, **kwargs)
        fields = (field.attname for field in cls._meta.concrete_fields)
        subject._read = {
            name: subject.__dict__[name] for name in fields if name in subject.__dict__
        }
        return subject

    def save_changes(self) -> None:
        """Insert the row, or update the columns that differ from what was read or saved."""
        columns = {field.attname: getattr(self, field.attname) for field in self._meta.fields}
        if self.pk is None:
            self.save(force_insert=True)
        else:
            known = self.__dict__.get("_read", {})
            self.save(
                update_fields=[
                    name
                    for name, value in columns.items()
                    if name != "id" and (name not in known or known[name] != value)
                ]
            )
        self._read = columns

    @classmethod
    def all_steps(cls) -> dict[str, Step]:
        """The declared steps by name, in the order in which the machine's file lists them."""
        if "steps" not in cls.__dict__:
            found = {
                name: declared_step(method)
                for name, method in _methods(cls)
                if hasattr(method, "_django_fsm")
            }
            cls.steps = found
        return cls.steps

    @property
    def root(self) -> Any:
        """The proposal this subject belongs to."""
        return self.proposal

    @property
    def root_id(self) -> int | None:
        """The key of that proposal, read without loading it."""
        return self.proposal_id

    @property
    def committee(self) -> Committee:
        """The committee whose rules apply."""
        return self.root.committee

    @property
    def committee_id(self) -> int:
        """The key of the committee whose rules apply."""
        return self.root.committee_id

    @property
    def unit_id(self) -> int | None:
        """The unit that works on it."""
        return None

    @property
    def member_id(self) -> int | None:
        """The member that it is addressed to."""
        return None

    @property
    def body_id(self) -> int | None:
        """The body that it is addressed to."""
        return None

    @property
    def duty_body_id(self) -> int | None:
        """The body that owes what is due on it, in place of the role that its kind names."""
        return None

    @property
    def duty_role(self) -> Role | None:
        """The role that owes what is due on it, in place of the one that its kind names."""
        return None

    @property
    def promised_due_at(self) -> datetime | None:
        """Until when a duty on it is owed, where it names the day itself."""
        return None

    @property
    def due_basis(self) -> str:
        """What that day rests on, in words."""
        return ""

    def news(self, context: StepContext) -> News | None:
        """What a notice of a step says of it; None where the words for proposals will do."""
        return None

    def known(self, name: str, ask: Callable[[], Found]) -> Found:
        """The value read with the row (``with_standing``), or else from the database."""
        return cast(Found, self.__dict__[name]) if name in self.__dict__ else ask()

    @classproperty
    def kind(cls) -> str:
        """The name of this kind of subject in ledger, API and duties."""
        return str(cls._meta.model_name)

    def clean_fields(self, exclude: Iterable[str] | None = None) -> None:
        """Leave the state out: a protected field may not be assigned, even to itself."""
        super().clean_fields(exclude={*(exclude or ()), "state"})


class StandaloneSubject(Subject):
    """A subject that belongs to no single proposal."""

    class Meta:
        abstract = True

    @property
    def root(self) -> None:
        """None: it belongs to no proposal."""
        return

    @property
    def root_id(self) -> None:
        """None either."""
        return


def _methods(cls: type) -> list[tuple[str, Any]]:
    """Methods of a class in the order of declaration, base classes first."""
    seen: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if callable(value):
                seen[name] = value
    return list(seen.items())
