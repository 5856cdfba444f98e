"""From the notice to the mailbox: nothing lost, nothing doubled, whatever breaks in between."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from members import working_days
from members.enums import Means, OutgoingState, Pace, Role
from members.models import Delivery, Notice, NoticeChannel, User
from members.services import remove_channel, set_channel
from members.services.delivery import EMAIL, ROBOTS, enqueue, gather, next_digest, withdraw
from members.services.notice import Message, mark_read, send
from members.services.outbox import (
    BATCH,
    LAST_TRY,
    LEASE,
    LONGEST_PAUSE,
    claim,
    oldest_undelivered,
    pause_after,
    resend,
    run,
)
from tests.factories.members import CommitteeFactory, PostFactory, UserFactory
from tests.members.conftest import NOW
from tests.members.external_servers import Mailbox, Site, free_port, mail_server, web_server

pytestmark = pytest.mark.django_db

MORNING = datetime.fromisoformat("2024-03-04T09:00:00+08:00")  # the Monday after NOW
DEAD, FAILED, SENDING, SENT = (
    OutgoingState.DEAD,
    OutgoingState.FAILED,
    OutgoingState.SENDING,
    OutgoingState.SENT,
)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.DEFAULT_FROM_EMAIL = "提案委 <office@tian.example>"
        settings.SENDS_EMAIL = True
        settings.SITE_URL = "https://tian.example"
        yield box


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with web_server() as site:
        settings.APPRISE_SCHEMAS = ["wecombot", "json"]
        settings.WEBHOOK_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]
        yield site


@pytest.fixture
def reader() -> User:
    return UserFactory(email="reader@example.com")


def tell(user: User, title: str = "请签收", **message: Any) -> Delivery:
    """A notice that asks for action, and its delivery."""
    (notice,) = send(
        [Message(user.pk, title, needs_action=message.pop("needs_action", True), **message)], at=NOW
    )
    return notice.deliveries.get()


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


# -- What is written --------------------------------------------------------------------------


def test_sending_asks_the_same_for_one_message_and_for_fifty(box: Mailbox) -> None:
    counted = []
    for count in (1, 50):
        users = [UserFactory(email=f"{count}-{n}@example.com") for n in range(count)]
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            send([Message(user.pk, "立案") for user in users], at=NOW)
        counted.append(len(captured))

    assert counted == [5, 5]  # stand-ins, notices, wishes, working days, deliveries
    assert Delivery.objects.count() == 51


def test_nobody_with_a_means_costs_two_questions(box: Mailbox) -> None:
    with CaptureQueriesContext(connection) as captured:
        send([Message(UserFactory().pk, "立案")], at=NOW)

    questions = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert len(questions) == 2


def test_delivery_comes_and_goes_with_the_act(box: Mailbox, reader: User) -> None:
    with transaction.atomic():
        row = tell(reader)
        transaction.set_rollback(True)

    assert row.pk is not None
    assert not Delivery.objects.exists()


def test_without_a_mail_server_nothing_waits_for_one(reader: User) -> None:
    send([Message(reader.pk, "立案")], at=NOW)

    assert not Delivery.objects.exists()


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("statutory", [False, True])
@pytest.mark.parametrize("needs_action", [False, True])
def test_wishes_are_kept_but_for_statutory_notices(
    box: Mailbox, reader: User, pace: str, statutory: bool, needs_action: bool
) -> None:
    other = Pace.OFF if pace == Pace.AT_ONCE else Pace.AT_ONCE
    wishes = {"for_action": pace, "for_others": other}
    if not needs_action:
        wishes = {"for_action": other, "for_others": pace}
    set_channel(user=reader, means=Means.EMAIL, **wishes, at=NOW)

    send([Message(reader.pk, "到期", needs_action=needs_action, statutory=statutory)], at=NOW)

    written = [(row.for_digest, row.due_at) for row in Delivery.objects.all()]
    if statutory or pace == Pace.AT_ONCE:
        assert written == [(False, NOW)]
    elif pace == Pace.DAILY:
        assert written == [(True, MORNING)]
    else:
        assert written == []


def test_mail_by_default_is_at_once_for_action_and_else_daily(box: Mailbox, reader: User) -> None:
    rows = [tell(reader), tell(reader, "知悉", needs_action=False)]

    assert [row.for_digest for row in rows] == [False, True]


def test_every_means_of_a_person_gets_its_own(box: Mailbox, reader: User, site: Site) -> None:
    set_channel(user=reader, means=Means.APPRISE, address="wecombot://abc-def", at=NOW)

    send([Message(reader.pk, "到期", needs_action=True)], at=NOW)

    assert {row.means for row in Delivery.objects.all()} == {Means.EMAIL, Means.APPRISE}


def test_disabled_account_is_sent_nothing(box: Mailbox, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)

    send([Message(reader.pk, "到期")], at=NOW)

    assert not Delivery.objects.exists()


def test_switching_off_takes_back_what_waits(box: Mailbox, reader: User) -> None:
    tell(reader)
    tell(reader, "法定", statutory=True)
    tell(reader, "知悉", needs_action=False)

    set_channel(user=reader, means=Means.EMAIL, for_action=Pace.OFF, at=NOW)

    titles = Delivery.objects.order_by("id").values_list("notice__title", flat=True)
    assert list(titles) == ["法定", "知悉"]


def test_digest_hour_is_the_next_one() -> None:
    assert next_digest(NOW) == MORNING
    assert next_digest(MORNING) == MORNING + timedelta(days=1)
    assert next_digest(MORNING - timedelta(seconds=1)) == MORNING


def test_daily_message_waits_for_the_next_working_day(box: Mailbox, reader: User) -> None:
    friday = datetime.fromisoformat("2024-02-09T15:00:00+08:00")  # before the Spring Festival
    sunday = datetime.fromisoformat("2024-02-18T09:00:00+08:00")  # which makes up for it
    send([Message(reader.pk, "知悉")], at=friday)

    made = [gather(at=friday + timedelta(days=days)) for days in range(1, 9)]
    run(EMAIL, at=sunday)

    assert Delivery.objects.get().due_at == sunday
    assert (made, box.subjects) == ([0] * 8, [])
    assert gather(at=sunday) == run(EMAIL, at=sunday) == 1


def test_without_a_calendar_weekends_are_off() -> None:
    days = [date(2024, 3, day) for day in (1, 2, 3, 4)]

    assert [working_days.by_weekday(day).day for day in days] == [1, 4, 4, 4]


# -- By mail ----------------------------------------------------------------------------------


def test_mail_arrives_once(box: Mailbox, reader: User) -> None:
    row = tell(reader, "【需办理】请\n签收", text="编号：12", link="/proposals/1/")

    counts = [run(EMAIL, at=NOW), run(EMAIL, at=NOW + timedelta(days=9))]

    row.refresh_from_db()
    (message,) = box.messages
    assert counts == [1, 0]
    assert (row.state, row.attempts, row.sent_at) == (SENT, 1, NOW)
    assert message["To"] == "reader@example.com"
    assert box.subjects == ["【需办理】请 签收"]
    assert message["Message-ID"] == f"<{row.key}@tian.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().split() == ["编号：12", "https://tian.example/proposals/1/"]


def test_mail_says_on_whose_behalf(box: Mailbox, reader: User) -> None:
    absent = UserFactory(name="王五")
    notice = Notice.objects.create(
        recipient=reader, title="立案", on_behalf_of=absent, created_at=NOW, needs_action=True
    )
    enqueue([notice], at=NOW)

    run(EMAIL, at=NOW)

    assert "（代 王五 接收）" in box.messages[0].get_content()


def test_nothing_is_sent_inside_a_transaction(
    transactional_db: None, box: Mailbox, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(reader)
    inside: list[bool] = []
    take = box.handle_DATA

    async def note(*args: Any) -> str:
        inside.append(worker.in_atomic_block)
        return await take(*args)

    worker = connection._connections[connection._alias]  # type: ignore[attr-defined]
    monkeypatch.setattr(box, "handle_DATA", note)

    run(EMAIL, at=NOW)

    assert inside == [False]


def test_worker_killed_before_sending_loses_nothing(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    claim(EMAIL.ready(NOW), at=NOW)  # and dies

    counts = [run(EMAIL, at=NOW + LEASE - timedelta(seconds=1)), run(EMAIL, at=NOW + LEASE)]

    assert counts == [0, 1]
    assert box.keys == [f"<{row.key}@tian.example>"]


def test_worker_killed_after_sending_repeats_the_same_key(box: Mailbox, reader: User) -> None:
    tell(reader)
    (row,) = claim(EMAIL.ready(NOW), at=NOW)
    EMAIL.send(row, NOW)  # and dies before it is noted

    run(EMAIL, at=NOW + LEASE)

    assert len(box.keys) == 2
    assert len(set(box.keys)) == 1
    assert states() == [SENT]


def test_worker_that_was_given_up_does_not_overwrite(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    late = NOW + LEASE
    sent: list[int] = []

    def hang(mine: Delivery, at: datetime) -> dict[str, Any]:
        sent.append(run(EMAIL, at=late))  # meanwhile another worker takes it over
        raise OSError("broken off")

    outlet = replace(EMAIL, send=hang)
    run(outlet, at=NOW)

    row.refresh_from_db()
    assert sent == [1]
    assert (row.state, row.sent_at, row.attempts) == (SENT, late, 2)


def test_row_whose_worker_always_dies_ends_as_a_dead_letter(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    moment = NOW
    for _attempt in range(LAST_TRY):
        claim(EMAIL.ready(moment), at=moment)
        moment += LEASE

    run(EMAIL, at=moment)

    row.refresh_from_db()
    assert (row.state, box.messages) == (DEAD, [])


def test_pauses_double_up_to_the_longest() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, LAST_TRY + 1)]

    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == LONGEST_PAUSE
    assert sum(pauses, timedelta()) > timedelta(days=1)


def test_passing_refusal_is_tried_again_with_the_same_key(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    box.answers = ["451 try later"]

    first = run(EMAIL, at=NOW)
    row.refresh_from_db()
    seen = (row.state, row.attempts, row.next_try_at, row.last_error)
    early = run(EMAIL, at=NOW + timedelta(seconds=29))
    second = run(EMAIL, at=NOW + timedelta(seconds=30))

    assert seen == (FAILED, 1, NOW + timedelta(seconds=30), "451 try later")
    assert (first, early, second) == (0, 0, 1)
    assert box.keys == [f"<{row.key}@tian.example>"]


def test_lasting_refusal_is_a_dead_letter_that_can_be_sent_again(
    box: Mailbox, reader: User
) -> None:
    row = tell(reader)
    box.refused["reader@example.com"] = "550 no such person"

    run(EMAIL, at=NOW)
    row.refresh_from_db()
    seen = (row.state, row.last_error)
    box.refused.clear()
    again = resend(Delivery.objects.all(), at=NOW, states=(DEAD,))
    run(EMAIL, at=NOW)

    assert seen == (DEAD, "550 no such person")
    assert again == 1
    assert box.keys == [f"<{row.key}@tian.example>"]
    assert states() == [SENT]


def test_last_try_is_the_last(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    box.answers = ["451 try later"] * (LAST_TRY + 1)
    moment = NOW
    for _attempt in range(LAST_TRY + 3):
        run(EMAIL, at=moment)
        moment += LONGEST_PAUSE

    row.refresh_from_db()
    assert (row.state, row.attempts) == (DEAD, LAST_TRY)


def test_server_that_is_away_costs_one_attempt_and_loses_nothing(
    settings: Any, box: Mailbox
) -> None:
    for number in range(BATCH + 5):
        tell(UserFactory(email=f"{number}@example.com"))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()

    away = run(EMAIL, at=NOW)
    attempts = sorted(Delivery.objects.values_list("attempts", flat=True))
    settings.EMAIL_PORT = port
    back = run(EMAIL, at=NOW + timedelta(minutes=1))

    assert (away, back) == (0, BATCH + 5)
    assert attempts == [0] * (BATCH + 4) + [1]
    assert len(set(box.keys)) == BATCH + 5


def test_address_that_is_gone_is_a_dead_letter(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    User.objects.filter(pk=reader.pk).update(email="")

    run(EMAIL, at=NOW)

    row.refresh_from_db()
    assert (row.state, row.last_error) == (DEAD, "收件人没有此渠道的地址")


def test_account_that_was_disabled_meanwhile_is_sent_nothing(box: Mailbox, reader: User) -> None:
    row = tell(reader)
    User.objects.filter(pk=reader.pk).update(is_active=False)

    run(EMAIL, at=NOW)

    row.refresh_from_db()
    assert (row.state, box.messages) == (DEAD, [])


def test_address_in_the_wishes_comes_before_the_accounts(box: Mailbox, reader: User) -> None:
    set_channel(user=reader, means=Means.EMAIL, address="other@example.com", at=NOW)
    tell(reader)

    run(EMAIL, at=NOW)

    assert box.messages[0]["To"] == "other@example.com"


def test_oldest_undelivered_counts_from_when_it_was_due(box: Mailbox, reader: User) -> None:
    assert oldest_undelivered(NOW) is None
    tell(reader, "知悉", needs_action=False)
    assert oldest_undelivered(NOW) is None

    tell(reader)
    box.answers = ["451 try later"]
    run(EMAIL, at=NOW)

    assert oldest_undelivered(NOW + timedelta(hours=1)) == NOW


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work(box: Mailbox) -> None:
    people = [UserFactory(email=f"{number}@example.com") for number in range(30)]
    send([Message(user.pk, "请签收", needs_action=True) for user in people], at=NOW)
    sent: list[int] = []

    def work() -> None:
        try:
            gather(at=NOW)
            sent.append(run(EMAIL, at=NOW))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 30
    assert len(box.keys) == len(set(box.keys)) == 30


# -- Once a day -------------------------------------------------------------------------------


def daily(user: User, *titles: str, needs_action: bool = False) -> list[Notice]:
    return send([Message(user.pk, title, needs_action=needs_action) for title in titles], at=NOW)


def test_digest_is_one_message_once(box: Mailbox, reader: User) -> None:
    set_channel(user=reader, means=Means.EMAIL, for_action=Pace.DAILY, at=NOW)
    daily(reader, "甲", "乙")
    daily(reader, "丙", needs_action=True)
    other = UserFactory(email="other@example.com")
    daily(other, "丁")

    early = gather(at=MORNING - timedelta(seconds=1))
    made = [gather(at=MORNING), gather(at=MORNING)]
    sent = [run(EMAIL, at=MORNING), run(EMAIL, at=MORNING)]

    assert (early, made, sent) == (0, [2, 0], [2, 0])
    assert box.subjects == ["3 条提案通知，其中 1 条需办理", "丁"]
    assert box.messages[0].get_content().split() == ["1.", "丙", "2.", "甲", "3.", "乙"]
    assert states() == [SENT] * 4


def test_digest_keeps_key_and_content_when_its_worker_dies(box: Mailbox, reader: User) -> None:
    daily(reader, "甲", "乙")
    gather(at=MORNING)
    (row,) = claim(EMAIL.ready(MORNING), at=MORNING)
    EMAIL.send(row, MORNING)  # and dies before it is noted
    daily(reader, "丙")

    run(EMAIL, at=MORNING + LEASE)

    assert box.subjects == ["2 条提案通知"] * 2
    assert len(set(box.keys)) == 1
    assert states() == [SENT, SENT, OutgoingState.WAITING]


def test_what_was_read_in_the_inbox_is_left_out(box: Mailbox, reader: User) -> None:
    first, _second = daily(reader, "甲", "乙")
    mark_read(notices=Notice.objects.filter(pk=first.pk), at=NOW)

    gather(at=MORNING)
    run(EMAIL, at=MORNING)

    assert box.subjects == ["乙"]
    assert states() == [OutgoingState.NEEDLESS, SENT]


def test_dead_digest_is_sent_again_as_a_whole(box: Mailbox, reader: User) -> None:
    daily(reader, "甲", "乙")
    gather(at=MORNING)
    box.refused["reader@example.com"] = "550 no such person"
    run(EMAIL, at=MORNING)
    seen = states()
    box.refused.clear()

    resend(Delivery.objects.all(), at=MORNING, states=(DEAD,))
    run(EMAIL, at=MORNING)

    assert seen == [DEAD, DEAD]
    assert box.subjects == ["2 条提案通知"]
    assert states() == [SENT, SENT]


def test_long_digest_is_cut(box: Mailbox, reader: User) -> None:
    daily(reader, *(f"第{number}号" for number in range(103)))

    gather(at=MORNING)
    run(EMAIL, at=MORNING)

    assert box.subjects == ["103 条提案通知"]
    assert box.messages[0].get_content().rstrip().endswith("另有 3 条，请登录查看。")


@pytest.mark.django_db(transaction=True)
def test_two_workers_gather_one_digest(box: Mailbox) -> None:
    people = [UserFactory(email=f"{number}@example.com") for number in range(8)]
    for title in ("甲", "乙", "丙"):
        send([Message(user.pk, title) for user in people], at=NOW)

    def work() -> None:
        try:
            gather(at=MORNING)
            run(EMAIL, at=MORNING)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()

    assert box.subjects == ["3 条提案通知"] * 8


# -- Taking back ------------------------------------------------------------------------------


def take_back(*titles: str) -> int:
    return withdraw(Notice.objects.filter(title__in=titles))


def test_withdrawn_notice_stays_in_the_inbox_only(box: Mailbox, reader: User) -> None:
    tell(reader, "甲")
    daily(reader, "乙", "丙")

    taken = [take_back("甲", "乙"), take_back("甲", "乙")]
    gather(at=MORNING)
    run(EMAIL, at=MORNING)

    assert taken == [2, 0]
    assert box.subjects == ["丙"]
    assert states() == [OutgoingState.NEEDLESS, OutgoingState.NEEDLESS, SENT]
    assert Notice.objects.count() == 3


def test_withdrawn_notice_is_not_tried_again(box: Mailbox, reader: User) -> None:
    box.answers = ["451 later"]
    tell(reader, "甲")
    run(EMAIL, at=NOW)
    failed = states()

    take_back("甲")

    assert failed == [FAILED]
    assert run(EMAIL, at=NOW + LONGEST_PAUSE) == 0
    assert oldest_undelivered(MORNING) is None


@pytest.mark.parametrize("title", ["甲", "乙", "丙"])
def test_rest_of_a_failed_daily_message_goes_out_without_the_withdrawn(
    box: Mailbox, reader: User, title: str
) -> None:
    daily(reader, "甲", "乙", "丙")
    gather(at=MORNING)
    box.answers = ["451 later"]
    run(EMAIL, at=MORNING)

    take_back(title)
    gather(at=MORNING + LONGEST_PAUSE)
    run(EMAIL, at=MORNING + LONGEST_PAUSE)

    (message,) = box.messages
    assert message["Subject"].strip() == "2 条提案通知"
    assert title not in message.get_content()
    assert sorted(states()) == [OutgoingState.NEEDLESS, SENT, SENT]


def test_what_is_on_its_way_is_not_withdrawn(box: Mailbox, reader: User) -> None:
    tell(reader, "甲")
    daily(reader, "乙", "丙")
    gather(at=MORNING)
    rows = claim(EMAIL.ready(MORNING), at=MORNING)

    assert take_back("甲", "乙", "丙") == 0
    assert [row.carried().count() for row in rows] == [0, 1]


def test_withdrawing_asks_once_when_nothing_waits(box: Mailbox, reader: User) -> None:
    counted = []
    tell(reader, "已发")
    run(EMAIL, at=NOW)
    daily(reader, *(f"第{number}号" for number in range(30)))
    for titles in (["已发"], ["第1号"], [f"第{number}号" for number in range(2, 30)]):
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            take_back(*titles)
        counted.append(len(captured))

    assert counted == [1, 3, 3]


@pytest.mark.postgres
def test_what_waits_for_a_failing_target_is_held_in_one_order(box: Mailbox, reader: User) -> None:
    for number in range(3):
        tell(reader, f"第{number}号")
    box.answers = ["451 later"]

    with CaptureQueriesContext(connection) as captured:
        run(EMAIL, at=NOW)

    (hold,) = [
        query["sql"]
        for query in captured
        if query["sql"].startswith("UPDATE") and "SELECT" in query["sql"]
    ]
    assert " ASC FOR NO KEY UPDATE SKIP LOCKED)" in hold.partition("ORDER BY")[2]


@pytest.mark.django_db(transaction=True)
def test_two_that_take_back_and_hold_at_once_do_not_block_each_other(box: Mailbox) -> None:
    users = [UserFactory(email=f"{number}@example.com") for number in range(20)]
    for user in users:
        tell(user, "甲")
    box.answers = ["421 closing"] * 100
    wrong: list[BaseException] = []

    def work(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- a thread's end is asked about below
            wrong.append(error)
        finally:
            connection.close()

    acts = [lambda: run(EMAIL, at=NOW), lambda: take_back("甲")] * 2
    threads = [Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert set(states()) <= {OutgoingState.NEEDLESS, FAILED, SENT}


# -- Robots -----------------------------------------------------------------------------------


def json_robot(user: User, site: Site, **wishes: Any) -> NoticeChannel:
    address = site.url.replace("http://", "json://")
    return set_channel(user=user, means=Means.APPRISE, address=address, at=NOW, **wishes)


def test_robot_is_told(site: Site) -> None:
    user = UserFactory()
    json_robot(user, site)
    tell(user, text="编号：12")

    assert run(ROBOTS, at=NOW) == 1
    assert [(body["title"], body["message"]) for body in site.bodies] == [("请签收", "编号：12")]


def test_robot_that_refuses_is_tried_again(site: Site) -> None:
    user = UserFactory()
    json_robot(user, site)
    row = tell(user)
    tell(user, "又一件")
    site.status = 500

    run(ROBOTS, at=NOW)
    row.refresh_from_db()
    posted = len(site.posts)
    site.status = 200
    sent = run(ROBOTS, at=NOW + timedelta(seconds=30))

    assert (row.state, posted, sent) == (FAILED, 1, 2)
    assert "500" in row.last_error


def test_robot_inside_the_network_is_not_called(settings: Any, site: Site) -> None:
    user = UserFactory()
    json_robot(user, site)
    row = tell(user)
    settings.WEBHOOK_ALLOW_PRIVATE = []

    run(ROBOTS, at=NOW)

    row.refresh_from_db()
    assert (row.state, site.posts) == (DEAD, [])
    assert "不允许访问" in row.last_error


def test_robot_follows_no_redirect(site: Site) -> None:
    user = UserFactory()
    address = site.url.replace("http://", "json://") + "?redirect=yes"
    set_channel(user=user, means=Means.APPRISE, address=address, at=NOW)
    tell(user)
    site.status, site.headers = 302, {"Location": f"{site.url}/elsewhere"}

    assert run(ROBOTS, at=NOW) == 0
    assert len(site.posts) == 1


def test_one_means_that_fails_does_not_hold_up_another(
    settings: Any, box: Mailbox, site: Site, reader: User
) -> None:
    json_robot(reader, site)
    tell_both = send([Message(reader.pk, "请签收", needs_action=True)], at=NOW)
    settings.EMAIL_PORT = free_port()

    assert (run(EMAIL, at=NOW), run(ROBOTS, at=NOW)) == (0, 1)
    assert {row.means: row.state for row in tell_both[0].deliveries.all()} == {
        Means.EMAIL: FAILED,
        Means.APPRISE: SENT,
    }


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "mailto://a:b@example.com", "json://10.0.0.1/", "dbus://", "wecombot://"],
)
def test_addresses_that_are_not_allowed_are_refused(address: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        set_channel(user=UserFactory(), means=Means.APPRISE, address=address, at=NOW)

    assert "wecombot://" in str(refusal.value)


def test_forgetting_a_robot_takes_back_what_waits(site: Site) -> None:
    user = UserFactory()
    channel = json_robot(user, site)
    tell(user, statutory=True)

    remove_channel(channel=channel)

    assert not Delivery.objects.exists()


def test_address_that_was_pasted_from_the_robot_is_understood() -> None:
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-def"

    channel = set_channel(user=UserFactory(), means=Means.APPRISE, address=address, at=NOW)

    assert channel.address == address


# -- Over the API -----------------------------------------------------------------------------


def test_robots_address_is_never_given_back(client_of: Callable[[User], APIClient]) -> None:
    client = client_of(UserFactory())
    url = "/api/v1/notice-channels/"

    made = client.post(url, {"means": "apprise", "address": "wecombot://very-secret"})
    changed = client.patch(f"{url}{made.json()['id']}/", {"for_others": "off"})
    listed = client.get(url)
    refused = client.post(url, {"means": "apprise", "address": "dbus://"})

    assert (made.status_code, changed.status_code, refused.status_code) == (201, 200, 400)
    assert changed.json() == {
        "id": made.json()["id"],
        "means": "apprise",
        "address_shown": "wecombot://…",
        "for_action": "at_once",
        "for_others": "off",
    }
    assert b"very-secret" not in made.content + changed.content + listed.content


def test_wishes_are_ones_own_and_forgotten_when_asked(
    client_of: Callable[[User], APIClient],
) -> None:
    user = UserFactory(email="a@example.com")
    row = set_channel(user=user, means=Means.EMAIL, for_others=Pace.OFF, at=NOW)
    client = client_of(user)

    strangers = client_of(UserFactory()).get(f"/api/v1/notice-channels/{row.pk}/")
    wrong = client.patch(f"/api/v1/notice-channels/{row.pk}/", {"address": "nobody"})
    gone = client.delete(f"/api/v1/notice-channels/{row.pk}/")

    assert (strangers.status_code, wrong.status_code, gone.status_code) == (404, 400, 204)
    assert not NoticeChannel.objects.exists()


def test_administrator_sees_how_far_and_sends_again(
    client_of: Callable[[User], APIClient], box: Mailbox, reader: User
) -> None:
    committee = CommitteeFactory()
    PostFactory(user=reader, committee=committee)
    administrator = PostFactory(committee=committee, role=Role.COMMITTEE_ADMINISTRATOR).user
    row = tell(reader)
    box.refused["reader@example.com"] = "550 no such person"
    run(EMAIL, at=NOW)
    client = client_of(administrator)

    listed = client.get("/api/v1/deliveries/?state=dead").json()["results"]
    own = client_of(reader).post(f"/api/v1/deliveries/{row.pk}/resend/")
    answers = [client.post(f"/api/v1/deliveries/{row.pk}/resend/") for _ in range(2)]
    strangers = client_of(UserFactory()).get(f"/api/v1/deliveries/{row.pk}/")

    assert [(each["id"], each["last_error"]) for each in listed] == [(row.pk, "550 no such person")]
    assert "请签收" not in str(listed)
    assert (own.status_code, strangers.status_code) == (403, 404)
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json()["state"] == "waiting"
