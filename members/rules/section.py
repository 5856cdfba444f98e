"""What the sections of a rulebook are made of."""

from dataclasses import dataclass
from typing import Annotated

from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.fields import FieldInfo

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Mark = Annotated[str, StringConstraints(max_length=10, pattern=r"^[^{}]*$")]


@dataclass(frozen=True)
class Zero:
    """What 0 means in a field where it is no number."""

    means: str


Limit = Annotated[int, Zero(gettext_noop("不限"))]
"""How much there may be; 0 stands for as much as anybody likes."""


def zero_of(field: FieldInfo) -> Zero | None:
    """What 0 means in a field, where it is no number."""
    return next((said for said in field.metadata if isinstance(said, Zero)), None)


class RuleSection(BaseModel):
    """A part of the rulebook: immutable, and refusing words that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CodedEntry(RuleSection):
    """A row of a table that the office picks from."""

    code: Code = Field(title=gettext_noop("代码"))
    name: Label = Field(title=gettext_noop("名称"))
