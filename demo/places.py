"""Who takes part in a played year: places, names, sectors, bodies and units."""

import tomllib
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from demo.wording import HERE, lines
from members.enums import BodyKind, CommitteeLevel, UnitKind

# Half of the names have one character after the surname, as people have.
_SHORT_NAMES = 0.25


@dataclass(frozen=True)
class Place:
    """Where a committee works: how it calls itself and what lies in it.

    ``parts`` are the lower governments' places by full name, ``areas`` what titles may name.
    """

    name: str
    level: CommitteeLevel
    self_name: str
    parts: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """An undertaking unit; ``fields`` are the matters it deals with (wording.Topic.fields)."""

    name: str
    short_name: str
    kind: UnitKind
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Body:
    """A collective proposer: kind, full name, and the short name in common use."""

    kind: BodyKind
    name: str
    short_name: str


@cache
def _bank() -> dict[str, Any]:
    return tomllib.loads((HERE / "people.toml").read_text(encoding="utf-8"))


@cache
def _unit_bank() -> dict[str, str]:
    return tomllib.loads((HERE / "units.toml").read_text(encoding="utf-8"))


def person_name(rng: Random) -> str:
    """A plausible Chinese name; far more than 4,000 distinct ones are possible."""
    bank = _bank()
    surname = rng.choice(bank["surnames"].split())
    last = rng.choice(bank["given_last"].split())
    if rng.random() < _SHORT_NAMES:
        return f"{surname}{last}"
    first = rng.choice([mark for mark in bank["given_first"].split() if mark != last])
    return f"{surname}{first}{last}"


def person_names(rng: Random, count: int) -> tuple[str, ...]:
    """``count`` distinct names, in the order drawn."""
    names: dict[str, None] = {}
    while len(names) < count:
        names.setdefault(person_name(rng))
    return tuple(names)


@cache
def units(place: Place) -> tuple[Unit, ...]:
    """The undertaking units of a place, the departments first, then the lower governments."""
    own = tuple(_unit(line, place.name) for line in lines(_unit_bank()[place.level]))
    lower = tuple(
        Unit(f"{part}人民政府", f"{part}政府", UnitKind.LOWER_GOVERNMENT, ())
        if not part.endswith("街道")
        else Unit(f"{part}办事处", part, UnitKind.LOWER_GOVERNMENT, ())
        for part in place.parts
    )
    return own + lower


@cache
def unit_for(place: Place, field: str) -> Unit:
    """The unit that deals with a field in a place; raises KeyError when nobody does."""
    for unit in units(place):
        if field in unit.fields:
            return unit
    raise KeyError(f"{place.name}: {field}")


def _unit(line: str, name: str) -> Unit:
    stem = name.removesuffix("市")
    full, short, kind, fields = line.replace("{地}", name).replace("{简}", stem).split("|")
    return Unit(full, short, UnitKind(kind), tuple(fields.split()))


@cache
def bodies(place: Place, *, groups: int) -> tuple[Body, ...]:
    """All collective proposers of a place: parties, organisations, committees, sectors, groups.

    ``groups`` is the number of member groups (委员小组).
    """
    bank = _bank()
    found = [_party(place, *line.split("|")) for line in lines(bank["parties"])]
    found += [_organisation(place, name) for name in lines(bank["organisations"])]
    found += [
        Body(BodyKind.SPECIAL_COMMITTEE, name, name)
        for name in lines(bank["committees"][place.level])
    ]
    found += [Body(BodyKind.SECTOR, name, name) for name in sectors()]
    found += [Body(BodyKind.GROUP, f"第{n}委员小组", f"第{n}组") for n in range(1, groups + 1)]
    return tuple(found)


def sectors() -> tuple[str, ...]:
    """The sectors (界别) of a committee."""
    return lines(_bank()["sectors"])


def _party(place: Place, short: str, full: str) -> Body:
    if place.level == CommitteeLevel.NATIONAL:
        suffix = "" if short == "工商联" else "中央委员会"
        name = f"中华全国{full}" if short == "工商联" else f"{full}{suffix}"
        return Body(BodyKind.PARTY, name, short if short == "工商联" else f"{short}中央")
    if short == "工商联":
        return Body(BodyKind.PARTY, f"{place.name}{full}", short)
    rank = {"province": "委员会", "city": "委员会", "county": "总支部委员会"}[place.level]
    return Body(BodyKind.PARTY, f"{full}{place.name}{rank}", short)


def _organisation(place: Place, name: str) -> Body:
    if place.level == CommitteeLevel.NATIONAL:
        full = {"共青团": "中国共产主义青年团中央委员会"}.get(name, f"中华全国{name}")
        full = {"残疾人联合会": "中国残疾人联合会", "红十字会": "中国红十字会"}.get(name, full)
        full = {"科学技术协会": "中国科学技术协会"}.get(name, full)
        full = {"文学艺术界联合会": "中国文学艺术界联合会"}.get(name, full)
    else:
        full = f"共青团{place.name}委员会" if name == "共青团" else f"{place.name}{name}"
    return Body(BodyKind.PEOPLES_ORGANISATION, full, name)
