"""What the sections of a rulebook are made of."""

from typing import Annotated

from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Mark = Annotated[str, StringConstraints(max_length=10, pattern=r"^[^{}]*$")]


class RuleSection(BaseModel):
    """A part of the rulebook: immutable, and refusing words that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CodedEntry(RuleSection):
    """A row of a table that the office picks from."""

    code: Code = Field(title=gettext_noop("代码"))
    name: Label = Field(title=gettext_noop("名称"))
