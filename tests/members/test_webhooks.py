"""Webhooks: signed, tried again, logged, replayed, and never sent inside the network."""

import hashlib
import hmac
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from members import clock
from members.enums import Role
from members.models import Committee, OutgoingState, User, Webhook, WebhookCall
from members.reader import Operator, Reader
from members.services import change_webhook, create_webhook, replay
from members.services import webhook as webhooks
from members.services.outbox import LEASE, claim, oldest_undelivered, run
from members.services.webhook import WEBHOOKS, announce
from tests.conftest import url_of_the_test_database
from tests.factories.members import CommitteeFactory, PostFactory
from tests.members.conftest import NOW
from tests.members.external_servers import Site, resolver, web_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with web_server() as site:
        settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]
        yield site


@pytest.fixture
def committee() -> Committee:
    webhooks._without.clear()
    return CommitteeFactory()


def hook(committee: Committee, url: str, **details: Any) -> Webhook:
    return create_webhook(committee=committee, url=url, by=Operator(NOW), **details)


def happen(committee: Committee, number: int = 1, action: str = "file") -> None:
    announce(
        committee=committee.pk,
        event=number,
        kind="proposal",
        action=action,
        at=NOW,
        body=lambda: {"id": number, "title": "办学"},
    )


def call() -> WebhookCall:
    return WebhookCall.objects.get()


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/notices.md tells the other side to."""
    parts = dict(part.split("=", 1) for part in headers["X-Tian-Signature"].split(","))
    signed = hmac.new(secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256)
    return hmac.compare_digest(signed.hexdigest(), parts["v1"])


def test_call_is_signed_and_logged(committee: Committee, site: Site) -> None:
    webhook = hook(committee, site.url)
    happen(committee)

    assert run(WEBHOOKS, at=NOW) == 1

    ((path, headers, body),) = site.posts
    row = call()
    assert path == "/hook"
    assert json.loads(body) == {"id": 1, "title": "办学"}
    assert headers["X-Tian-Delivery"] == str(row.key)
    assert headers["X-Tian-Signature"].startswith(f"t={int(NOW.timestamp())},v1=")
    assert verify(webhook.secret, headers, body)
    assert not verify("another", headers, body)
    assert not verify(webhook.secret, headers, body + b" ")
    assert (row.state, row.status_code, row.answer) == (OutgoingState.SENT, 200, "thanks")


def test_only_events_that_are_wanted_are_written(
    committee: Committee, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"everything": [], "kind": ["proposal"], "step": ["proposal.file"], "no": ["reply"]}
    hooks = {
        name: hook(committee, f"https://{name}.example/", kinds=kinds)
        for name, kinds in wanted.items()
    }
    change_webhook(webhook=hooks["kind"], is_active=False, by=Operator(NOW))

    happen(committee)
    happen(committee, 2, action="submit")
    happen(CommitteeFactory(), 3)

    written = [(row.webhook, row.event) for row in WebhookCall.objects.order_by("id")]
    assert written == [
        (hooks["everything"], 1),
        (hooks["step"], 1),
        (hooks["everything"], 2),
    ]


def test_committee_without_webhooks_is_not_asked_about_again(committee: Committee) -> None:
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            happen(committee)
        counted.append(len(captured))

    assert counted == [1, 0]
    hook(committee, "https://a.example/")
    happen(committee)
    assert WebhookCall.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://a.example/"},
        {"url": "https://user:secret@a.example/"},
        {"url": "file:///etc/passwd"},
        {"url": "https://"},
        {"kinds": ["proposal.nonsense"]},
    ],
)
def test_webhooks_that_make_no_sense_are_refused(committee: Committee, wrong: Any) -> None:
    with pytest.raises(ValidationError):
        hook(committee, **({"url": "https://a.example/"} | wrong))


def test_failure_is_logged_and_tried_again_with_the_same_key(
    committee: Committee, site: Site
) -> None:
    hook(committee, site.url)
    happen(committee)
    happen(committee, 2)
    site.status, site.answer = 503, "x" * 9000

    first = run(WEBHOOKS, at=NOW)
    row = WebhookCall.objects.get(event=1)
    posted = len(site.posts)
    site.status = 204
    second = run(WEBHOOKS, at=NOW + timedelta(seconds=30))

    assert (first, posted, second) == (0, 1, 2)
    assert (row.state, row.status_code, row.answer) == (OutgoingState.FAILED, 503, "x" * 500)
    keys = [headers["X-Tian-Delivery"] for _path, headers, _body in site.posts]
    assert keys.count(str(row.key)) == 2


def test_webhook_that_is_away_does_not_hold_up_another(committee: Committee, site: Site) -> None:
    away = hook(committee, "http://127.0.0.1:1/")
    for number in range(40):
        happen(committee, number)
    hook(committee, site.url)
    happen(committee, 99)

    assert run(WEBHOOKS, at=NOW) == 1
    attempts = sorted(WebhookCall.objects.filter(webhook=away).values_list("attempts", flat=True))
    assert attempts == [0] * 40 + [1]
    assert [body["id"] for body in site.bodies] == [99]


def test_redirect_is_not_followed(committee: Committee, site: Site) -> None:
    hook(committee, site.url)
    happen(committee)
    site.status, site.headers = 307, {"Location": f"{site.url}/elsewhere"}

    assert run(WEBHOOKS, at=NOW) == 0
    assert len(site.posts) == 1
    assert (call().state, call().status_code) == (OutgoingState.FAILED, 307)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_name_that_leads_inside_is_not_called(
    committee: Committee, site: Site, settings: Any, monkeypatch: Any, address: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = []
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"inner.test": [address]}, []))
    hook(committee, site.url.replace("127.0.0.1", "inner.test"))
    happen(committee)

    run(WEBHOOKS, at=NOW)

    assert site.posts == []
    assert (call().state, call().status_code) == (OutgoingState.DEAD, None)
    assert "不允许访问" in call().last_error


def test_endless_answer_is_not_waited_for(
    committee: Committee, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(committee, site.url)
    happen(committee)
    site.answer = "y" * 5_000_000
    begun = time.monotonic()

    run(WEBHOOKS, at=NOW)

    assert call().answer == "y" * 500
    assert time.monotonic() - begun < 5


def test_worker_killed_in_between_loses_nothing(committee: Committee, site: Site) -> None:
    hook(committee, site.url)
    happen(committee)
    claim(WEBHOOKS.ready(NOW), at=NOW)  # and dies

    assert oldest_undelivered(NOW + LEASE) == NOW
    assert (run(WEBHOOKS, at=NOW), run(WEBHOOKS, at=NOW + LEASE)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_it_sends_loses_nothing(
    committee: Committee, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(committee, site.url)
    happen(committee)
    monkeypatch.setenv("DATABASE_URL", url_of_the_test_database())
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings_test")
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "127.0.0.0/8")
    task = "import django; django.setup(); from members.tasks import call_webhooks as c; c()"
    worker = subprocess.Popen([sys.executable, "-c", task])
    site.when_posted = worker.kill  # it hears of it, and the worker never knows

    assert worker.wait(timeout=60) == -signal.SIGKILL
    assert call().state == OutgoingState.SENDING
    site.when_posted = lambda: None
    assert run(WEBHOOKS, at=clock.now() + LEASE) == 1

    keys = {headers["X-Tian-Delivery"] for _path, headers, _body in site.posts}
    assert (len(site.posts), keys) == (2, {str(call().key)})


def test_stopped_webhook_is_not_called(committee: Committee, site: Site) -> None:
    webhook = hook(committee, site.url)
    happen(committee)
    change_webhook(webhook=webhook, is_active=False, by=Operator(NOW))

    run(WEBHOOKS, at=NOW)

    assert site.posts == []
    assert call().state == OutgoingState.DEAD


def test_replay_sends_the_same_again(committee: Committee, site: Site) -> None:
    hook(committee, site.url)
    happen(committee)
    with pytest.raises(ValidationError):
        replay(call=call(), by=Operator(NOW))
    run(WEBHOOKS, at=NOW)

    replay(call=call(), by=Operator(NOW))
    run(WEBHOOKS, at=NOW)

    first, second = site.posts
    assert first[2] == second[2]
    assert first[1]["X-Tian-Delivery"] == second[1]["X-Tian-Delivery"]
    with pytest.raises(PermissionDenied):
        replay(call=call(), by=Reader(PostFactory(committee=committee).user, NOW))


def test_administrators_keep_webhooks_and_are_told_the_secret_once(
    client_of: Callable[[User], APIClient], committee: Committee
) -> None:
    user = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR).user
    client = client_of(user)
    url = "/api/v1/webhooks/"
    body = {"committee": committee.pk, "url": "https://a.example/", "kinds": ["proposal.file"]}

    made = client.post(url, body).json()
    path = f"{url}{made['id']}/"
    changed = client.patch(path, {"url": "https://b.example/", "kinds": []})
    wrong = client.patch(path, {"kinds": ["nonsense"]})
    renewed = client.post(f"{path}renew-secret/").json()
    kinds = client.get(f"{url}kinds/").json()["kinds"]

    assert made["secret"].startswith("whsec_")
    assert made["made_by"] == user.pk
    assert (changed.status_code, changed.json()["kinds"]) == (200, [])
    assert "secret" not in changed.json()
    assert "secret" not in client.get(path).json()
    assert wrong.status_code == 400
    assert renewed["secret"] not in {"", made["secret"]}
    assert {"proposal", "proposal.file", "reply"} <= set(kinds)


def test_log_is_read_and_replayed_over_the_api(
    client_of: Callable[[User], APIClient], committee: Committee, site: Site
) -> None:
    hook(committee, site.url)
    happen(committee)
    run(WEBHOOKS, at=NOW)
    user = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR).user
    client = client_of(user)

    (row,) = client.get("/api/v1/webhook-calls/?state=sent").json()["results"]
    again = client.post(f"/api/v1/webhook-calls/{row['id']}/replay/")

    assert (row["status_code"], row["answer"]) == (200, "thanks")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
