"""One table: who gets which answer from which endpoint, in the own and another committee."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from members import services
from members.enums import OutgoingState, Role
from members.models import Post, ServiceToken, User
from members.presets import preset
from members.reader import Reader
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    DeliveryFactory,
    MemberFactory,
    NoticeChannelFactory,
    NoticeFactory,
    PostFactory,
    RulebookFactory,
    SessionFactory,
    StandInFactory,
    TermFactory,
    UnitFactory,
    UserFactory,
    WebhookCallFactory,
    WebhookFactory,
)
from tests.members.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db

NEW_ACCOUNT = {"username": "new", "name": "新人", "password": "an other long river"}
LATER = str(TODAY + timedelta(days=30))


class CommitteeRows:
    """A committee with one row of each kind."""

    def __init__(self) -> None:
        self.committee = CommitteeFactory()
        self.term = TermFactory(committee=self.committee)
        self.session = SessionFactory(term=self.term)
        self.body = BodyFactory(committee=self.committee)
        self.unit = UnitFactory(committee=self.committee)
        self.member = MemberFactory(committee=self.committee)
        self.post = PostFactory(committee=self.committee, user=UserFactory(home=self.committee))
        self.rulebook = self.committee.rulebooks.get()
        self.coming = RulebookFactory(
            committee=self.committee, effective_from=TODAY + timedelta(days=9)
        )
        self.notice = NoticeFactory(recipient=self.post.user)
        self.channel = NoticeChannelFactory(user=self.post.user)
        self.delivery = DeliveryFactory(notice=self.notice, state=OutgoingState.DEAD)
        self.stand_in = StandInFactory(user=self.post.user)
        self.colleague = PostFactory(committee=self.committee).user
        self.webhook = WebhookFactory(committee=self.committee)
        self.call = WebhookCallFactory(webhook=self.webhook, state=OutgoingState.SENT)
        self.token, _secret = token_of(self.post)


def token_of(post: Post) -> tuple[ServiceToken, str]:
    """A service token that borrows one post of its holder, and the token itself."""
    return services.create_service_token(
        name="大屏", posts=[post], until=None, by=Reader(post.user, NOW)
    )


def holder(role: str, place: CommitteeRows) -> User | None:
    """Somebody with ``role`` in the place."""
    committee = place.committee
    if role == "nobody":
        return None
    if role == "no post":
        return UserFactory()
    if role == "former administrator":
        return PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR, until=TODAY).user
    if role == Role.MEMBER:
        return MemberFactory(committee=committee).user
    if role == Role.UNIT_LIAISON:
        return PostFactory(committee=committee, role=role, unit=place.unit).user
    if role == Role.PLATFORM_ADMINISTRATOR:
        return PostFactory(committee=None, role=role).user
    return PostFactory(committee=committee, role=role).user


COLUMNS = [
    "nobody",
    "no post",
    "former administrator",
    Role.MEMBER,
    Role.UNIT_LIAISON,
    Role.COMMITTEE_CLERK,
    Role.COMMITTEE_ADMINISTRATOR,
    Role.PLATFORM_ADMINISTRATOR,
]

# The answer to one of that committee, a slash, and to one of another where it differs.
# fmt: off
TABLE = {
    #           nobody no post former member   liaison  clerk    administrator platform
    "GET committees/{committee}": "401 200    200     200      200      200      200           200",
    "PATCH committees/{committee}":"401 403   403     403      403      403      403           200",
    "POST committees":            "401 403    403     403      403      403      403           201",
    "GET terms/{term}":           "401 404    404     200/404  200/404  200/404  200/404       200",
    "GET sessions/{session}":     "401 404    404     200/404  200/404  200/404  200/404       200",
    "GET bodies/{body}":          "401 404    404     200/404  200/404  200/404  200/404       200",
    "GET units/{unit}":           "401 404    404     200/404  200/404  200/404  200/404       200",
    "GET members/{member}":       "401 404    404     200/404  200/404  200/404  200/404       200",
    "PATCH terms/{term}":         "401 404    404     403/404  403/404  403/404  200/404       200",
    "PATCH sessions/{session}":   "401 404    404     403/404  403/404  403/404  200/404       200",
    "PATCH bodies/{body}":        "401 404    404     403/404  403/404  403/404  200/404       200",
    "PATCH units/{unit}":         "401 404    404     403/404  403/404  403/404  200/404       200",
    "PATCH members/{member}":     "401 404    404     403/404  403/404  403/404  200/404       200",
    "POST bodies":                "401 403    403     403      403      403      201/403       201",
    "POST units":                 "401 403    403     403      403      403      201/403       201",
    "POST members":               "401 403    403     403      403      403      201/403       201",
    "GET rulebooks/{rulebook}":   "401 404    404     200/404  200/404  200/404  200/404       200",
    "GET rulebooks/{coming}":     "401 404    404     404      404      404      200/404       200",
    "GET rulebooks/current/?committee={committee}":
                                  "401 404    404     200/404  200/404  200/404  200/404       200",
    "PATCH rulebooks/{coming}":   "401 404    404     404      404      404      200/404       200",
    "DELETE rulebooks/{coming}":  "401 404    404     404      404      404      204/404       204",
    "PATCH rulebooks/{rulebook}": "401 404    404     403/404  403/404  403/404  400/404       400",
    "POST rulebooks":             "401 403    403     403      403      403      201/403       201",
    "GET rulebooks/schema/":      "401 200    200     200      200      200      200           200",
    "GET rulebooks/presets/city/":"401 200    200     200      200      200      200           200",
    "GET posts/{post}":           "401 404    404     404      404      404      200/404       200",
    "POST posts":                 "401 403    403     403      403      403      201/400       201",
    "POST posts/{post}/end/":     "401 403    403     403      403      403      200/404       200",
    "GET users":                  "401 403    403     403      403      403      200           200",
    "GET users/{user}":           "401 403    403     403      403      403      200/404       200",
    "PATCH users/{user}":         "401 403    403     403      403      403      200/404       200",
    "POST users":                 "401 403    403     403      403      403      201/403       201",
    "GET notices/{notice}":       "401 404    404     404      404      404      404           404",
    "POST notices/{notice}/read/":"401 404    404     404      404      404      404           404",
    "GET notice-channels/{channel}":
                                  "401 404    404     404      404      404      404           404",
    "PATCH notice-channels/{channel}":
                                  "401 404    404     404      404      404      404           404",
    "DELETE notice-channels/{channel}":
                                  "401 404    404     404      404      404      404           404",
    "POST notice-channels":       "401 201    201     201      201      201      201           201",
    "GET stand-ins/{stand_in}":   "401 404    404     404      404      404      200/404       200",
    "POST stand-ins/{stand_in}/end/":
                                  "401 404    404     404      404      404      204/404       204",
    "POST stand-ins":             "401 400    400     400      400      400      201/400       201",
    "GET deliveries/{delivery}":  "401 404    404     404      404      404      200/404       200",
    "POST deliveries/{delivery}/resend/":
                                  "401 404    404     404      404      404      200/404       200",
    "GET service-tokens/{token}":"401 404   404     404      404      404      200/404       200",
    "POST service-tokens/{token}/revoke/":
                                  "401 404    404     404      404      404      200/404       200",
    "GET webhooks/{webhook}":     "401 404    404     404      404      404      200/404       200",
    "PATCH webhooks/{webhook}":   "401 404    404     404      404      404      200/404       200",
    "POST webhooks":              "401 403    403     403      403      403      201/403       201",
    "POST webhooks/{webhook}/rotate-secret/":
                                  "401 404    404     404      404      404      200/404       200",
    "GET webhook-calls/{call}":   "401 404    404     404      404      404      200/404       200",
    "POST webhook-calls/{call}/replay/":
                                  "401 404    404     404      404      404      200/404       200",
    "GET me/":                    "401 200    200     200      200      200      200           200",
}
# fmt: on


def body_of(request: str, place: CommitteeRows) -> dict[str, Any]:
    """What each writing request sends."""
    committee = place.committee.pk
    method, path = request.split(" ")
    kind, _, rest = path.partition("/")
    if rest.endswith("/revoke/") or (kind == "posts" and rest.endswith("/end/")):
        return {"reason": "调离"}
    if rest.endswith(("/end/", "/read/", "/resend/", "/rotate-secret/", "/replay/")):
        return {}
    if method == "PATCH":
        return {
            "users": {"name": "改名"},
            "rulebooks": {"note": "改"},
            "committees": {"name": "改名"},
        }.get(kind, {})
    return {
        "committees": {"code": "new", "name": "新区政协", "level": "county", "preset": "county"},
        "bodies": {"committee": committee, "kind": "group", "name": "第九组"},
        "units": {"committee": committee, "kind": "court", "name": "法院"},
        "members": {"committee": committee, "number": "x1", "name": "新委员"},
        "rulebooks": {"committee": committee, "effective_from": LATER, "document": preset("city")},
        "posts": {
            "committee": committee,
            "role": "auditor",
            "user": place.post.user.pk,
            "reason": "新任",
        },
        "users": NEW_ACCOUNT | {"home": committee},
        "notice-channels": {"means": "email", "address": "new@example.com"},
        "stand-ins": {
            "user": place.post.user.pk,
            "stand_in": place.colleague.pk,
            "since": str(TODAY + timedelta(days=90)),
            "until": str(TODAY + timedelta(days=99)),
        },
        "webhooks": {"committee": committee, "url": "https://new.example/hook"},
    }.get(kind, {})


@pytest.mark.parametrize(("request_", "answers"), TABLE.items(), ids=TABLE)
def test_answers_are_those_of_the_table(
    client_of: Callable[[User | None], APIClient], request_: str, answers: str
) -> None:
    place, elsewhere = CommitteeRows(), CommitteeRows()
    given = []
    for role in COLUMNS:
        here, there = (
            answer_to(client_of(holder(role, where)), request_, place)
            for where in (place, elsewhere)
        )
        given.append(here if here == there else f"{here}/{there}")

    assert dict(zip(COLUMNS, given, strict=True)) == dict(
        zip(COLUMNS, answers.split(), strict=True)
    )


def test_token_gets_the_answers_of_its_role(now: datetime) -> None:
    """Whatever else its maker may do, here and elsewhere."""
    place, elsewhere = CommitteeRows(), CommitteeRows()
    for at, role in enumerate(COLUMNS[3:], start=3):
        clients = []
        for where in (place, elsewhere):
            own = holder(role, where)
            assert own is not None
            post = own.posts.get()
            for committee in (place.committee, elsewhere.committee):
                for more in (Role.COMMITTEE_ADMINISTRATOR, Role.COMMITTEE_CLERK):
                    if (post.role, post.committee) != (more, committee):
                        PostFactory(user=own, role=more, committee=committee)
            if role != Role.PLATFORM_ADMINISTRATOR:
                PostFactory(user=own, role=Role.PLATFORM_ADMINISTRATOR, committee=None)
            _token, secret = token_of(post)
            clients.append(APIClient(headers={"Authorization": f"Bearer {secret}"}))
        given = {}
        for request in TABLE:
            here, there = (answer_to(client, request, place) for client in clients)
            given[request] = here if here == there else f"{here}/{there}"

        assert given == {
            request: "403" if "notice" in request else answers.split()[at]
            for request, answers in TABLE.items()
        }, role


def answer_to(client: APIClient, request: str, place: CommitteeRows) -> str:
    """The status of the answer; what was written is taken back."""
    method, path = request.split(" ")
    ids = {name: row.pk for name, row in vars(place).items()} | {"user": place.post.user.pk}
    url = f"/api/v1/{path.format(**ids)}"
    url = url if "?" in url or url.endswith("/") else f"{url}/"
    body = () if method == "GET" else (json.dumps(body_of(request, place)), "application/json")
    with transaction.atomic():
        response = client.generic(method, url, *body)
        transaction.set_rollback(True)
    if response.status_code == 403 and "notice" not in path:
        assert "管理员" in response.json()["errors"][0]["detail"]
    return str(response.status_code)
