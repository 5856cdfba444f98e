"""What was typed into a form comes back after a new login, and nothing happens by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory

from members import clock
from members.models import NoticeChannel, StandIn, User
from members.pages.signing_in import resume_post
from members.tasks import forget_sessions
from tests.factories.members import PASSWORD, NoticeFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = "/me/stand-ins/new/"
LOGIN = "/accounts/login/"
BACK = "您填写的内容还在"


def typed(**more: Any) -> dict[str, Any]:
    """What somebody has typed into the form."""
    today = clock.today()
    return {
        "stand_in": PostFactory().user.pk,
        "since": today,
        "until": today + timedelta(days=7),
        "reason": "赴外地调研，须请人代收",
        **more,
    }


def sign_in(client: Client, user: User, there: str = FORM) -> Any:
    """The page that one comes to."""
    form = {"login": user.username, "password": PASSWORD, "next": there}
    return client.post(LOGIN, form, follow=True)


def test_text_comes_back_after_the_login_and_is_not_carried_out(client: Client) -> None:
    user = UserFactory()

    sent = client.post(FORM, typed())
    page = sign_in(client, user)

    assert sent.headers["Location"] == f"{LOGIN}?next={FORM}"
    assert page.redirect_chain[-1][0] == FORM
    assert BACK in page.content.decode()
    assert "赴外地调研，须请人代收" in page.content.decode()
    assert not StandIn.objects.exists()


def test_text_comes_back_once(client: Client) -> None:
    client.post(FORM, typed())
    sign_in(client, UserFactory())

    again = client.get(FORM).content.decode()

    assert BACK not in again
    assert "赴外地调研" not in again


def test_text_comes_back_to_whoever_signs_in_here_but_only_to_its_form(client: Client) -> None:
    client.force_login(UserFactory())
    client.logout()
    client.post(FORM, typed())
    page = sign_in(client, UserFactory(), "/me/channels/email/")

    assert BACK not in page.content.decode()
    assert BACK in client.get(FORM).content.decode()


def test_signing_out_forgets_it(client: Client) -> None:
    client.post(FORM, typed())
    sign_in(client, UserFactory(), "/me/")
    client.post("/accounts/logout/")

    assert BACK not in sign_in(client, UserFactory()).content.decode()


def test_what_is_too_long_is_not_kept(client: Client) -> None:
    client.post(FORM, typed(reason="长" * 70_000))

    assert client.session[resume_post.SESSION_KEY]["fields"] == {}
    assert BACK not in sign_in(client, UserFactory()).content.decode()


def test_one_browser_after_another_does_not_fill_the_sessions() -> None:
    browsers = [Client() for _turn in range(21)]
    for browser in browsers:
        browser.post(FORM, {"reason": "x"})

    full = [bool(browser.session[resume_post.SESSION_KEY]["fields"]) for browser in browsers]

    assert full == [True] * 20 + [False]


def test_files_are_left_out_and_the_reader_is_told(client: Client) -> None:
    client.post(FORM, typed(paper=SimpleUploadedFile("a.pdf", b"%PDF-1.4")))

    assert "附件须重新选择" in sign_in(client, UserFactory()).content.decode()


def test_no_password_is_kept(client: Client) -> None:
    client.post("/accounts/password/change/", {"password1": "a secret river"})

    assert resume_post.SESSION_KEY not in client.session


def test_an_address_without_a_form_leads_back_to_the_page_it_was_sent_from(
    client: Client,
) -> None:
    notice = NoticeFactory()

    sent = client.post("/inbox/read/", headers={"Referer": "http://testserver/inbox/?show=unread"})
    page = sign_in(client, notice.recipient, "/inbox/read/")

    assert sent.headers["Location"] == f"{LOGIN}?next=/inbox/read/"
    assert page.redirect_chain[-1][0] == "/inbox/?show=unread"
    assert "没有执行" in page.content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None
    assert client.get("/inbox/read/").status_code == 405


def test_a_page_elsewhere_is_not_where_it_leads_back_to(client: Client) -> None:
    client.post("/inbox/read/", headers={"Referer": "http://elsewhere.example/"})

    page = sign_in(client, UserFactory(), "/inbox/read/")

    assert page.redirect_chain[-1][0] == "/"


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/?page=2"}

    posted = client.post(FORM, typed(), headers=headers)
    read = client.get("/me/", headers=headers)
    counted = client.get("/counts/", headers={"Accept": "application/json"})

    assert (posted.status_code, posted.headers["HX-Redirect"]) == (200, f"{LOGIN}?next={FORM}")
    assert read.headers["HX-Redirect"] == f"{LOGIN}?next=/inbox/%3Fpage%3D2"
    assert counted.status_code == 401


def test_after_a_day_it_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post(FORM, typed())
    monkeypatch.setattr(resume_post, "LONGEST", 0)

    assert BACK not in sign_in(client, UserFactory()).content.decode()


def test_sessions_that_have_expired_are_deleted(client: Client) -> None:
    client.post(FORM, typed())
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    Client().post(FORM, typed())

    forget_sessions()

    assert Session.objects.count() == 1


# -- Pages that are older than the last sign-in --------------------------------------------


@pytest.fixture
def strict() -> Client:
    """A browser whose forms have an old token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    return client


def test_a_strangers_post_needs_a_token_to_be_kept() -> None:
    client = Client(enforce_csrf_checks=True)

    refused = client.post(FORM, typed())

    assert refused.status_code == 403
    assert resume_post.SESSION_KEY not in client.session


def test_text_of_an_old_page_of_ours_comes_back_and_is_not_carried_out(strict: Client) -> None:
    data = {"for_action": "daily", "for_others": "off", "address": "zhao@example.com"}

    sent = strict.post("/me/channels/email/", data, headers={"Origin": "http://testserver"})
    checked = strict.get(sent.headers["Location"])  # whether the cookie comes back
    page = strict.get(checked.headers["Location"]).content.decode()

    assert checked.headers["Location"] == "/me/channels/email/"
    assert "zhao@example.com" in page
    assert not NoticeChannel.objects.exists()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
def test_another_site_fills_in_none_of_our_forms(strict: Client, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}

    refused = strict.post(
        "/me/channels/email/", {"address": "mallory@example.com"}, headers=headers
    )

    assert refused.status_code == 403
    assert "mallory" not in strict.get("/me/channels/email/").content.decode()


def test_an_old_login_page_is_shown_anew() -> None:
    client = Client(enforce_csrf_checks=True)
    user = UserFactory()
    form = {"login": user.username, "password": PASSWORD}

    shown = client.post(LOGIN, form, headers={"Origin": "http://testserver"}, follow=True)

    assert shown.redirect_chain[-1] == (LOGIN, 302)
    assert "页面已过期" in shown.content.decode()
    assert resume_post.SESSION_KEY not in client.session


@pytest.mark.parametrize(
    ("secure", "cause"), [(True, "这里的 Cookie 只经 https 传送"), (False, "浏览器不保存")]
)
@pytest.mark.parametrize("page", [LOGIN, "/start/?key=0"])
def test_who_sends_no_cookie_back_is_told_why(
    settings: Any, page: str, secure: bool, cause: str
) -> None:
    settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = secure
    client = Client(enforce_csrf_checks=True)

    sent = client.post(page, {"password": PASSWORD}, headers={"Origin": "http://testserver"})
    client.cookies.clear()
    told = client.get(sent.headers["Location"])

    assert told.status_code == 403
    assert cause in told.content.decode()
    assert f'href="{page}"' in told.content.decode()
    assert not Session.objects.exists()  # a password is kept nowhere


def test_what_a_proxy_has_changed_is_named_to_its_operator() -> None:
    client = Client(enforce_csrf_checks=True)

    told = client.post(LOGIN, {}, headers={"Origin": "https://testserver"}).content.decode()

    assert "<code>https://testserver</code>" in told
    assert "<code>http://testserver</code>" in told
    assert "BEHIND_TLS_PROXY" in told


def test_cookies_are_secure_in_every_answer_over_tls(client: Client) -> None:
    for secure in (False, True):
        answer = client.get(LOGIN, secure=secure)

        assert bool(answer.cookies["csrftoken"]["secure"]) is secure


# -- What a form view gets -----------------------------------------------------------------


def test_a_view_gets_every_value_of_every_field(client: Client) -> None:
    client.post(FORM, {"units": ["1", "2"], "reason": ""})
    request = _request(client)

    fields = resume_post.resumed_post(request)

    assert fields is not None
    assert list(fields.lists()) == [("units", ["1", "2"]), ("reason", [""])]
    assert resume_post.resumed_post(request) is None


def test_a_post_is_not_filled_from_what_is_kept(client: Client) -> None:
    client.post(FORM, {"reason": "x"})

    assert resume_post.resumed_post(_request(client, method="post")) is None


def _request(client: Client, method: str = "get") -> HttpRequest:
    build: Callable[..., HttpRequest] = getattr(RequestFactory(), method)
    request = build(FORM)
    request.session = client.session
    request._messages = _Messages()
    return request


class _Messages:
    def add(self, level: int, message: str, extra_tags: str = "") -> None:
        assert BACK in message


def test_a_stand_in_is_arranged_and_ended_on_pages(client: Client) -> None:
    own = PostFactory()
    colleague = PostFactory(committee=own.committee).user
    client.force_login(own.user)

    refused = client.post(FORM, typed())
    client.post(FORM, typed(stand_in=colleague.pk))
    row = StandIn.objects.get()
    page = client.get("/me/").content.decode()
    client.post(f"/me/stand-ins/{row.pk}/end/")

    assert "代收人须与不在岗的人在同一委员会" in refused.content.decode()
    assert (row.user, row.stand_in, row.made_by) == (own.user, colleague, own.user)
    assert str(colleague) in page
    assert not StandIn.objects.filter(until__gt=clock.today()).exists()


def test_only_ones_own_arrangement_is_ended(client: Client) -> None:
    own = PostFactory()
    colleague = PostFactory(committee=own.committee).user
    client.force_login(own.user)
    client.post(FORM, typed(stand_in=colleague.pk))
    other = Client()
    other.force_login(colleague)

    assert other.post(f"/me/stand-ins/{StandIn.objects.get().pk}/end/").status_code == 404


def test_how_one_is_told_is_chosen_on_pages(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    robot = {"address": "wecombot://secret-key", "for_action": "at_once", "for_others": "off"}

    refused = client.post("/me/channels/apprise/", robot | {"address": "file:///etc/passwd"})
    client.post("/me/channels/apprise/", robot)
    client.post("/me/channels/apprise/", robot | {"address": "", "for_others": "daily"})
    row = NoticeChannel.objects.get(user=user)
    page = client.get("/me/").content.decode()
    client.post("/me/channels/apprise/remove/")

    assert "地址无效或不允许此种渠道" in refused.content.decode()
    assert (row.address, row.for_others) == ("wecombot://secret-key", "daily")
    assert "wecombot://…" in page
    assert "secret-key" not in page
    assert not NoticeChannel.objects.exists()
    assert client.get("/me/channels/pigeon/").status_code == 404
