"""Imports members and units from a table: all of it, or nothing with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members import permissions
from members.enums import BodyKind, UnitKind
from members.models import Body, Committee, Member, Unit
from members.models.member import BODY_KINDS
from members.punctuation import Text
from members.reader import Decider
from members.services.member import add_member
from members.spreadsheets import Table

MOST = 3000
"""Rows of a table that are brought in at once."""


@dataclass(frozen=True)
class ImportColumn:
    """A column of a table: the field that it fills, its heading, an example.

    ``kind`` is that of the body which the cell names; ``choices`` are all that it may say, where
    it may not say anything.
    """

    name: str
    label: Text
    example: Text
    required: bool
    kind: BodyKind | None
    choices: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which row of the table (the heading is row 1) and column."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return _("第 %(row)s 行“%(column)s”：%(text)s") % {
            "row": self.row,
            "column": self.column,
            "text": self.text,
        }


@dataclass(frozen=True)
class ImportTable:
    """What a table of one kind of rows consists of."""

    kind: str
    label: Text
    model: type[models.Model]
    unique: str
    columns: tuple[ImportColumn, ...]


def _columns(model: type[models.Model], **examples: Text) -> tuple[ImportColumn, ...]:
    """Columns of fields of a model, which says what they are called and which can be empty."""
    fields: list[Any] = [model._meta.get_field(name) for name in examples]
    return tuple(
        ImportColumn(
            name=field.name,
            label=field.verbose_name,
            example=examples[field.name],
            required=not field.blank,
            kind=BODY_KINDS.get(field.name),
            choices=tuple(label for _value, label in field.choices or ()),
        )
        for field in fields
    )


IMPORT_TABLES = {
    "members": ImportTable(
        "members",
        gettext_lazy("委员"),
        Member,
        "number",
        _columns(
            Member,
            number="001",
            name=gettext_lazy("张三"),
            sector=gettext_lazy("教育界"),
            party=gettext_lazy("民盟"),
            group=gettext_lazy("第一组"),
            special_committees=gettext_lazy("提案委员会、经济委员会"),
            employer=gettext_lazy("第一中学校长"),
            phone="13800000000",
            address="",
            postcode="",
        ),
    ),
    "units": ImportTable(
        "units",
        gettext_lazy("承办单位"),
        Unit,
        "name",
        _columns(
            Unit,
            name=gettext_lazy("某县教育局"),
            short_name=gettext_lazy("教育局"),
            kind=gettext_lazy("政府部门"),
            parent="",
        ),
    ),
}
"""The kinds of tables that can be imported."""


@dataclass
class Roster:
    """A table as it was understood.

    ``rows`` are the number of the row and its cells by the name of the field; ``ignored`` are
    headings that mean nothing here; ``new_bodies`` would be made.
    """

    shape: ImportTable
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    new_bodies: list[tuple[BodyKind, str]] = field(default_factory=list)

    def blame(self, row: int, name: str, text: str) -> None:
        """Note what is wrong in a cell."""
        labels = {column.name: str(column.label) for column in self.shape.columns}
        self.faults.append(Fault(row, labels.get(name, name), text))


def understood(kind: str, table: Table, committee: Committee) -> Roster:
    """Read a table of ``kind`` for ``committee``, and find everything that is wrong with it."""
    roster = Roster(IMPORT_TABLES[kind])
    places = _places(roster, table[0] if table else [])
    if roster.faults:
        return roster
    for number, cells in enumerate(table[1:], start=2):
        if any(cells):
            row = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
            roster.rows.append((number, row))
    if len(roster.rows) > MOST:
        told = ngettext("一次最多导入 %(n)s 行", "一次最多导入 %(n)s 行", MOST) % {"n": MOST}
        roster.faults.append(Fault(MOST + 2, _("全部"), told))
    if not roster.rows:
        roster.faults.append(Fault(2, _("全部"), _("表中除标题外没有内容")))
    _check_cells(roster)
    _check_unique(roster, committee)
    if roster.shape.model is Unit:
        _check_units(roster, committee)
    _find_new_bodies(roster, committee)
    roster.faults.sort(key=lambda fault: fault.row)
    return roster


def _places(roster: Roster, heading: list[str]) -> dict[str, int]:
    """Where each field stands, by the headings."""
    known = {str(column.label): column.name for column in roster.shape.columns}
    places = {known[label]: at for at, label in enumerate(heading) if label in known}
    roster.ignored = [label for label in heading if label and label not in known]
    for column in roster.shape.columns:
        if column.required and column.name not in places:
            roster.blame(1, column.name, _("缺少这一列；第一行应是标题"))
    return places


def _check_cells(roster: Roster) -> None:
    for number, row in roster.rows:
        for column in roster.shape.columns:
            text = row.get(column.name, "")
            if column.required and not text:
                roster.blame(number, column.name, _("不能为空"))
            longest = _longest(roster.shape, column)
            if any(len(part) > longest for part in _parts(column, text)):
                told = ngettext("不能超过 %(n)s 个字", "不能超过 %(n)s 个字", longest)
                roster.blame(number, column.name, told % {"n": longest})


def _longest(shape: ImportTable, column: ImportColumn) -> int:
    model = Body if column.kind else shape.model
    name = "name" if column.kind or column.name == "parent" else column.name
    return getattr(model._meta.get_field(name), "max_length", None) or 100


def _parts(column: ImportColumn, text: str) -> list[str]:
    """The names in a cell; only of special committees there are several."""
    if column.kind != BodyKind.SPECIAL_COMMITTEE:
        return [text] if text else []
    for mark in "，,；;":
        text = text.replace(mark, "、")
    return [part.strip() for part in text.split("、") if part.strip()]


def _check_unique(roster: Roster, committee: Committee) -> None:
    name = roster.shape.unique
    rows = roster.shape.model._default_manager.filter(committee=committee)
    there = set(rows.values_list(name, flat=True))
    first: dict[str, int] = {}
    for number, row in roster.rows:
        text = row.get(name, "")
        if text and text in there:
            roster.blame(number, name, _("“%(text)s”已在名册中") % {"text": text})
        elif text and text in first:
            told = _("与第 %(row)s 行重复：%(text)s") % {"row": first[text], "text": text}
            roster.blame(number, name, told)
        first.setdefault(text, number)


def _check_units(roster: Roster, committee: Committee) -> None:
    kinds = [str(kind.label) for kind in UnitKind]
    known = set(committee.units.values_list("name", flat=True))
    known |= {row["name"] for _number, row in roster.rows}
    for number, row in roster.rows:
        if row["kind"] and row["kind"] not in kinds:
            told = _("没有这一类，可填：%(kinds)s") % {"kinds": "、".join(kinds)}
            roster.blame(number, "kind", told)
        above = row.get("parent", "")
        if above and (above not in known or above == row["name"]):
            roster.blame(number, "parent", _("没有这个单位：%(name)s") % {"name": above})


def _find_new_bodies(roster: Roster, committee: Committee) -> None:
    there = set(committee.bodies.values_list("kind", "name"))
    found: dict[tuple[BodyKind, str], None] = {}
    for column in roster.shape.columns:
        if column.kind:
            for _number, row in roster.rows:
                for name in _parts(column, row.get(column.name, "")):
                    if (column.kind.value, name) not in there:
                        found[column.kind, name] = None
    roster.new_bodies = list(found)


@transaction.atomic
def bring_in(*, kind: str, table: Table, committee: Committee, by: Decider) -> Roster:
    """Enter every row of a table; when anything is wrong, none, and the faults are returned.

    Members belong to the latest term; bodies that they name are made. Raises PermissionDenied.
    """
    permissions.require_administers(by, committee)
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    roster = understood(kind, table, committee)
    if roster.faults:
        return roster
    for body_kind, name in roster.new_bodies:
        Body.objects.create(committee=committee, kind=body_kind, name=name)
    enter = _enter_members if roster.shape.model is Member else _enter_units
    enter(roster, committee, by)
    if roster.faults:
        transaction.set_rollback(True)
    return roster


def _enter_members(roster: Roster, committee: Committee, by: Decider) -> None:
    bodies = {(body.kind, body.name): body for body in committee.bodies.all()}
    terms = list(committee.terms.order_by("-begins_on")[:1])
    for number, row in roster.rows:
        data: dict[str, Any] = {}
        for column in roster.shape.columns:
            text = row.get(column.name, "")
            if column.kind is None:
                data[column.name] = text
                continue
            named = [bodies[column.kind.value, name] for name in _parts(column, text)]
            several = column.kind == BodyKind.SPECIAL_COMMITTEE
            data[column.name] = named if several else next(iter(named), None)
        try:
            add_member(committee=committee, terms=terms, by=by, **data)
        except ValidationError as error:
            _blame(roster, number, error)


def _enter_units(roster: Roster, committee: Committee, by: Decider) -> None:
    kinds = {str(kind.label): kind for kind in UnitKind}
    for number, row in roster.rows:
        unit = Unit(
            committee=committee,
            name=row["name"],
            short_name=row.get("short_name", ""),
            kind=kinds[row["kind"]],
        )
        try:
            unit.full_clean()
        except ValidationError as error:
            _blame(roster, number, error)
        else:
            unit.save()
    units = {unit.name: unit for unit in committee.units.all()}
    for number, row in roster.rows:
        above = row.get("parent", "")
        if above and row["name"] in units:
            below = units[row["name"]]
            below.parent = units[above]
            try:
                below.clean()
            except ValidationError as error:
                _blame(roster, number, error)
            else:
                below.save(update_fields=["parent"])


def _blame(roster: Roster, number: int, error: ValidationError) -> None:
    told: Mapping[str, list[str]] = (
        error.message_dict if hasattr(error, "error_dict") else {_("全部"): error.messages}
    )
    for name, texts in told.items():
        roster.blame(number, name, "；".join(texts))
