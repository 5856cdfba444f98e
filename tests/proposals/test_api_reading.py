"""Reading over the API: lists, and what a detail offers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.enums import Role
from proposals.api.actions import own_steps
from proposals.enums import (
    CosignatureState,
    FeedbackState,
    PreAssignmentState,
    ProposalState,
    ReplyState,
)
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Attachment,
    Event,
    Proposal,
    Scan,
    Theme,
)
from supervision.models import ChaseNotice, Duty, Reminder, TopicFile
from tests.factories import proposals as make
from tests.factories import supervision as put
from tests.proposals.conftest import PREFIXES, Life, Person, rules

pytestmark = pytest.mark.django_db

BESIDE = (Event, Duty, Attachment, Scan, Theme, Reminder, ChaseNotice, TopicFile)
"""What is read beside the machines."""

STEPS = [(model, step) for model in ALL_SUBJECTS for step in own_steps(model)]


# -- Lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", sorted(PREFIXES[m] for m in (*ALL_SUBJECTS, *BESIDE)))
def test_a_filter_that_a_list_does_not_know_is_refused_with_those_it_knows(life, prefix):
    answer = life["clerk"].asks(f"{prefix}/", nonsense="1", lead__user__password="x")

    errors = {error["attr"]: error["detail"] for error in answer.json()["errors"]}
    assert (answer.status_code, sorted(errors)) == (400, ["lead__user__password", "nonsense"])
    assert errors["nonsense"].startswith("不能按此项筛选，可用：")


def test_pages_are_bounded(life):
    for _n in range(3):
        life.filed()

    first = life["clerk"].reads("proposals/", page_size=2)

    assert (first["count"], len(first["results"])) == (3, 2)
    assert len(life["clerk"].reads("proposals/", page_size=2, page=2)["results"]) == 1
    assert life["clerk"].asks("proposals/", page=99).status_code == 404
    with_many = life["clerk"].reads("proposals/", page_size=100000)
    assert with_many["next"] is None


def one_of_each(life: Life) -> None:
    """A proposal with everything below it, made directly."""
    handled = make.ProposalFactory(
        committee=life.committee, lead=life.members["lead"], state=ProposalState.HANDLING
    )
    for member in ("cosigner", "member"):
        make.CosignatureFactory(
            proposal=handled, member=life.members[member], state=CosignatureState.AGREED
        )
    task = make.AssignmentFactory(proposal=handled, unit=life.units["A"])
    make.PreAssignmentFactory(
        proposal=handled, unit=life.units["A"], state=PreAssignmentState.ACCEPTED
    )
    make.AssignmentBatchFactory(committee=life.committee)
    make.ClueFactory(committee=life.committee)
    make.MergeCandidateFactory(committee=life.committee, members=[handled])
    Scan.objects.create(
        committee=life.committee, session=handled.session, state="done", asked_at=life.now
    )
    Theme.objects.create(
        committee=life.committee,
        session=handled.session,
        name="停车",
        created_by=life.users["clerk"],
        created_at=life.now,
    ).proposals.add(handled)
    make.ReturnRequestFactory(assignment=task)
    make.ExtensionRequestFactory(assignment=task)
    reply = make.ReplyFactory(assignment=task, proposal=handled, state=ReplyState.DELIVERED)
    make.FeedbackFactory(reply=reply, state=FeedbackState.RATED)
    make.CommitmentFactory(reply=reply)
    Attachment.objects.create(
        proposal=handled,
        stage="proposal",
        name="附件.txt",
        extension="txt",
        size=1,
        sha256="0" * 64,
        uploaded_by=life.users["lead"],
        uploaded_at=life.now,
    )
    event = Event.objects.create(
        subject_kind="proposal",
        subject_id=handled.pk,
        sequence=1,
        proposal=handled,
        committee=life.committee,
        action="x",
        target="handling",
        actor=life.users["clerk"],
        channel="web",
        at=life.now,
        hash="0" * 64,
    )
    topic = put.KeyTopicFactory(
        committee=life.committee,
        state="supervising",
        of=[handled],
        led_by=[life.users["supervisor"]],
    )
    put.MilestoneFactory(topic=topic)
    put.InstructionFactory(topic=topic, unit=life.units["A"])
    put.CalendarChangeFactory(committee=life.committee)
    TopicFile.objects.create(
        topic=topic,
        name="现场.png",
        extension="png",
        size=1,
        sha256="0" * 64,
        uploaded_by=life.users["clerk"],
        uploaded_at=life.now,
    )
    duty = Duty.objects.create(
        kind="reply",
        subject_kind="assignment",
        subject_id=task.pk,
        proposal=handled,
        committee=life.committee,
        role=Role.UNIT_LIAISON,
        unit=life.units["A"],
        opened_by=event,
        opened_at=life.now,
        due_at=life.now,
        first_due_at=life.now,
        basis="规则",
        terms={
            "anchor_at": life.now.isoformat(),
            "set_at": life.now.isoformat(),
            "set_to": life.now.isoformat(),
        },
        dated_at=life.now,
    )
    Reminder.objects.create(
        duty=duty, date_version=1, step="-3d", state="nobody", moment=life.now, at=life.now
    )
    serial = ChaseNotice.objects.count() + 1
    ChaseNotice.objects.create(
        committee=life.committee,
        kind="chase",
        year=2024,
        serial=serial,
        number=str(serial),
        unit=life.units["A"],
        addressee="甲局",
        title="催办单",
        text="请办理",
        issued_at=life.now,
    )


QUERIES = {
    "assignment-batches": 3,
    "assignments": 3,
    "attachments": 3,
    "calendar-changes": 3,
    "chase-notices": 3,
    "clues": 3,
    "commitments": 3,
    "cosignatures": 3,
    "duties": 4,
    "events": 3,
    "extension-requests": 3,
    "feedback": 3,
    "instructions": 3,
    "key-topics": 5,
    "merge-candidates": 6,
    "milestones": 3,
    "pre-assignments": 3,
    "proposals": 3,
    "reminders": 3,
    "replies": 3,
    "return-requests": 3,
    "scans": 3,
    "themes": 5,
    "topic-files": 3,
}
"""The reader's posts, the count, the rows."""


@pytest.mark.parametrize(("prefix", "queries"), QUERIES.items())
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_takes_the_same_few_queries_however_many_rows(life, prefix, queries, rows):
    for _n in range(rows):
        one_of_each(life)
    clerk = Person(life, type(life.users["clerk"]).objects.get(pk=life.users["clerk"].pk))

    with CaptureQueriesContext(
        connection,
    ) as taken:
        listed = clerk.reads(f"{prefix}/")

    assert len(listed["results"]) == rows * (2 if prefix == "cosignatures" else 1)
    assert len(taken) == queries


def test_every_list_has_its_number_of_queries():
    assert set(QUERIES) == {PREFIXES[model] for model in (*ALL_SUBJECTS, *BESIDE)}


READERS = ["lead", "cosigner", "invitee", "member", "contact", "clerk", "assigner", "inspector"]
READERS += ["supervisor", "A liaison", "B handler", "C signatory", "D liaison"]


def test_the_list_and_the_detail_agree_for_everybody(life):
    """A row is in somebody's list exactly where its detail is not a 404."""
    elsewhere = Life()
    tasks = life.at_work(life.filed(life.submitted()), assist="B")
    life.signed(life.submitted())
    life.invited(life.drafted())
    request = {"reason": "非本单位", "suggested_unit": life.units["C"].pk}
    life["A liaison"].does("request_return", tasks["A"], **request)
    life.delivered(life.written(life.at_work(to="C")["C"], "C"), "C")
    life.filed(life.submitted("contact", body=life.body.pk))
    elsewhere.replied()
    keys = {
        model: list(model._default_manager.values_list("pk", flat=True))
        for model in (*ALL_SUBJECTS, *BESIDE)
    }
    keys[Event] = list(Event.objects.values_list("pk", flat=True))[::4]
    differences = []

    for name in READERS:
        person = life[name]
        for model, numbers in keys.items():
            listed = {
                row["id"] for row in person.reads(f"{PREFIXES[model]}/", page_size=200)["results"]
            }
            for number in numbers:
                there = person.asks(f"{PREFIXES[model]}/{number}/").status_code == 200
                if there != (number in listed):
                    differences.append((name, model.__name__, number))

    assert differences == []


def test_who_handles_a_proposal_is_not_found_out_by_filtering(life):
    tasks = life.assigned()

    found = {
        name: life[name].reads("proposals/", unit=tasks["A"].unit_id)["count"]
        for name in ("lead", "clerk", "A handler", "member")
    }

    assert found == {"lead": 1, "clerk": 1, "A handler": 1, "member": 0}


# -- What is offered --------------------------------------------------------------------------


def test_the_detail_offers_the_steps_with_their_input(life):
    proposal = life.submitted()

    offered = {step["name"]: step for step in life["reviewer"].sees(proposal)["actions"]}

    assert list(offered) == ["review"]
    review = offered["review"]
    assert review["url"] == f"/api/v1/proposals/{proposal.pk}/review/"
    assert (review["label"], review["refusal"]) == ("审查", "")
    assert review["input"]["outcome"]["required"] is True
    categories = [choice["value"] for choice in review["input"]["category"]["choices"]]
    assert categories == [entry["code"] for entry in rules()["review"]["categories"]]


def test_a_step_that_cannot_be_taken_yet_is_offered_with_the_reason(life):
    task = life.at_work(assist="B")["A"]
    reply = life.written(task)

    offered = {step["name"]: step["refusal"] for step in life["A handler"].sees(reply)["actions"]}

    assert offered == {
        "edit": "",
        "send_to_check": "会办单位的意见尚未交齐，也未免交",
        "attach": "",
    }


def test_what_is_offered_is_what_may_be_done(life):
    """The offers of the detail, the actions of a conflict and the door say the same."""
    proposal = life.submitted()

    for name in life.users:
        person = life[name]
        if person.asks(f"proposals/{proposal.pk}/").status_code == 404:
            continue
        offered = [step["name"] for step in person.sees(proposal)["actions"]]
        for _model, step in STEPS:
            if _model is Proposal and not step.creates and "submitted" in step.source:
                answer = person.tries(step.name, proposal, headers={"If-Match": '"9"'})
                assert (answer.status_code == 409) == (step.name in offered), (name, step.name)
                if answer.status_code == 409:
                    assert answer.json()["actions"] == offered
