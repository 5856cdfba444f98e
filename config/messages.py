"""Lets Babel read Django templates, so that collecting texts needs no gettext tools."""

import io
import re
from collections.abc import Collection, Iterator
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

Message = tuple[int, str, str | tuple[str, ...], list[str]]
INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)  # Python would take it for blocks


def extract_template(
    fileobj: IO[bytes],
    keywords: dict[str, Any],
    comment_tags: Collection[str],
    options: dict[str, Any],
) -> Iterator[Message]:
    """Yield (line, function, texts, comments) of each text to translate in a template.

    Django turns the template into calls of gettext; Babel reads those as Python.
    """
    code = templatize(fileobj.read().decode(), origin=getattr(fileobj, "name", None))
    source = io.BytesIO(INDENTATION.sub("", code).encode())
    yield from extract_python(source, keywords, comment_tags, options)
