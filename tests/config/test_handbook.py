"""The handbooks: read by everybody, in both languages, and the same in both."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.html import escape

from config.handbook import HANDBOOKS

pytestmark = pytest.mark.django_db

DOCS = Path(settings.BASE_DIR, "docs")
FENCED = re.compile(r"^```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"^\| `([A-Z_0-9]+)` \|", re.MULTILINE)
BOTH = ("", ".zh")


@pytest.mark.parametrize("name", HANDBOOKS)
def test_a_stranger_reads_a_handbook_and_finds_the_others_from_it(client, name):
    for code, ending in (("zh-hans", ".zh"), ("en", "")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
        page = client.get(f"/handbook/{name}/").content.decode()
        title = (
            (DOCS / f"{name}{ending}.md").read_text(encoding="utf-8").split("# ")[1].split("\n")[0]
        )

        assert f">{escape(title)}</h1>" in page
        assert ".md" not in "".join(re.findall(r'href="([^"]*)"', page))
        for anchor in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{anchor}"' in page
        for other in HANDBOOKS:
            assert f'href="/handbook/{other}/"' in page
    assert client.get("/handbook/secret/").status_code == 404


def test_a_handbook_leads_to_a_chapter_of_another(client):
    page = client.get("/handbook/operations/").content.decode()

    assert 'href="/handbook/first-day/"' in page
    assert 'href="#前面的代理"' in page


def test_examples_are_read_where_there_is_no_network(client):
    page = client.get("/handbook/integration/").content.decode()

    for example in (DOCS / "examples/webhooks").iterdir():
        assert escape(example.read_text(encoding="utf-8")) in page


@pytest.mark.parametrize("name", ["operations", "first-day", "integration"])
def test_both_languages_have_the_same_chapters_and_settings(name):
    english, chinese = ((DOCS / f"{name}{end}.md").read_text(encoding="utf-8") for end in BOTH)

    for mark in ("## ", "### "):
        assert english.count(f"\n{mark}") == chinese.count(f"\n{mark}")
    assert VARIABLE.findall(english) == VARIABLE.findall(chinese)


@pytest.mark.parametrize("name", ["README", *(f"docs/{name}" for name in HANDBOOKS)])
def test_every_document_in_two_languages_leads_to_the_other(name):
    root, stem = Path(settings.BASE_DIR), Path(name).name
    first = {
        end: (root / f"{name}{end}.md").read_text(encoding="utf-8").split("\n")[0] for end in BOTH
    }

    assert first == {"": f"English · [中文]({stem}.zh.md)", ".zh": f"[English]({stem}.md) · 中文"}


@pytest.mark.parametrize("name", ["operations", "integration"])
def test_the_chinese_handbook_has_no_command_that_the_english_one_lacks(name):
    """What follows the number sign is a remark in either language."""
    english, chinese = (
        {
            re.split(r"\s+#|…", line)[0].strip()
            for block in FENCED.findall((DOCS / f"{name}{end}.md").read_text(encoding="utf-8"))
            for line in block.splitlines()
        }
        for end in BOTH
    )

    assert chinese <= english
