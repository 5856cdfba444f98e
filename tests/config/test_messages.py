"""Texts in templates reach the translators."""

import io

from config.messages import extract_template

TEMPLATE = """{% load i18n %}
  <p>{% translate "提案" %}</p>
    {% blocktranslate trimmed count number=number %}
      {{ number }} 件
    {% plural %}
      共 {{ number }} 件
    {% endblocktranslate %}
"""


def test_texts_of_a_template_are_found_on_their_lines():
    found = list(extract_template(io.BytesIO(TEMPLATE.encode()), {"gettext", "ngettext"}, [], {}))

    assert [(line, function, texts) for line, function, texts, _ in found] == [
        (2, "gettext", "提案"),
        (3, "ngettext", ("%(number)s 件", "共 %(number)s 件", None)),
    ]
