"""Service tokens on the pages: made by whoever answers for them, seen by administrators."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from members.enums import Role
from members.models import ServiceToken, User
from tests.factories.members import PASSWORD, PostFactory, UnitFactory

pytestmark = pytest.mark.django_db

NEW = "/service-tokens/new/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_token_is_made_shown_once_used_and_revoked() -> None:
    """The password is asked for again: a key that lasts a year is not made at an open desk."""
    unit = UnitFactory(name="教育局")
    handler = PostFactory(role=Role.UNIT_HANDLER, committee=unit.committee, unit=unit)
    client = signed_in(handler.user)

    over_api = client.post("/api/v1/service-tokens/", {"name": "x", "posts": [handler.pk]})
    asked = client.get(NEW)
    client.post(asked["Location"], {"password": PASSWORD})
    form = client.get(NEW).content.decode()
    refused = client.post(NEW, {"name": "教育局办公系统", "posts": "", "until": ""})
    made = client.post(
        NEW,
        {
            "name": "教育局办公系统",
            "posts": [handler.pk],
            "read_only": "true",
            "until": "2999-01-01",
        },
    )
    token = ServiceToken.objects.get()
    found = re.search(r"tian_[0-9a-f]{64}", made.content.decode())
    assert found is not None
    me = APIClient(headers={"Authorization": f"Bearer {found[0]}"}).get("/api/v1/me/")
    page = f"/service-tokens/{token.pk}/"
    shown = client.get(page).content.decode()
    unsaid = client.post(page, {"reason": ""})
    client.post(page, {"reason": "系统下线"})

    assert (over_api.status_code, "reauthenticate" in asked["Location"]) == (403, True)
    assert "承办单位经办人（教育局）" in form
    assert (refused.status_code, unsaid.status_code) == (422, 422)
    assert "教育局办公系统" in refused.content.decode()
    assert made["Cache-Control"] == "no-store"
    assert me.json()["service_token"]["read_only"] is True
    assert found[0] not in shown
    assert "127.0.0.1" in shown
    assert "已撤销" in client.get(page).content.decode()
    assert "教育局办公系统" not in client.get("/me/").content.decode()
    assert (
        APIClient(headers={"Authorization": f"Bearer {found[0]}"}).get("/api/v1/me/").status_code
        == 401
    )


def test_administrators_have_a_list_of_all_tokens_of_their_committee() -> None:
    clerk = PostFactory(user__name="张三")
    client = signed_in(clerk.user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for name in ("大屏", "数据交换"):
        client.post(NEW, {"name": name, "posts": [clerk.pk], "until": "2999-01-01"})
    administrator = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=clerk.committee).user
    stranger = PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user
    first = ServiceToken.objects.earliest("pk")

    listed = signed_in(administrator).get("/lists/service-tokens/?standing=valid").content.decode()
    signed_in(administrator).post(f"/service-tokens/{first.pk}/", {"reason": "不再使用"})
    left = signed_in(administrator).get("/lists/service-tokens/?standing=valid")

    assert all(words in listed for words in ("大屏", "数据交换", "张三", "提案委办公室工作人员"))
    assert [line["row"].name for line in left.context["rows"]] == ["数据交换"]
    assert client.get("/lists/service-tokens/").status_code == 404
    assert signed_in(stranger).get(f"/service-tokens/{first.pk}/").status_code == 404
    assert signed_in(stranger).get("/lists/service-tokens/").context["rows"] == []
