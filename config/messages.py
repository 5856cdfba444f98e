"""Lets Babel read Django templates, so that collecting texts needs no gettext tools."""

import io
import re
from collections.abc import Collection, Iterator
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)  # Python would take it for blocks


def extract_template(
    fileobj: IO[bytes], keywords: dict[str, Any], comment_tags: Collection[str], options: object
) -> Iterator[tuple[Any, ...]]:
    """Yield (line, function, texts, comments) of each text to translate in a template.

    Django turns the template into calls of gettext; Babel reads those as Python.
    """
    code = templatize(fileobj.read().decode())
    source = io.BytesIO(INDENTATION.sub("", code).encode())
    yield from extract_python(source, keywords, comment_tags, {"encoding": "utf-8"})
