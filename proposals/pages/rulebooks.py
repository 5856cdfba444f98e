"""What the rulebooks around a reader call things, by the codes that rows keep."""

from collections.abc import Iterable

from members.reader import Reader
from members.rules import CodedEntry, Rules
from members.selectors import NoRulebook


def names(entries: Iterable[CodedEntry]) -> dict[str, str]:
    """The names of the entries of a table of the rulebook, by code."""
    return {entry.code: entry.name for entry in entries}


def rules_around(reader: Reader, committees: Iterable[int]) -> dict[int, Rules]:
    """The rules of committees by their keys, without those that have none yet."""
    found = {}
    for key in committees:
        try:
            found[key] = reader.rules(key)
        except NoRulebook:  # nothing can have been handed in there
            continue
    return found


def category_names(reader: Reader) -> dict[int, dict[str, str]]:
    """The names of the categories of each committee in which the reader holds a post."""
    around = rules_around(reader, reader.reach.committees)
    return {committee: names(rules.review.categories) for committee, rules in around.items()}
