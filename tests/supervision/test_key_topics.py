"""Key topics through the API: chosen, announced, supervised, reported on; who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.enums import DutyKind, Recipient, Role
from members.models import Notice
from proposals.ledger import faults
from proposals.models import Event, Proposal
from supervision.models import (
    Activity,
    Duty,
    Instruction,
    KeyTopic,
    Milestone,
    Problem,
    TopicFile,
)
from supervision.models.duty import KEPT, Closing
from supervision.recipients import People
from supervision.statistics import report
from tests.ledger import record_posts
from tests.proposals.conftest import Life, rules, state, told
from tests.supervision.leaders import Leaders

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def life(db: None) -> Leaders:
    return Leaders()


def owed(subject: Any) -> dict[str, date]:
    """Open duties of a subject: kind to local day."""
    return {
        duty.kind: timezone.localtime(duty.due_at).date()
        for duty in Duty.objects.of(subject.kind, subject.pk).open()
    }


def ended(subject: Any) -> dict[str, str]:
    """Closed duties of a subject: kind to how the last one ended."""
    closed = Duty.objects.of(subject.kind, subject.pk).exclude(closed_at=None).order_by("id")
    return dict(closed.values_list("kind", "closing"))


def titles(life: Life, name: str) -> list[str]:
    found = Notice.objects.filter(recipient=life.users[name]).order_by("id")
    return [title for title in found.values_list("title", flat=True) if "重点题目" in title]


# -- The whole life ------------------------------------------------------------------------


def test_one_proposal_is_chosen_supervised_and_reported_on(life, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    proposal = life.filed()
    topic = life.nominated(proposal, by="contact")
    assert (topic.title, topic.nominator_role, topic.nominating_body) == (
        proposal.title,
        Role.COLLECTIVE_CONTACT,
        life.body,
    )
    life["clerk"].does("put_on_list", topic)
    life["director"].does("decide", topic, **life.decision())
    life["director"].does("announce", topic)
    proposal.refresh_from_db()
    assert proposal.is_key
    task = life.at_work(proposal)["A"]
    reply_due = owed(task)["reply"]
    assert owed(topic) == {
        "supervision_plan": owed(topic)["supervision_plan"],
        "supervision": reply_due - timedelta(days=1),  # the day before
    }

    life["special"].does("make_plan", topic, text="督办方案", milestones=life.rows(20, 40))
    assert ended(topic) == {"supervision_plan": Closing.DONE}
    first, second = topic.milestones.all()
    assert owed(first) == {"milestone": date.fromisoformat(life.day(20))}
    assert Duty.objects.open().get(kind="milestone", subject_id=first.pk).body == life.special
    life.later(days=5)
    life["special"].does(
        "record_activity",
        topic,
        form=True,
        held_at=life.now.isoformat(),
        place="解放街",
        method="site",
        people="主席、提案者",
        findings="车位不足",
        files=[
            SimpleUploadedFile("现场.png", PNG),
            SimpleUploadedFile("材料.pdf", PDF),
        ],
    )
    assert Activity.objects.get().files.count() == 2
    life["clerk"].does("report_problem", topic, to_whom="市政府", text="缺少用地")
    life["special"].does("meet", first, evidence="已视察")
    assert "supervision_report" not in owed(topic)
    life["special"].does("meet", second, evidence="已座谈")
    assert set(owed(topic)) == {"supervision", "supervision_report"}
    life["special"].does("submit_report", topic, text="督办情况报告")
    assert owed(topic) == {}
    assert ended(topic)["supervision"] == Closing.DONE
    life["supervisor"].does("accept_report", topic, note="同意")

    assert state(topic) == "concluded"
    assert Problem.objects.get().to_whom == "市政府"
    record_posts(life.now)
    assert list(faults()) == []


def test_a_theme_is_one_topic_and_all_its_proposals_become_key(life):
    first, second, third = life.filed(), life.filed(), life.filed()
    life["director"].does("designate_key", second, meeting="主席会议")
    topic = life.nominated(third, theme=life.theme(first, second).pk)
    assert (topic.title, topic.proposals.count()) == ("老城区停车", 3)
    life["clerk"].does("put_on_list", topic)
    life["director"].does("decide", topic, **life.decision(supervising_body=None))

    life["director"].does("announce", topic)

    assert set(Proposal.objects.values_list("is_key", flat=True)) == {True}
    assert Event.objects.filter(action="designate_key", subject_id=second.pk).count() == 1
    duty = Duty.objects.get(kind="supervision_plan")
    assert (duty.role, duty.body, duty.proposal, duty.title) == (
        Role.COMMITTEE_CLERK,
        None,
        None,
        "老城区停车",
    )
    assert life["director"].tries("announce", topic).status_code == 409
    life["clerk"].does("make_plan", topic, text="方案", milestones=life.rows(10))
    assert titles(life, "lead") == ["重点题目《老城区停车》公布"]
    assert titles(life, "supervisor")[-1] == "重点题目《老城区停车》制定督办方案"


# -- Choosing ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["clerk", "reviewer", "director", "assigner", "contact"])
def test_review_party_and_assigning_office_nominate_and_the_office_is_told(life, name):
    topic = life.nominated(life.filed(), by=name)

    assert state(topic) == "nominated"
    assert titles(life, "clerk") == ([f"重点题目《{topic.title}》推荐"] if name != "clerk" else [])


def test_a_unit_nominates_what_it_has_and_nothing_that_it_does_not_see(life):
    task = life.at_work()["A"]
    hidden = life.filed()

    topic = life.nominated(task.proposal, by="A liaison")

    assert topic.nominating_unit == life.units["A"]
    answer = life["A liaison"].tries("nominate", KeyTopic, proposals=[hidden.pk], reason="x")
    assert told(answer) == (
        400,
        "proposals",
        f"没有编号为 {hidden.pk} 的已立案提案，请核对",
    )
    assert life["member"].tries("nominate", KeyTopic, proposals=[hidden.pk]).status_code == 403


def test_what_is_not_filed_or_nothing_at_all_is_not_nominated(life):
    submitted = life.submitted()

    for data, field in (
        ({"proposals": [submitted.pk]}, "proposals"),
        ({"proposals": []}, "proposals"),
        ({"theme": 10**6}, "theme"),
        ({"proposals": [life.filed().pk, life.filed().pk]}, "title"),
    ):
        answer = life["clerk"].tries("nominate", KeyTopic, reason="x", **data)
        assert told(answer)[:2] == (400, field)


def test_a_nomination_is_passed_over_with_a_reason_that_the_nominator_reads(life):
    topic = life.nominated(life.filed(), by="contact")

    life["clerk"].does("pass_over", topic, reason="与去年题目重复")

    assert life["contact"].sees(topic)["note"] == "与去年题目重复"
    assert titles(life, "contact")[-1].endswith("不列入")
    assert life["member"].asks(f"key-topics/{topic.pk}/").status_code == 404
    assert life["A liaison"].asks(f"key-topics/{topic.pk}/").status_code == 404


def test_the_meeting_chooses_no_more_than_the_quota():
    life = Leaders(rules("county", key_proposals={"quota": 1, "theme_quota": 2}))
    life.decided(life.filed())
    second = life.listed(life.filed())
    many = life.listed(life.filed(), life.filed(), life.filed(), title="三件")

    answer = life["director"].tries("decide", second, **life.decision())

    assert told(answer)[2] == "本次会议的重点题目不超过 1 个，已审定 1 个"
    life["director"].does("cancel", KeyTopic.objects.get(state="decided"), reason="重复")
    answer = life["director"].tries("decide", many, **life.decision())
    assert told(answer)[2] == "一个专题最多含 2 件提案，现有 3 件，请先调整题目"
    two = list(many.proposals.order_by("pk").values_list("pk", flat=True))[:2]
    life["clerk"].does("amend", many, proposals=two, reason="精简")
    life["director"].does("decide", many, **life.decision())
    assert many.proposals.count() == 2


def test_a_proposal_is_in_one_key_topic_at_a_time(life):
    proposal = life.filed()
    first = life.decided(proposal)
    second = life.listed(proposal)

    answer = life["director"].tries("decide", second, **life.decision())

    assert told(answer)[:2] == (400, "proposals")
    life["director"].does("cancel", first, reason="重复")
    life["director"].does("decide", second, **life.decision())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"supervisors": [10**6]}, "supervisors.0"),
        ({"supervisors": []}, "supervisors"),
        ({"methods": ["telepathy"]}, "methods.0"),
        ({"methods": ["appraisal"]}, "methods.0"),
        ({"met_on": "2024-12-31"}, "met_on"),
    ],
)
def test_the_decision_names_leaders_and_methods_of_the_rulebook(change, field):
    life = Leaders(rules("county", key_proposals={"methods": ["site", "consultation"]}))
    topic = life.listed(life.filed())

    answer = life["director"].tries("decide", topic, **life.decision(**change))

    assert told(answer)[:2] == (400, field)
    party = life["director"].tries("decide", topic, **life.decision(supervising_body=life.body.pk))
    assert told(party) == (400, "supervising_body", "协助督办的须为专门委员会")


def test_a_proposal_that_was_withdrawn_meanwhile_is_taken_out_before_announcing(life):
    stays, goes = life.filed(), life.filed()
    topic = life.listed(stays, goes, title="停车")
    life["director"].does("decide", topic, **life.decision())
    life["lead"].does("request_withdrawal", goes, reason="已解决")
    life["director"].does("withdraw", goes)

    answer = life["director"].tries("announce", topic)
    life["director"].does("correct", topic, proposals=[stays.pk], reason="撤案")
    life["director"].does("announce", topic)

    assert told(answer)[:2] == (400, "proposals")
    assert list(topic.proposals.all()) == [stays]


# -- Dates ---------------------------------------------------------------------------------


def test_a_plan_that_contradicts_the_time_limits_is_kept_only_with_a_reason(life):
    task = life.at_work()["A"]
    topic = life.announced(task.proposal)
    late = (owed(task)["reply"] - timezone.localtime(life.now).date()).days + 3

    answer = life["special"].tries("make_plan", topic, text="方案", milestones=life.rows(10, late))
    life["special"].does(
        "make_plan",
        topic,
        text="方案",
        milestones=life.rows(10, late),
        despite="工程须到期后验收",
    )

    status, field, sentence = told(answer)
    assert (status, field) == (400, "milestones.1.due_on")
    assert "督办期限" in sentence
    assert "答复期限" in sentence
    in_time, too_late = topic.milestones.all()
    assert (in_time.despite, too_late.despite) == ("", "工程须到期后验收")
    (row,) = life["supervisor"].reads("key-topics/board/")
    assert len(row["warnings"]) == 2
    assert [step["contradicts"] for step in row["milestones"]] == [False, True]
    answer = life["special"].tries("add_milestone", topic, **life.rows(late)[0])
    assert told(answer)[:2] == (400, "due_on")


def test_supervision_ends_before_the_reply_whenever_that_is_due(life):
    topic = life.announced(life.filed())
    assert set(owed(topic)) == {"supervision_plan"}  # no unit has it yet

    task = life.at_work(topic.proposals.get())["A"]
    first = owed(task)["reply"]
    assert owed(topic)["supervision"] == first - timedelta(days=1)
    life["A liaison"].does(
        "request_extension",
        task,
        reason="须勘察",
        new_due_on=(first + timedelta(days=20)).isoformat(),
    )
    request = task.extension_requests.get()
    life["director"].does("consent", request)

    assert owed(task)["reply"] == first + timedelta(days=20)
    assert owed(topic)["supervision"] == first + timedelta(days=19)
    change = Duty.objects.get(kind="supervision").changes.get()
    assert change.cause == "reply"


def test_a_milestone_that_is_missed_is_told_and_can_still_be_put_off_or_met(life):
    topic = life.planned(life.filed())
    first, second = topic.milestones.all()
    early = life["clerk"].tries("escalate", first, reason="太早")
    life.later(days=21)

    life["clerk"].does("escalate", first, reason="承办单位未到场")

    assert early.status_code == 409
    assert state(first) == "missed"
    assert "逾期上报" in titles(life, "supervisor")[-1]
    assert Duty.objects.overdue(life.now).filter(kind="milestone").count() == 1
    life["director"].does("put_off", first, new_due_on=life.day(10), reason="改期")
    duty = Duty.objects.get(kind="milestone", subject_id=first.pk)
    assert timezone.localtime(duty.due_at).date().isoformat() == life.day(10)
    assert duty.first_due_at < duty.due_at
    assert duty.changes.get().reason == "改期"
    life["director"].does("drop", second, reason="合并进行")
    assert ended(second) == {"milestone": Closing.CANCELLED}
    assert "supervision_report" not in owed(topic)
    life["special"].does("meet", first, evidence="已完成")
    assert "supervision_report" in owed(topic)
    assert not Duty.objects.filter(KEPT, kind="milestone", first_due_at__gte=life.now).exists()


def test_the_report_waits_for_every_milestone_and_for_one_that_is_added_or_put_off(life):
    topic = life.planned(life.filed(), days=(5,))
    answer = life["special"].tries("submit_report", topic, text="报告")
    life.later(days=6)
    first = topic.milestones.get()
    life["clerk"].does("escalate", first, reason="未完成")
    assert "supervision_report" in owed(topic)

    life["director"].does("put_off", first, new_due_on=life.day(3), reason="改期")
    assert "supervision_report" not in owed(topic)
    life["special"].does("meet", first, evidence="已完成")
    assert "supervision_report" in owed(topic)
    life["special"].does("add_milestone", topic, **life.rows(5)[0])
    assert "supervision_report" not in owed(topic)
    life["special"].does("meet", topic.milestones.last(), evidence="已完成")

    assert told(answer)[2] == "尚有未到的督办节点，请先记录完成情况，或延后、取消"
    assert "supervision_report" in owed(topic)
    life["special"].does("submit_report", topic, text="报告")


def test_cancelling_ends_everything_that_was_owed(life):
    task = life.at_work()["A"]
    topic = life.planned(task.proposal)
    life["clerk"].does(
        "record_instruction",
        topic,
        leader="市长",
        text="抓紧办理",
        given_on=life.day(0),
        units=[life.units["A"].pk],
    )

    life["director"].does("cancel", topic, reason="职能调整")

    assert state(topic) == "cancelled"
    topical = Duty.objects.filter(subject_kind__in=["keytopic", "milestone", "instruction"])
    assert not topical.open().exists()
    assert set(topic.milestones.values_list("state", flat=True)) == {"dropped"}
    assert state(Instruction.objects.get()) == "lapsed"
    assert "reply" in owed(task)
    record_posts(life.now)
    assert list(faults()) == []


# -- Reports and instructions --------------------------------------------------------------


def test_the_leader_sends_the_report_back_and_then_accepts_it(life):
    topic = life.reported(life.filed())
    assert life["second leader"].tries("accept_report", topic).status_code == 403

    life["supervisor"].does("send_back_report", topic, reason="请补充数据")

    assert set(owed(topic)) == {"supervision_report"}
    assert life["special"].sees(topic)["review_note"] == "请补充数据"
    life["special"].does("submit_report", topic, text="补充后的报告")
    life["supervisor"].does("accept_report", topic)
    assert state(topic) == "concluded"
    assert owed(topic) == {}


def test_an_instruction_is_followed_up_by_each_unit_that_it_asks(life):
    topic = life.reported(life.at_work()["A"].proposal)
    units = [life.units["A"].pk, life.units["B"].pk]
    instruction = {"leader": "市委书记", "text": "请认真落实", "given_on": life.day(0)}
    life["clerk"].does("record_instruction", topic, units=units, **instruction)
    life["clerk"].does("record_instruction", topic, **instruction | {"leader": "主席"})
    to_a, to_b, to_office = Instruction.objects.order_by("id")

    assert [row.number for row in (to_a, to_b, to_office)] == [1, 1, 2]
    assert Duty.objects.get(subject_kind="instruction", subject_id=to_a.pk).unit == life.units["A"]
    duty = Duty.objects.get(subject_kind="instruction", subject_id=to_office.pk)
    assert (duty.unit, duty.role) == (None, Role.COMMITTEE_CLERK)
    assert titles(life, "B liaison")[-1].endswith("领导批示")
    life["A liaison"].does("follow_up", to_a, evidence="已落实")
    assert life["B liaison"].asks(f"instructions/{to_a.pk}/").status_code == 404
    life["clerk"].does("follow_up", to_office, evidence="已转")
    assert ended(to_a) == {"instruction": Closing.DONE}
    (row,) = life["supervisor"].reads("key-topics/board/")
    assert row["open_instructions"] == 1
    life["supervisor"].does("accept_report", topic)
    life["B handler"].does("follow_up", to_b, evidence="已落实")
    assert not Instruction.objects.filter(state="open").exists()


def test_files_are_typed_by_content_and_read_by_those_who_work_on_the_topic(
    life, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    topic = life.announced(life.filed())
    activity = {
        "held_at": life.now.isoformat(),
        "place": "解放街",
        "method": "site",
        "people": "主席",
        "findings": "情况",
    }

    wrong = life["special"].tries(
        "record_activity",
        topic,
        form=True,
        files=[SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("b.png", b"MZ\x90")],
        **activity,
    )
    assert told(wrong)[:2] == (400, "files.1")
    assert not TopicFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    life["supervisor"].does(
        "record_activity", topic, form=True, files=SimpleUploadedFile("a.png", PNG), **activity
    )

    file = TopicFile.objects.get()
    assert (file.name, file.extension) == ("a.png", "png")
    answers = {}
    for name in ("supervisor", "special", "clerk", "lead", "A liaison", "contact"):
        answer = life[name].asks(f"topic-files/{file.pk}/content/")
        answers[name] = answer.status_code
        if answer.streaming:
            assert answer.getvalue() == PNG
    assert answers == {
        "supervisor": 200,
        "special": 200,
        "clerk": 200,
        "lead": 404,
        "A liaison": 404,
        "contact": 404,
    }


# -- Who sees what -------------------------------------------------------------------------


def test_a_topic_is_seen_by_those_whom_it_concerns_from_when_it_does(life):
    proposal = life.at_work()["A"].proposal
    names = ("clerk", "inspector", "supervisor", "special", "lead", "member", "A liaison")
    names += ("B liaison", "contact")
    topic = life.decided(proposal)

    def seers() -> set[str]:
        found = set()
        for name in names:
            listed = [row["id"] for row in life[name].reads("key-topics/")["results"]]
            there = life[name].asks(f"key-topics/{topic.pk}/").status_code == 200
            assert there == (topic.pk in listed), name
            found |= {name} if there else set()
        return found

    decided = seers()
    life["director"].does("announce", topic)

    assert decided == {"clerk", "inspector", "supervisor", "special"}
    assert seers() == {*names} - {"B liaison"}
    elsewhere = Leaders()
    assert elsewhere["supervisor"].asks(f"key-topics/{topic.pk}/").status_code == 404
    assert elsewhere["clerk"].asks(f"key-topics/{topic.pk}/").status_code == 404


def test_members_read_what_is_public_and_units_also_the_plan(life):
    topic = life.reported(life.at_work()["A"].proposal)
    life["clerk"].does("report_problem", topic, to_whom="市政府", text="缺少用地")
    life["clerk"].does(
        "record_instruction", topic, leader="市长", text="抓紧", given_on=life.day(0)
    )
    parts = ("plan", "report", "reason", "milestones", "problems", "instructions")

    shown = {
        name: [part for part in parts if life[name].sees(topic)[part]]
        for name in ("member", "A liaison", "special", "supervisor")
    }

    assert shown == {
        "member": [],
        "A liaison": ["plan", "milestones"],
        "special": [*parts],
        "supervisor": [*parts],
    }
    assert life["member"].sees(topic)["proposals"][0]["id"] == topic.proposals.get().pk


def test_leaders_see_what_is_owed_for_key_topics_and_read_their_events(life):
    other = life.at_work()["A"]
    task = life.at_work()["A"]
    life.planned(task.proposal)

    kinds = {row["kind"] for row in life["supervisor"].reads("duties/", page_size=100)["results"]}
    proposals = {
        row["proposal"] for row in life["supervisor"].reads("duties/", page_size=100)["results"]
    }
    events = life["supervisor"].reads("events/", page_size=100)["results"]

    assert {"milestone", "supervision", "reply"} <= kinds
    assert other.proposal_id not in proposals
    assert {row["subject_kind"] for row in events} == {"keytopic", "milestone"}
    clerk = {row["kind"] for row in life["clerk"].reads("duties/", page_size=100)["results"]}
    assert "milestone" in clerk
    special = life["special"].reads("duties/", page_size=100)["results"]
    assert {row["kind"] for row in special} == {"milestone", "supervision", "supervision_plan"}


def test_the_leaders_of_a_topic_are_those_whom_the_meeting_named(life):
    plain = life.at_work()["A"]
    task = life.at_work()["A"]
    topic = life.planned(task.proposal)
    day = timezone.localtime(life.now).date()
    duties = list(Duty.objects.order_by("id"))

    with CaptureQueriesContext(connection) as taken:
        people = People(duties, day)
    named = {(duty.kind, duty.proposal_id): people.of(duty, [Recipient.LEADER]) for duty in duties}

    chief, second = life.users["supervisor"].pk, life.users["second leader"].pk
    assert named["reply", task.proposal_id] == [chief]
    assert named["reply", plain.proposal_id] == [chief, second]
    assert named["milestone", None] == [chief]
    (milestone, *_rest) = [duty for duty in duties if duty.kind == DutyKind.MILESTONE]
    assert people.of(milestone, [Recipient.OWNER]) == [life.users["special"].pk]
    with CaptureQueriesContext(connection) as of_one:
        People([milestone], day)
    assert (len(of_one), len(taken)) == (2, 4)
    assert topic.supervisors.get() == life.users["supervisor"]


# -- The board -----------------------------------------------------------------------------


def test_the_board_shows_every_key_topic_with_what_matters(life):
    task = life.at_work()["A"]
    topic = life.planned(task.proposal)
    life.announced(life.filed())
    life.listed(life.filed())
    life.later(days=30)

    board = life["supervisor"].reads("key-topics/board/")

    assert [row["id"] for row in board] == [topic.pk, topic.pk + 1]
    row = board[0]
    assert row["state"] == "supervising"
    assert [unit["id"] for unit in row["units"]] == [life.units["A"].pk]
    assert [user["id"] for user in row["supervisors"]] == [life.users["supervisor"].pk]
    assert row["proposals"][0]["case_no"] == Proposal.objects.get(pk=task.proposal_id).case_no
    assert (row["reply"]["state"], row["reply"]["days"] > 0) == ("open", True)
    assert row["next_milestone"]["name"] == "第 1 步"
    assert row["next_milestone"]["days"] < 0
    assert "已逾期" in row["warnings"][0]
    assert row["last_act"]["label"] == "制定督办方案" or row["last_act"]["label"] == "安排"
    assert board[1]["reply"] == {"state": "none", "due_at": None, "days": None}
    assert life["supervisor"].reads("key-topics/board/", session=life.session.pk) == board
    assert life["supervisor"].reads("key-topics/board/", session=10**6) == []
    life.later(days=700)  # another session may have begun; what goes on stays on the board
    assert len(life["supervisor"].reads("key-topics/board/")) == 2
    for name in ("member", "A liaison", "special"):
        assert life[name].asks("key-topics/board/").status_code == 404
    delivered = life.delivered(life.written(task))
    assert delivered.state == "delivered"
    after = life["supervisor"].reads("key-topics/board/")[0]
    assert after["reply"]["state"] == "replied"
    assert after["last_act"]["at"] > row["last_act"]["at"]


def test_the_board_takes_the_same_queries_for_one_topic_and_for_five(life):
    def taken() -> int:
        life.people.clear()
        reader = life["supervisor"]
        assert reader.user is not None
        with CaptureQueriesContext(connection) as queries:
            reader.reads("key-topics/board/")
        return len(queries)

    def one_more() -> None:
        topic = life.planned(life.at_work()["A"].proposal)
        life["clerk"].does(
            "record_instruction", topic, leader="市长", text="抓紧", given_on=life.day(0)
        )

    one_more()
    of_one = taken()
    for _n in range(4):
        one_more()

    assert taken() == of_one
    assert of_one <= 18


def test_the_figures_count_topics_milestones_activities_and_instructions(life):
    one, other = life.filed(), life.filed()
    topic = life.planned(one, days=(5, 20))
    life["director"].does("cancel", life.announced(other), reason="重复")
    life.later(days=6)
    activity = {"held_at": life.now.isoformat(), "place": "解放街", "method": "site"}
    life["special"].does("record_activity", topic, people="主席", findings="情况", **activity)
    given = {"leader": "市长", "text": "抓紧", "given_on": life.day(0)}
    units = [life.units["A"].pk, life.units["B"].pk]
    life["clerk"].does("record_instruction", topic, units=units, **given)
    life["clerk"].does("record_instruction", topic, **given)
    life["A liaison"].does("follow_up", Instruction.objects.first(), evidence="已落实")
    life["clerk"].does("follow_up", Instruction.objects.last(), evidence="已转")
    life["special"].does("meet", topic.milestones.last(), evidence="已完成")

    figures = {
        figure.code: (figure.numerator, figure.denominator)
        for figure in report(life.session, life.now).figures
    }

    assert figures["key_topics"] == (1, None)
    assert figures["key_proposals"] == (1, None)
    assert figures["supervision_activities"] == (1, None)
    assert figures["milestones_on_time"] == (1, 2)  # the first is late
    assert figures["instructions_followed_up"] == (1, 2)


def test_everything_moves_only_by_the_door(life):
    topic = life.planned(life.filed())

    with pytest.raises(AttributeError):
        topic.state = "concluded"
    with pytest.raises(AttributeError):
        Milestone.objects.first().state = "met"
