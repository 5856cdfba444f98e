"""Leaders in the browser: figures, the board, a key topic from nomination to its report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from members.enums import DutyKind, Role
from members.models import CalendarDay, Session, User
from proposals.models import Event, Proposal
from supervision.dashboard_figures import headlines
from supervision.models import CalendarChange, Duty, KeyTopic
from supervision.pages import session_end
from supervision.statistics import report
from tests import MOST_QUERIES
from tests.factories.proposals import platform_administrator, session_of
from tests.proposals.conftest import rules, state
from tests.supervision.leaders import Leaders
from tests.supervision.office import Office, local

pytestmark = pytest.mark.django_db


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40


class Browser:
    """The browser of somebody who is signed in, at a moment."""

    def __init__(self, user: User, now: datetime) -> None:
        self.now = now
        self.client = Client()
        self.client.force_login(user)

    def get(self, path: str, **asked: Any) -> Any:
        with clock.at(self.now):
            return self.client.get(path, asked)

    def text(self, path: str, **asked: Any) -> str:
        answer = self.get(path, **asked)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def post(self, path: str, **data: Any) -> Any:
        with clock.at(self.now):
            return self.client.post(path, data)

    def queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.text(path)
        return len(captured)


@pytest.fixture
def life(db: None) -> Leaders:
    return Leaders()


def browser(life: Leaders, name: str) -> Browser:
    return Browser(life.users[name], life.now)


# -- The six figures and the page ------------------------------------------------------------


@pytest.mark.parametrize("counting", ["exclusive", "after_filing", "before_review"])
def test_the_six_figures_are_those_of_the_report(counting: str) -> None:
    life = Leaders(rules("county", review={"merge_counting": counting}))
    life.rated(life.replied(), "satisfied")
    host, member = life.filed(), life.filed()
    life["clerk"].does("take_in", host, members=[member.pk], reason="同一件事", consent="phone")
    late = life.at_work(to="B")["B"]
    life.submitted()
    life.later(days=400)
    life["B handler"].does("record_contact", late, **talk(life))
    life.later(days=1)

    figures = {figure.code: figure for figure in headlines(life.session, None, life.now)}

    known = report(life.session, life.now)
    assert figures["received"].number == known.count("received")
    for code, named in (("filed", "filed"), ("replied", "replied_on_time"), ("satisfied",) * 2):
        figure, same = figures[code], known.figure(named)
        assert (figure.number, figure.whole, figure.value) == (
            same.numerator,
            same.denominator,
            same.percent,
        )
    assert figures["filed"].base == known.figure("filed").base
    assert (
        figures["overdue"].number
        == Duty.objects.overdue(life.now).values("proposal").distinct().count()
    )
    last = {code: figure.course[-1][1] for code, figure in figures.items()}
    for code in ("accepted", "replied", "overdue"):
        assert last[code] == figures[code].value


def talk(life: Leaders) -> dict[str, Any]:
    return {
        "held_at": life.now.isoformat(),
        "way": "visit",
        "stage": "during",
        "persons": "提案人",
        "outcome": "满意",
    }


def test_a_session_is_compared_with_the_one_before_as_long_after_its_opening(life: Leaders) -> None:
    life.filed()
    life.submitted()
    now = life.now
    span = timedelta(days=365)
    following = Session.objects.create(
        committee=life.committee,
        term=life.session.term,
        number=life.session.number + 1,
        opens_on=life.session.opens_on + span,
        closes_on=life.session.closes_on + span,
        collection_opens_at=life.session.collection_opens_at + span,
        collection_closes_at=life.session.collection_closes_at + span,
    )
    moved = Proposal.objects.filter(pk=Proposal.objects.latest("pk").pk)
    moved.update(session=following)
    life.now = life.session.collection_opens_at + span + timedelta(days=100)

    received, filed, *_rest = headlines(following, life.session, life.now)

    assert now < life.session.collection_opens_at + timedelta(days=100)
    assert (received.number, received.before, received.change) == (1, 1, 0)
    assert (filed.value, filed.value_before, filed.change) == (0, 100, -100)


def test_the_pages_of_leaders_ask_the_same_for_one_topic_and_for_three(life: Leaders) -> None:
    life.planned(life.filed())
    life.at_work()
    pages = ("/", "/dashboard/", "/key-topics/board/", "/lists/supervising-topics/")
    leader = browser(life, "supervisor")
    for path in pages:
        leader.text(path)  # what is remembered for all, is
    once = {path: leader.queries(path) for path in pages}

    for _more in range(2):
        life.planned(life.filed())
        life.at_work(to="B")
    leader = browser(life, "supervisor")
    often = {path: leader.queries(path) for path in pages}

    assert once == often
    assert max(often.values()) <= MOST_QUERIES


def test_what_stands_still_is_listed_with_whom_it_is(life: Leaders) -> None:
    task = life.at_work()["A"]
    life.later(days=40)
    fresh = life.at_work(to="B")["B"]
    task.proposal.refresh_from_db()
    fresh.proposal.refresh_from_db()

    page = browser(life, "director").text("/dashboard/")
    later = browser(life, "director").text("/dashboard/", days="60")

    assert page.count("<h1") == 1
    assert "1 件超过 30 天没有进展" in page
    assert task.proposal.case_no in page.split("没有进展")[1]
    assert fresh.proposal.case_no not in page.split("没有进展")[1]
    assert f"现由{task.unit}（独办）答复" in page
    assert "0 件超过 60 天没有进展" in later


@pytest.mark.parametrize("name", ["member", "contact", "A liaison"])
def test_boards_and_figures_are_not_for_others(life: Leaders, name: str) -> None:
    life.planned(life.filed())
    somebody = browser(life, name)

    for path in ("/dashboard/", "/key-topics/board/", "/session-end/", "/lists/reports-to-review/"):
        assert somebody.get(path).status_code == 404


def test_a_board_of_a_session_that_one_does_not_see_is_not_there(life: Leaders) -> None:
    life.planned(life.filed())
    elsewhere = session_of(Leaders().committee)

    leader = browser(life, "supervisor")

    assert leader.get("/key-topics/board/", session=elsewhere.pk).status_code == 404
    assert "还没有审定的重点题目" not in leader.text("/key-topics/board/", session=life.session.pk)


# -- A key topic ------------------------------------------------------------------------------


def test_a_key_topic_goes_from_nomination_to_its_report_in_the_browser(
    life: Leaders, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    proposal = life.filed()
    clerk, director = browser(life, "clerk"), browser(life, "director")
    special, leader = browser(life, "special"), browser(life, "supervisor")

    form = clerk.text("/key-topics/nominate/", proposals=proposal.pk)
    assert f'<option value="{proposal.pk}" selected' in form or (
        f'value="{proposal.pk}" checked' in form
    )
    clerk.post("/key-topics/nominate/", proposals=[proposal.pk], reason="群众关切")
    topic = KeyTopic.objects.get()
    here = f"/key-topics/{topic.pk}/"
    clerk.post(f"{here}put-on-list/")
    assert str(life.users["supervisor"]) in director.text(f"{here}decide/")
    director.post(f"{here}decide/", **life.decision())
    director.post(f"{here}announce/")
    rows = {"milestones[0]name": "现场督办", "milestones[0]due_on": life.day(20)}
    special.post(f"{here}make-plan/", text="督办方案", **rows)
    special.post(
        f"{here}record-activity/",
        held_at=f"{life.now:%Y-%m-%dT%H:%M}",
        place="解放街",
        method="site",
        people="主席",
        findings="车位不足",
        files=[SimpleUploadedFile("一.png", PNG), SimpleUploadedFile("二.png", PNG)],
    )
    milestone = topic.milestones.get()
    met = special.post(f"/milestones/{milestone.pk}/meet/", evidence="已视察", next=here)
    special.post(f"{here}submit-report/", text="督办情况报告")

    assert "待审定报告" in leader.text("/lists/reports-to-review/")
    assert "督办情况报告" in leader.text(here)
    accepted = leader.post(f"{here}accept-report/", note="同意")

    assert (met.status_code, met.headers["Location"]) == (302, here)
    assert accepted.status_code == 302
    assert state(topic) == "concluded"
    assert "审定，督办完成" in leader.text(here)
    assert Event.objects.filter(action="accept_report", channel="web").count() == 1
    assert topic.files.count() == 2
    for file in topic.files.all():
        path = f"/topic-files/{file.pk}/content/"
        assert b"".join(leader.get(path).streaming_content) == PNG
        assert browser(life, "lead").get(path).status_code == 404
        file.file.storage.delete(file.file.name)
        assert leader.get(path).status_code == 404
    assert leader.get("/topic-files/999999/content/").status_code == 404


def test_the_page_of_a_topic_tells_each_as_much_as_the_api_does(life: Leaders) -> None:
    task = life.at_work()["A"]
    topic = life.reported(task.proposal)
    life["clerk"].does(
        "record_instruction",
        topic,
        leader="市长",
        text="请抓紧办理",
        given_on=life.now.date().isoformat(),
        units=[life.units["A"].pk],
    )
    here = f"/key-topics/{topic.pk}/"
    told = {
        name: [words in browser(life, name).text(here) for words in WORDS]
        for name in ("supervisor", "clerk", "special", "A liaison", "member")
    }

    assert told["supervisor"] == told["clerk"] == told["special"] == [True, True, True]
    assert told["A liaison"] == [True, True, False]
    assert told["member"] == [False, False, False]
    unit = browser(life, "A liaison")
    assert "请抓紧办理" in unit.text("/lists/instructions-to-follow/")
    instruction = topic.instructions.get()
    unit.post(f"/instructions/{instruction.pk}/follow-up/", evidence="已落实", next=here)
    assert state(instruction) == "followed_up"
    assert unit.queries(here) <= MOST_QUERIES
    assert browser(life, "supervisor").queries(here) <= MOST_QUERIES


WORDS = ("督办方案和节点", "请抓紧办理", "督办情况报告</h2>")


def test_a_proposal_shows_the_topics_that_it_is_in(life: Leaders) -> None:
    proposal = life.filed()
    topic = life.planned(proposal)
    tab = f"/proposals/{proposal.pk}/"

    office = browser(life, "clerk").text(tab, tab="supervision")
    member = browser(life, "member").text(tab, tab="supervision")

    assert "第 1 步" in office
    assert f"/key-topics/{topic.pk}/" in member
    assert "第 1 步" not in member


# -- The end of a session ----------------------------------------------------------------------


def test_every_list_that_is_led_to_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = replace(session_end.GROUPS[0], worklist="nowhere")
    monkeypatch.setattr(session_end, "GROUPS", (*session_end.GROUPS, nowhere))

    (fault,) = (found for found in run_checks() if found.id == "supervision.E003")

    assert fault.msg == "No list of work has the slug 'nowhere'."


def test_the_end_of_a_session_says_what_blocks_it_and_where_that_is_solved(life: Leaders) -> None:
    clerk = browser(life, "clerk")
    assert "没有什么妨碍会议结束" in clerk.text("/session-end/")
    life.submitted()
    life.filed()
    life.planned(life.at_work()["A"].proposal)

    page = clerk.get("/session-end/")

    blocking = {str(group.label): group for group in page.context["blocking"]}
    assert {label: group.count for label, group in blocking.items()} == {
        "待审查和审查中": 1,
        "立案未交办": 1,
        "未答复": 1,
        "重点题目督办中": 1,
    }
    for group in blocking.values():
        listed = clerk.get(group.url)
        assert listed.status_code == 200
        assert listed.context["listing"].page.paginator.count == group.count


# -- The calendar of a year ----------------------------------------------------------------------


def test_the_calendar_shows_a_change_before_it_moves_any_date() -> None:
    days = {"duty": "reply", "amount": 40, "unit": "working_day", "source": "本地规定"}
    document = rules("county")
    office = Office({**document, "deadlines": [days, *document["deadlines"]]})
    assigned = local("2026-12-01 09:00")
    proposal = office.filed()
    units = [{"unit": office.one.pk, "role": "sole"}]
    office.do(office.by(Role.ASSIGNING_OFFICER), proposal, "assign", {"units": units}, at=assigned)
    duty = Duty.objects.get(kind=DutyKind.REPLY)
    before = duty.due_at
    admin = Browser(office.by(Role.COMMITTEE_ADMINISTRATOR), local("2026-12-05 10:00"))
    assert "暂按周末推算" in admin.text("/calendar/2027/")

    sent = admin.post(
        "/calendar-changes/enter/",
        source="国办通知",
        year="2027",
        file=SimpleUploadedFile("2027.csv", "2027-01-01,休,元旦\n2027-01-04,休,元旦\n".encode()),
    )

    change = CalendarChange.objects.get()
    here = f"/calendar-changes/{change.pk}/"
    assert sent.headers["Location"] == here
    page = admin.get(here)
    (move,) = page.context["moves"]
    assert (move.duty, page.context["count"]) == (duty, 1)
    duty.refresh_from_db()
    assert duty.due_at == before
    admin.post(f"{here}apply/")
    duty.refresh_from_db()
    assert duty.due_at == move.due_after > before
    assert CalendarDay.objects.get(day=date(2027, 1, 1)).name == "元旦"
    assert "已录入" in admin.text("/calendar/2027/")
    assert "应用后有" not in admin.text(here)


def test_the_platform_enters_changes_and_a_member_only_looks_at_the_calendar(
    life: Leaders,
) -> None:
    platform = Browser(platform_administrator(), life.now)
    platform.post(
        "/calendar-changes/enter/",
        **{"source": "通知", "days[0]day": "2024-05-06", "days[0]name": "休息"},
    )

    member = browser(life, "member")

    assert CalendarChange.objects.get().days == [
        {"day": "2024-05-06", "is_working": False, "name": "休息"}
    ]
    assert "2024 年工作日历" in member.text("/calendar/2024/")
    assert "录入变更" not in member.text("/calendar/2024/")
    assert member.get("/calendar-changes/enter/").status_code == 404
    assert member.get("/lists/calendar-changes/").status_code == 404


def test_years_without_a_page_are_not_there(life: Leaders) -> None:
    assert browser(life, "member").get("/calendar/1066/").status_code == 404
