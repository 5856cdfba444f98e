"""Webhooks: signed, tried again, logged, replayed, and never sent inside the network."""

import hashlib
import hmac
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient
from standardwebhooks.webhooks import Webhook as Verifier

from members import clock
from members.enums import OutgoingState, Role
from members.models import Committee, User, Webhook, WebhookCall
from members.reader import Operator, Reader
from members.services import change_webhook, create_webhook, replay, rotate_secret
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


def secret_of(webhook: Webhook) -> str:
    return webhook.secrets.latest("pk").value


def happen(committee: Committee, number: int = 1, action: str = "file", at: datetime = NOW) -> None:
    announce(
        committee=committee.pk,
        event=number,
        kind="proposal",
        action=action,
        at=at,
        data=lambda: {"id": number, "title": "办学"},
    )


def call() -> WebhookCall:
    return WebhookCall.objects.get()


def are_signed(headers: dict[str, str], body: bytes, *secrets: str) -> bool:
    """Whether the signatures are those of the secrets, in this order, as the standard defines."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    digests = [hmac.digest(key, signed, hashlib.sha256) for key in keys]
    expected = [f"v1,{b64encode(digest).decode()}" for digest in digests]
    return headers["webhook-signature"].split(" ") == expected


def test_call_is_signed_and_logged(committee: Committee, site: Site) -> None:
    webhook = hook(committee, site.url)
    happen(committee)

    assert run(WEBHOOKS, at=NOW) == 1

    ((path, headers, body),) = site.posts
    row = call()
    assert path == "/hook"
    assert json.loads(body) == {
        "type": "proposal.file",
        "timestamp": "2024-03-01T02:00:00Z",
        "data": {"id": 1, "title": "办学"},
    }
    assert headers["webhook-id"] == str(row.key)
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert are_signed(headers, body, secret_of(webhook))
    assert not are_signed(headers, body + b" ", secret_of(webhook))
    assert (row.state, row.status_code, row.answer) == (OutgoingState.SENT, 200, "thanks")


EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples/webhooks"
VERIFIERS = {
    "python3": [sys.executable, "verify_webhook.py"],
    "node": ["node", "verify-webhook.mjs"],
    "java": ["java", "VerifyWebhook.java"],
}


@pytest.mark.parametrize("language", VERIFIERS)
def test_the_verifiers_of_the_docs_know_a_genuine_call(
    committee: Committee, site: Site, language: str
) -> None:
    program, file = VERIFIERS[language]
    if shutil.which(program) is None:
        pytest.skip(f"no {language} here")
    now = clock.now()
    webhook = hook(committee, site.url)
    old = secret_of(webhook)
    rotate_secret(webhook=webhook, by=Operator(now))
    happen(committee, at=now)
    run(WEBHOOKS, at=now)
    ((_path, headers, body),) = site.posts

    def answer(secret: str, headers: dict[str, str], body: bytes) -> str:
        told = [headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
        command = [program, str(EXAMPLES / file), secret, *told]
        ran = subprocess.run(command, input=body, capture_output=True, check=False)
        assert ran.returncode == (ran.stdout.strip() != b"genuine"), ran.stderr.decode()
        return ran.stdout.decode().strip()

    for secret in (secret_of(webhook), old):
        assert Verifier(secret).verify(body, headers) == site.bodies[0]
    assert answer(old, headers, body) == "genuine"
    assert answer(old, headers, body.replace(b"proposal", b"proposer")) == "refused"
    earlier = now - timedelta(minutes=6)
    WebhookCall.objects.update(state=OutgoingState.WAITING, next_try_at=earlier)
    run(WEBHOOKS, at=earlier)
    _path, kept, body = site.posts[1]
    assert are_signed(kept, body, secret_of(webhook), old)
    assert answer(old, kept, body) == "refused"  # genuine, but somebody may have kept it


def test_old_secret_signs_beside_the_new_one_until_it_ends(
    committee: Committee, site: Site
) -> None:
    webhook = hook(committee, site.url)
    first = secret_of(webhook)
    ends = NOW + timedelta(hours=1)

    def signed_by(at: datetime, *secrets: str) -> bool:
        happen(committee, len(site.posts) + 1, at=at)
        run(WEBHOOKS, at=at)
        _path, headers, body = site.posts[-1]
        return are_signed(headers, body, *secrets)

    rotate_secret(webhook=webhook, by=Operator(NOW), old_ends_at=ends)
    second = secret_of(webhook)
    assert signed_by(NOW, second, first)
    assert signed_by(ends, second)

    rotate_secret(webhook=webhook, by=Operator(ends))
    third = secret_of(webhook)
    assert signed_by(ends + timedelta(hours=23), third, second)

    rotate_secret(webhook=webhook, by=Operator(ends), old_ends_at=ends)
    fourth = secret_of(webhook)
    assert signed_by(ends, fourth)
    assert [secret.value for secret in webhook.secrets.all()] == [fourth]
    assert len({first, second, third, fourth}) == 4


def test_rotation_is_bounded(committee: Committee) -> None:
    webhook = hook(committee, "https://a.example/")
    for _ in range(2):
        rotate_secret(webhook=webhook, by=Operator(NOW))

    with pytest.raises(ValidationError, match="最多 3 个"):
        rotate_secret(webhook=webhook, by=Operator(NOW))
    with pytest.raises(ValidationError, match="30 天"):
        rotate_secret(webhook=webhook, by=Operator(NOW), old_ends_at=NOW + timedelta(days=31))
    with pytest.raises(PermissionDenied):
        rotate_secret(webhook=webhook, by=Reader(PostFactory(committee=committee).user, NOW))
    assert webhook.secrets.count() == 3


def test_who_answers_that_it_is_gone_is_not_called_again(committee: Committee, site: Site) -> None:
    webhook = hook(committee, site.url)
    happen(committee)
    site.status = 410

    run(WEBHOOKS, at=NOW)

    webhook.refresh_from_db()
    assert (webhook.is_active, call().state, call().status_code) == (False, "dead", 410)


def test_secrets_of_before_stay_the_same_bits() -> None:
    migration = import_module("members.migrations.0017_fill_webhook_secrets")
    bits = bytes(range(200, 232))
    before = "whsec_" + b64encode(bits, b"-_").decode().rstrip("=")

    assert migration.rewritten(before) == "whsec_" + b64encode(bits).decode()


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
    keys = [headers["webhook-id"] for _path, headers, _body in site.posts]
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
    assert [body["data"]["id"] for body in site.bodies] == [99]


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

    keys = {headers["webhook-id"] for _path, headers, _body in site.posts}
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
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
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
    ends = "2024-03-02T08:00:00+08:00"
    rotated = client.post(f"{path}rotate-secret/", {"old_ends_at": ends}).json()
    kinds = client.get(f"{url}kinds/").json()["kinds"]

    assert made["secret"].startswith("whsec_")
    assert made["made_by"] == user.pk
    assert (changed.status_code, changed.json()["kinds"]) == (200, [])
    assert "secret" not in changed.json()
    assert "secret" not in client.get(path).json()
    assert wrong.status_code == 400
    assert rotated["secret"] not in {"", made["secret"]}
    assert [secret["ends_at"] for secret in rotated["secrets"]] == [None, ends]
    assert "whsec_" not in json.dumps(client.get(path).json())
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
