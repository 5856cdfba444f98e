"""Every link that anybody is shown leads somewhere, and every page keeps the rules of pages."""

import pytest
from django.test import Client
from django.urls import resolve

from members.enums import Role
from proposals.api.actions import own_steps
from proposals.enums import ProposalState
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Proposal
from tests.architecture.test_urls import ADDRESSES
from tests.browser.browser_pages import BrowserPages
from tests.browser.crawl import OTHERS, Crawl, CrawledPage, fail_with
from tests.browser.full_committee import NOBODY, ROLES, USER_OF_ROLE
from tests.browser.parsed_page import ParsedPage

pytestmark = pytest.mark.browser

OF_ANOTHER_SERVER = "comes back from the office's own server, of which there is none here"
IN_MAIL = "is linked in mail alone"
GOES_ON = "sends on those whom a form has sent back, or who have shortened an address"
NO_SERVER = "is linked where the product sends mail, which it does not here"
ON_THE_WAY_IN = "stands between the password and the first page"
NO_COOKIE = "is where a form leads that came without our cookie"
NOT_LINKED = {
    "account_logout": "asks those whom a form does not send out at once",
    "account_reset_password": NO_SERVER,
    "account_reset_password_done": IN_MAIL,
    "account_reset_password_from_key": IN_MAIL,
    "account_reset_password_from_key_done": IN_MAIL,
    "calendar_feed": "is for calendars, at an address that its owner gives them",
    "cookies": NO_COOKIE,
    "dingtalk_callback": OF_ANOTHER_SERVER,
    "dingtalk_login": OF_ANOTHER_SERVER,
    "feishu_callback": OF_ANOTHER_SERVER,
    "feishu_login": OF_ANOTHER_SERVER,
    "ledger": GOES_ON,
    "mailed": IN_MAIL,
    "mfa_authenticate": ON_THE_WAY_IN,
    "mfa_index": GOES_ON,
    "mfa_list_webauthn": GOES_ON,
    "mfa_login_webauthn": ON_THE_WAY_IN,
    "openid_connect_callback": OF_ANOTHER_SERVER,
    "openid_connect_login": OF_ANOTHER_SERVER,
    "saml_acs": OF_ANOTHER_SERVER,
    "saml_finish_acs": OF_ANOTHER_SERVER,
    "saml_login": OF_ANOTHER_SERVER,
    "saml_metadata": OF_ANOTHER_SERVER,
    "saml_sls": OF_ANOTHER_SERVER,
    "set_language": "sends whoever comes without a form back to where they were",
    "socialaccount_login_cancelled": OF_ANOTHER_SERVER,
    "socialaccount_login_error": OF_ANOTHER_SERVER,
    "wecom_callback": OF_ANOTHER_SERVER,
    "wecom_login": OF_ANOTHER_SERVER,
    "weixin_callback": OF_ANOTHER_SERVER,
    "weixin_login": OF_ANOTHER_SERVER,
    "start": "is where a platform begins that has no committee yet",
}
"""Name of each page to which no link leads, with the reason."""

PAGES = {
    resolve(path).view_name: path for path in ADDRESSES if not path.startswith(("/api/", *OTHERS))
}
"""Name of each page of ours to an address of it, which need not lead to anything."""


def test_every_page_is_reached_by_somebody(full_committee):
    reached = {view for role in ROLES for view in full_committee.views(role)}
    takes_forms_only = {name for name, status in made_up(full_committee).items() if status == 405}
    missing = set(PAGES) - reached - takes_forms_only - without_steps()

    fail_with({PAGES[name]: [f"{name} is not linked"] for name in missing - set(NOT_LINKED)})
    assert sorted(set(NOT_LINKED) - missing) == []


def without_steps() -> set[str]:
    """The names of forms of steps of which a kind of subject has none."""
    of_kind = {True: "begin", False: "step"}
    return {
        f"{model._meta.model_name}-{name}"
        for model in ALL_SUBJECTS
        for creates, name in of_kind.items()
        if not any(step.creates == creates for step in own_steps(model))
    }


def test_proposal_of_every_state_is_read_by_every_role(full_committee):
    """The links lead to a few proposals only, in whatever state these are.

    The office opens every tab of each.
    """
    own = Proposal.objects.filter(lead=full_committee.members["lead"])
    proposals = dict(own.order_by("-pk").values_list("state", "pk"))
    found, read = {}, set()
    for role in ROLES:
        crawl = Crawl(full_committee.person(role))
        for state, key in proposals.items():
            with full_committee.server.time:
                seen = crawl.look(f"/proposals/{key}/")
            if seen.status != 404:  # hidden from them
                found[f"{seen.address} as {role}"] = seen.faults
            if seen.is_page:
                read.add(state)
            if role == Role.COMMITTEE_CLERK and seen.markup is not None:
                for tab in {link for link in seen.markup.links if link.startswith("?tab=")}:
                    with full_committee.server.time:
                        found[f"{seen.address}{tab}"] = crawl.look(f"{seen.address}{tab}").faults

    fail_with(found)
    assert read == set(ProposalState.values)


def test_made_up_addresses_break_nothing(full_committee):
    answers = made_up(full_committee)

    fail_with({PAGES[name]: [f"{name} fails"] for name, code in answers.items() if code >= 500})


def made_up(full_committee) -> dict[str, int]:
    """Name of each page to the answer to a GET with arguments that nobody gave."""
    client = Client(raise_request_exception=False)
    client.force_login(full_committee.person(Role.COMMITTEE_CLERK))
    found = {}
    for name, path in PAGES.items():
        response = client.get(path)
        if response.streaming:
            response.getvalue()  # to its end, so that the file is closed
        found[name] = response.status_code
    return found


def test_somebody_of_every_role_looks():
    assert {*USER_OF_ROLE, NOBODY} == set(ROLES)


# -- The looking itself ----------------------------------------------------------------------

BROKEN = """<!DOCTYPE html><html lang="en"><head><style>h1 {}</style></head><body>
<h1 style="color: red" onclick="x()">One</h1><h1>Two</h1>
<script>alert(1)</script><script src="/x.js"></script><script type="application/json">1</script>
<a href="javascript:x()">x</a><a href="/inbox/">停</a><b lang="zh-hans">中文</b>
<form action="/find/"><input type="submit" value="Go"><button hx-get="/part/">B</button></form>
</body></html>"""


def test_what_a_policy_refuses_is_found():
    found = [what.partition(" ")[0] for what in ParsedPage(BROKEN).inline]

    assert found == ["<style>", "style=", "onclick=", "<script>", "href="]


def test_a_broken_page_is_told():
    page = CrawledPage("/", "home", 404, queries=21, markup=ParsedPage(BROKEN))
    page.judge("zh-hans")

    assert [fault for fault in page.faults if "policy" not in fault] == [
        "answers 404",
        "takes 21 queries",
    ]
    page = CrawledPage("/", "home", 200, markup=ParsedPage(BROKEN))
    page.judge("zh-hans")
    assert page.faults[-2:] == ["says that it is in 'en'", "has 2 first headings"]


def test_links_and_texts_are_read():
    page = ParsedPage(BROKEN)

    assert page.links == ["javascript:x()", "/inbox/", "/find/"]
    assert page.parts == ["/part/"]
    assert page.said_in("zh-hans") == ["中文"]
    assert page.said_in("en") == ["One", "Two", "x", "停", "Go", "B"]


def test_the_browser_tells_what_it_refuses(full_committee, visit: BrowserPages):
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
