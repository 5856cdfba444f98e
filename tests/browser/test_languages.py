"""A page says all it has to say in the language that was chosen."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.browser.crawl import Crawl, CrawledPage, fail_with
from tests.browser.full_committee import CHINESE, ROLES, in_greek
from tests.browser.shared_lines import SharedLines

pytestmark = pytest.mark.browser

WORD = re.compile(r"[A-Za-z]{3,}")
ADDRESS = re.compile(r"\S+@\S+|[a-z]+://\S*|(?:/[\w.-]+)+/?")
GIVEN = re.compile(r"\b(user|county)\d+\b|\bcase:\w+|\w+\.txt\b")
"""Names that the factories give in Latin letters."""

KNOWN = {"API", "OpenAPI", "CSV", "PDF", "Word", "Excel", "docx", "xlsx", "Webhook", "URL", "PIN"}
KNOWN |= {"Ctrl", "JavaScript", "csv", "https", "ods", "xls"}
"""Latin words of Chinese pages."""


READ = {language: SharedLines(language) for language in ("en", "zh-hans")}


@pytest.fixture(scope="module", autouse=True)
def _greek(full_committee) -> Iterator[None]:
    with in_greek():
        yield


def again(full_committee, role: str, language: str) -> Iterator[CrawledPage]:
    """The pages of the role that were not yet looked at in that language."""
    crawl, seen_before = Crawl(full_committee.person(role), language), READ[language]
    for seen in full_committee.pages(role):
        # The first page has the role's own navigation.
        if seen.is_page and (seen_before.add([seen.page]) or seen.address == "/"):
            with full_committee.server.time:
                yield crawl.look(seen.address)


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_in_the_language_that_was_chosen(full_committee, role):
    english = [(page, "en", CHINESE.search) for page in again(full_committee, role, "en")]
    chinese = [(page, "zh-hans", foreign) for page in again(full_committee, role, "zh-hans")]

    found: dict[str, list[str]] = {}
    for page, language, is_wrong in [*english, *chinese]:
        found.setdefault(page.address, []).extend(left(page, language, is_wrong))
    fail_with(found)


def left(page: CrawledPage, language: str, is_wrong: Callable[[str], object]) -> list[str]:
    """Texts of the page that are said in this language and are not in it."""
    said = page.markup.said_in(language) if page.markup else []
    return [*page.faults, *dict.fromkeys(text for text in said if is_wrong(text))]


def foreign(text: str) -> set[str]:
    """English words and the marks of templates in a Chinese text."""
    own = GIVEN.sub(" ", ADDRESS.sub(" ", text))
    marks = [mark for mark in ("%(", "{{", "{%", "None") if mark in own]
    return {*WORD.findall(own), *marks} - KNOWN


def test_what_is_foreign_is_found():
    assert foreign("已 filed 立案，见 /inbox/ 或 a@b.example") == {"filed"}
    assert foreign("下载 docx，共 %(n)s 件，user12") == {"%("}
    assert foreign("αβγ 提案 Ti'an") == set()
