"""Text messages: who gets one, what it says, and what becomes of a gateway's answer."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from members.enums import Means, OutgoingState, Pace, Role
from members.models import Delivery, NoticeChannel, User
from members.phone_numbers import mobile_number
from members.services import remove_channel, set_channel
from members.services.delivery import ROBOTS, gather, next_digest
from members.services.notice import Message, send
from members.services.outbox import run
from members.services.sms import sending
from members.services.sms.sending import SMS, fitted
from tests.factories.members import CommitteeFactory, PostFactory, UserFactory
from tests.members import sms_gateways
from tests.members.conftest import NOW
from tests.members.external_servers import Site, free_port, web_server

pytestmark = pytest.mark.django_db

DEAD, FAILED, SENT, WAITING = (
    OutgoingState.DEAD,
    OutgoingState.FAILED,
    OutgoingState.SENT,
    OutgoingState.WAITING,
)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        yield site


@pytest.fixture
def gateway(settings: Any, site: Site) -> Callable[..., Site]:
    """Set the operator's settings for a gateway, whose address is an inner one."""

    def choose(kind: str, **more: str) -> Site:
        settings.WEBHOOK_ALLOW_PRIVATE = []
        settings.SITE_URL = "https://tian.example"
        settings.SMS_GATEWAY = kind
        settings.SMS_URL = site.url.removesuffix("hook")
        settings.SMS_ACCOUNT, settings.SMS_SIGN = "江州市政协", "江州政协"
        settings.SMS_TEMPLATE = "SMS_1"
        settings.SMS_KEY_ID, settings.SMS_KEY = sms_gateways.KEY_ID, sms_gateways.KEY
        settings.SMS_BODY = '{"to": "{phone}", "words": "{whole}"}'
        settings.SMS_HEADERS = {"Authorization": "Bearer of-the-office"}
        settings.SMS_SUCCESS = '"code": 0'
        for name, value in more.items():
            setattr(settings, name, value)
        return site

    return choose


@pytest.fixture
def by_template(gateway: Callable[..., Site]) -> Site:
    site = gateway("template")
    site.answer = '{"code":0}'
    return site


def somebody(phone: str = "13800138000", **wishes: Any) -> User:
    """A person of one committee with a phone, who wants text messages."""
    user: User = UserFactory(phone=phone)
    PostFactory(user=user, committee=CommitteeFactory(name="江州市政协提案委"))
    wishes = {"for_action": Pace.AT_ONCE} | wishes
    set_channel(user=user, means=Means.SMS, at=NOW, **wishes)
    return user


def tell(user: User, title: str = "【需办理】请签收", **more: Any) -> Delivery:
    more = {"needs_action": True, "text": "编号：12", "link": "/proposals/1/"} | more
    (notice,) = send([Message(user.pk, title, **more)], at=NOW)
    return notice.deliveries.get()


def after(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.last_error


# -- Who gets one -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("021-6352 1234", ""),
        ("12345678901", ""),
        ("1380013800", ""),
        ("138001380001", ""),
        ("+852 6123 4567", ""),
        ("", ""),
    ],
)
def test_only_numbers_of_mainland_mobile_phones_are_dialled(written: str, number: str) -> None:
    assert mobile_number(written) == number


@pytest.mark.parametrize(("statutory", "written"), [(False, []), (True, [Means.SMS])])
def test_whoever_said_nothing_gets_what_is_statutory_alone(
    by_template: Site, statutory: bool, written: list[str]
) -> None:
    user = UserFactory(phone="13800138000")

    send([Message(user.pk, "到期", needs_action=True, statutory=statutory)], at=NOW)

    assert [row.means for row in Delivery.objects.all()] == written


@pytest.mark.parametrize("phone", ["", "021-63521234"])
def test_without_a_mobile_phone_nothing_is_sent(by_template: Site, phone: str) -> None:
    send([Message(UserFactory(phone=phone).pk, "到期", statutory=True)], at=NOW)

    assert not Delivery.objects.exists()


def test_without_a_gateway_nothing_is_sent_and_nobody_can_choose_it() -> None:
    user = UserFactory(phone="13800138000")

    send([Message(user.pk, "到期", statutory=True)], at=NOW)

    assert not Delivery.objects.exists()
    with pytest.raises(ValidationError, match="没有开通短信"):
        set_channel(user=user, means=Means.SMS, for_action=Pace.AT_ONCE, at=NOW)


def test_choosing_what_needs_action_leaves_the_rest_off(by_template: Site) -> None:
    user = somebody()

    tell(user)
    send([Message(user.pk, "知悉")], at=NOW)

    assert [row.notice.title for row in Delivery.objects.all()] == ["【需办理】请签收"]


def test_a_daily_digest_is_one_message(by_template: Site) -> None:
    user = somebody(for_action=Pace.DAILY, for_others=Pace.DAILY)
    tell(user)
    tell(user, "【需办理】请答复")
    send([Message(user.pk, "知悉")], at=NOW)
    at = next_digest(NOW)
    gather(at=at)

    run(SMS, at=at)

    assert [body["words"] for body in by_template.bodies] == [
        "江州市政协提案委提醒：3 条提案通知，其中 2 条需办理。请登录查看。"
    ]
    assert {row.state for row in Delivery.objects.all()} == {SENT}


def test_forgetting_the_wishes_keeps_what_waits_and_the_defaults_apply(by_template: Site) -> None:
    user = somebody()
    row = tell(user)

    remove_channel(channel=NoticeChannel.objects.get())
    send([Message(user.pk, "又一件", needs_action=True)], at=NOW)

    assert [each.pk for each in Delivery.objects.all()] == [row.pk]


@pytest.mark.parametrize("phone", ["", "021-63521234"])
def test_a_number_that_cannot_be_reached_is_refused_when_it_is_switched_on(
    by_template: Site, client_of: Callable[[User], APIClient], phone: str
) -> None:
    client = client_of(UserFactory(phone=phone))

    refused = client.post(
        "/api/v1/notice-channels/", {"means": "sms", "for_action": "at_once"}
    ).json()

    assert [error["attr"] for error in refused["errors"]] == ["phone"]
    assert phone in refused["errors"][0]["detail"]
    assert not NoticeChannel.objects.exists()


def test_the_api_sets_it_for_the_phone_of_the_account(
    by_template: Site, client_of: Callable[[User], APIClient]
) -> None:
    client = client_of(UserFactory(phone="+86 13800138000"))

    made = client.post("/api/v1/notice-channels/", {"means": "sms", "for_others": "daily"})
    refused = client.post("/api/v1/notice-channels/", {"means": "sms", "address": "13900139000"})

    assert made.status_code == 201
    assert made.json() | {"id": 0} == {
        "id": 0,
        "means": "sms",
        "address_shown": "13800138000",
        "for_action": "off",
        "for_others": "daily",
    }
    assert refused.json()["errors"][0]["attr"] == "address"


def test_the_account_page_offers_it_where_there_is_a_gateway(
    settings: Any, by_template: Site, client: Client
) -> None:
    user = UserFactory(phone="138 0013 8000")
    client.force_login(user)

    before = client.get("/me/").content.decode()
    saved = client.post("/me/channels/sms/", {"for_action": "at_once", "for_others": "off"})
    settings.SMS_GATEWAY = "none"
    gone = client.get("/me/channels/sms/")

    assert "只发送按规定必须送达的通知" in before
    assert saved.status_code == 302
    assert NoticeChannel.objects.get().for_action == Pace.AT_ONCE
    assert gone.status_code == 404


def test_the_account_page_says_what_is_wrong_with_the_number(
    by_template: Site, client: Client
) -> None:
    client.force_login(UserFactory(phone="63521234"))

    refused = client.post("/me/channels/sms/", {"for_action": "at_once", "for_others": "off"})

    assert refused.status_code == 422
    assert "63521234 不是中国大陆的 11 位手机号" in refused.content.decode()


# -- What it says -----------------------------------------------------------------------------


def test_it_says_committee_and_title_and_neither_text_nor_link(by_template: Site) -> None:
    tell(somebody())

    assert run(SMS, at=NOW) == 1
    assert by_template.bodies == [
        {
            "to": "13800138000",
            "words": "江州市政协提案委提醒：需办理：请签收。请登录查看。",
        }
    ]
    assert by_template.posts[0][1]["Authorization"] == "Bearer of-the-office"


def test_it_fits_into_one_part_and_keeps_the_date(by_template: Site) -> None:
    title = "关于加快推进老旧小区加装电梯并完善后续管理维护机制的提案" * 3
    tell(somebody(), f"【需办理】答复：《{title}》今天到期")

    run(SMS, at=NOW)

    words = by_template.bodies[0]["words"]
    assert len(words) + len("【江州政协】") <= 70
    assert "…》今天到期。" in words


@pytest.mark.parametrize(
    ("title", "longest", "kept"),
    [
        ("请签收", 3, "请签收"),
        ("《甲乙丙丁》到期", 7, "《甲乙…》到期"),
        ("《甲》" + "乙" * 9, 6, "《甲》乙乙…"),
    ],
)
def test_a_title_is_cut_inside_its_quotes_if_that_is_enough(
    title: str, longest: int, kept: str
) -> None:
    assert fitted(title, longest) == kept


def test_who_serves_several_committees_is_told_by_the_product(by_template: Site) -> None:
    user = somebody()
    PostFactory(user=user, committee=CommitteeFactory(), role=Role.COMMITTEE_CLERK)
    tell(user)

    run(SMS, at=NOW)

    assert by_template.bodies[0]["words"].startswith("提案系统提醒：")


# -- By each gateway --------------------------------------------------------------------------


def test_mas_accepts_it(gateway: Callable[..., Site]) -> None:
    site = gateway("mas")
    sms_gateways.stand_in(site, sms_gateways.mas)
    row = tell(somebody())

    run(SMS, at=NOW)

    said = sms_gateways.unpacked(site.posts[0])
    assert after(row) == (SENT, "")
    assert (said["mobiles"], said["content"]) == (
        "13800138000",
        "江州市政协提案委提醒：需办理：请签收。请登录查看。",
    )
    assert "secretKey" not in said


def test_aliyun_accepts_it(gateway: Callable[..., Site]) -> None:
    site = gateway("aliyun")
    sms_gateways.stand_in(site, sms_gateways.aliyun)
    row = tell(somebody())

    run(SMS, at=NOW)

    said = sms_gateways.asked_of_aliyun(site.posts[0])
    assert after(row) == (SENT, "")
    assert said["PhoneNumbers"] == "13800138000"
    assert (said["SignName"], said["TemplateCode"]) == ("江州政协", "SMS_1")
    assert json.loads(said["TemplateParam"]) == {
        "committee": "江州市政协提案委",
        "title": "需办理：请签收",
    }
    assert said["OutId"] == str(row.key)


def test_tencent_accepts_it(gateway: Callable[..., Site]) -> None:
    site = gateway("tencent")
    sms_gateways.stand_in(site, sms_gateways.tencent)
    row = tell(somebody())

    run(SMS, at=NOW)

    (said,) = site.bodies
    assert after(row) == (SENT, "")
    assert said["PhoneNumberSet"] == ["+8613800138000"]
    assert said["TemplateParamSet"] == ["江州市政协提案委", "需办理：请签收"]


VENDORS = {
    "mas": (sms_gateways.mas, "IllegalMac"),
    "aliyun": (sms_gateways.aliyun, "SignatureDoesNotMatch"),
    "tencent": (sms_gateways.tencent, "AuthFailure.SignatureFailure"),
}


@pytest.mark.parametrize("kind", VENDORS)
def test_a_wrong_key_stops_every_message_and_uses_up_one_attempt(
    gateway: Callable[..., Site], kind: str
) -> None:
    vendor, code = VENDORS[kind]
    site = gateway(kind, SMS_KEY="another")
    sms_gateways.stand_in(site, vendor)
    row, other = tell(somebody()), tell(somebody("13900139000"))

    run(SMS, at=NOW)

    state, error = after(row)
    assert (state, after(other)[0], len(site.posts)) == (FAILED, WAITING, 1)
    assert error.startswith(code)


REFUSED = {
    "mas": {"success": False, "rspcod": "InvalidMessage", "msgGroup": ""},
    "aliyun": {"Code": "isv.BLACK_KEY_CONTROL_LIMIT", "Message": "黑名单关键字"},
    "tencent": {
        "Response": {
            "SendStatusSet": [
                {"Code": "FailedOperation.PhoneNumberInBlacklist", "Message": "in blacklist"}
            ]
        }
    },
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_message_that_is_refused_with_200_is_given_up_and_the_next_one_goes_out(
    gateway: Callable[..., Site], kind: str
) -> None:
    site = gateway(kind)
    answers = [REFUSED[kind]]
    sms_gateways.stand_in(site, lambda post: answers.pop() if answers else VENDORS[kind][0](post))
    row, other = tell(somebody()), tell(somebody("13900139000"))

    run(SMS, at=NOW)

    assert (after(row)[0], after(other)[0]) == (DEAD, SENT)


BUSY = {
    "aliyun": {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控Permits:5"},
    "tencent": {
        "Response": {
            "SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberOneHourLimit", "Message": ""}]
        }
    },
}


@pytest.mark.parametrize("kind", BUSY)
def test_the_limit_of_one_phone_holds_up_its_messages_alone(
    gateway: Callable[..., Site], kind: str
) -> None:
    site = gateway(kind)
    answers = [BUSY[kind]]
    sms_gateways.stand_in(site, lambda post: answers.pop() if answers else VENDORS[kind][0](post))
    user = somebody()
    rows = [tell(user), tell(user, "又一件"), tell(somebody("13900139000"))]

    run(SMS, at=NOW)
    first = [after(row)[0] for row in rows]
    run(SMS, at=LATER)

    assert first == [FAILED, WAITING, SENT]
    assert [after(row)[0] for row in rows] == [SENT, SENT, SENT]


def test_a_gateway_that_does_not_answer_is_tried_again(
    by_template: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT", (1, 0.2))
    by_template.when_posted = lambda: time.sleep(0.5)
    row = tell(somebody())

    run(SMS, at=NOW)
    state, error = after(row)
    by_template.when_posted = lambda: None
    run(SMS, at=LATER)

    assert (state, error.split(":")[0]) == (FAILED, "ReadTimeout")
    assert after(row)[0] == SENT


def test_an_error_tells_neither_address_nor_password(gateway: Callable[..., Site]) -> None:
    port = free_port()
    gateway("template", SMS_URL=f"http://127.0.0.1:{port}/send?pw=secret&to={{phone}}", SMS_BODY="")
    row = tell(somebody())

    run(SMS, at=NOW)

    assert after(row) == (FAILED, f"ConnectionError: 127.0.0.1:{port}")


def test_the_gateway_may_be_inside_the_network_and_a_robot_may_not(
    settings: Any, by_template: Site
) -> None:
    settings.APPRISE_SCHEMAS = ["json"]
    user = somebody()
    address = by_template.url.replace("http://", "json://")
    set_channel(user=user, means=Means.APPRISE, address=address, at=NOW)
    send([Message(user.pk, "请签收", needs_action=True)], at=NOW)

    assert (run(SMS, at=NOW), run(ROBOTS, at=NOW)) == (1, 0)
    assert len(by_template.posts) == 1


@pytest.mark.parametrize(
    ("status", "answer"), [(200, '{"code": 7}'), (302, ""), (429, ""), (502, "")]
)
def test_a_template_that_is_not_answered_as_said_is_tried_again(
    by_template: Site, status: int, answer: str
) -> None:
    by_template.status, by_template.answer = status, answer
    by_template.headers = {"Location": f"{by_template.url}/elsewhere"} if status == 302 else {}
    user = somebody()
    row, other = tell(user), tell(user, "又一件")

    run(SMS, at=NOW)

    assert (after(row)[0], after(other)[0], len(by_template.posts)) == (FAILED, WAITING, 1)


def test_the_places_of_a_template_are_escaped_as_its_body_is_written(
    gateway: Callable[..., Site],
) -> None:
    title = '“甲”"&<乙>\\'
    bodies = {
        "application/json": ('{"m": "{title}"}', json.dumps({"m": title}, ensure_ascii=False)),
        "application/x-www-form-urlencoded": (
            "m={title}&k={phone}",
            "m=%E2%80%9C%E7%94%B2%E2%80%9D%22%26%3C%E4%B9%99%3E%5C&k=13800138000",
        ),
        "text/xml": ("<m>{title}</m>", "<m>“甲”&quot;&amp;&lt;乙&gt;\\</m>"),
    }
    user = None
    for kind, (body, sent) in bodies.items():
        site = gateway("template", SMS_BODY=body, SMS_HEADERS={"Content-Type": kind})
        user = user or somebody()
        tell(user, title)
        site.answer = '{"code": 0}'

        assert run(SMS, at=NOW) == 1
        assert site.posts[-1][2].decode() == sent


def test_a_template_without_a_body_is_a_get(gateway: Callable[..., Site], site: Site) -> None:
    address = f"{site.url}?to={{phone}}&words={{title}}"
    gateway("template", SMS_URL=address, SMS_BODY="", SMS_SUCCESS="OK:")
    site.answer = "OK:17"
    tell(somebody(), "请 签收")

    assert run(SMS, at=NOW) == 1
    assert site.posts[0][0] == "/hook?to=13800138000&words=%E8%AF%B7%20%E7%AD%BE%E6%94%B6"
    assert site.posts[0][2] == b""


def test_what_waits_when_the_gateway_is_taken_away_is_a_dead_letter(
    settings: Any, by_template: Site
) -> None:
    row = tell(somebody())
    settings.SMS_GATEWAY = "none"

    run(SMS, at=NOW)

    assert after(row) == (DEAD, "没有设置短信网关")


def test_a_phone_that_was_taken_off_the_account_is_a_dead_letter(by_template: Site) -> None:
    user = somebody()
    row = tell(user)
    User.objects.filter(pk=user.pk).update(phone="")

    run(SMS, at=NOW)

    assert (after(row)[0], by_template.posts) == (DEAD, [])
