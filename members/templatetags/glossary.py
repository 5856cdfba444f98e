"""Template tag: a term with its explanation."""

from typing import Any

from django import template

from members.pages.glossary import meaning_of

register = template.Library()


@register.inclusion_tag("components/_term.html")
def term(word: Any, shown: Any = "") -> dict[str, str]:
    """The word, opening to what it means; just the word where nothing is to be told.

    ``shown`` stands there instead of the word itself.
    """
    return {"word": str(shown or word), "meaning": meaning_of(str(word))}
