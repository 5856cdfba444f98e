"""Every link that anybody is shown leads somewhere, and every page keeps the rules of pages."""

import pytest
from django.test import Client
from django.urls import resolve

from tests.architecture.test_urls import ADDRESSES
from tests.browser.crawl import OTHERS, Seen, fail_with
from tests.browser.markup import Markup
from tests.browser.town import NOBODY, PEOPLE, ROLES
from tests.browser.visiting import Visits

pytestmark = pytest.mark.browser

NOT_LINKED = {"set_language": "sends whoever comes without a form back to where they were"}
"""Name of each page to which no link leads, with the reason."""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_comes_to_is_whole(town, role):
    seen = town.pages(role)

    assert any(page.is_page for page in seen)
    fail_with({page.address: page.faults for page in seen})


def test_every_page_is_reached_by_somebody(town):
    reached = {page.view for role in ROLES for page in town.pages(role)}
    ours = {resolve(path).view_name: path for path in ADDRESSES if not path.startswith(OTHERS)}
    pages = {name for name, path in ours.items() if not path.startswith("/api/")}
    client = Client()
    client.force_login(town.person(ROLES[0]))
    missing = {name for name in pages - reached if client.get(ours[name]).status_code != 405}

    assert sorted(missing - set(NOT_LINKED)) == []
    assert sorted(set(NOT_LINKED) - missing) == []


def test_somebody_of_every_role_looks():
    assert {*PEOPLE, NOBODY} == set(ROLES)


# -- The looking itself ----------------------------------------------------------------------

BROKEN = """<!DOCTYPE html><html lang="en"><head><style>h1 {}</style></head><body>
<h1 style="color: red" onclick="x()">One</h1><h1>Two</h1>
<script>alert(1)</script><script src="/x.js"></script><script type="application/json">1</script>
<a href="javascript:x()">x</a><a href="/inbox/">停</a><b lang="zh-hans">中文</b>
<form action="/find/"><input type="submit" value="Go"><button hx-get="/part/">B</button></form>
</body></html>"""


def test_what_a_policy_refuses_is_found():
    found = [what.partition(" ")[0] for what in Markup(BROKEN).inline]

    assert found == ["<style>", "style=", "onclick=", "<script>", "href="]


def test_a_broken_page_is_told():
    page = Seen("/", "home", 404, queries=21, markup=Markup(BROKEN))
    page.judge("zh-hans")

    assert [fault for fault in page.faults if "policy" not in fault] == [
        "answers 404",
        "takes 21 queries",
    ]
    page = Seen("/", "home", 200, markup=Markup(BROKEN))
    page.judge("zh-hans")
    assert page.faults[-2:] == ["says that it is in 'en'", "has 2 first headings"]


def test_links_and_texts_are_read():
    page = Markup(BROKEN)

    assert page.links == ["javascript:x()", "/inbox/", "/find/"]
    assert page.parts == ["/part/"]
    assert page.said_in("zh-hans") == ["中文"]
    assert page.said_in("en") == ["One", "Two", "x", "停", "Go", "B"]


def test_the_browser_tells_what_it_refuses(town, visit: Visits):
    page = visit(expects=[404])
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b style=\"color: red\">x</b>')")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.goto("/nowhere/")

    told = visit.complaints.copy()
    visit.complaints.clear()
    assert any("policy: style-src-attr refuses inline" in what for what in told)
    assert any("broken" in what for what in told)
    assert not any("404" in what for what in told)
