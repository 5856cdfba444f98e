"""Template tags: icons, and addresses with changed parameters."""

from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from members.punctuation import clauses, listed

ICONS: Path = settings.BASE_DIR / "config" / "icons.tsv"

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon of that name, as part of the page; screen readers pass over it."""
    return _drawn(name)


@cache
def _drawn(name: str) -> SafeString:
    with ICONS.open(encoding="utf-8") as icons:
        for line in icons:
            if line.startswith(f"{name}\t"):
                drawn = line.partition("\t")[2].strip()
                drawn = drawn.replace("<svg", '<svg aria-hidden="true"', 1)
                return mark_safe(drawn)  # noqa: S308 -- a drawing of the icon package
    raise KeyError(f"There is no icon {name!r} in {ICONS.name}.")


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The query of this page with these parameters set, or left out where None.

    Turning to another filter begins at the first page again.
    """
    asked: QueryDict = context["request"].GET.copy()
    if "page" not in changes:
        asked.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}" if asked else "?"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """What a mapping has for a key; nothing where it has none."""
    return mapping.get(key, "") if mapping else ""


register.filter(listed)
register.filter(clauses)
