"""The API itself: how it refuses, repeats, lists, offers and describes itself."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from knox.models import AuthToken
from rest_framework.test import APIClient

from members import clock
from members.enums import Role
from members.models import Notice
from proposals.api.actions import own_steps
from proposals.enums import (
    CosignatureState,
    FeedbackState,
    PreAssignmentState,
    ProposalState,
    ReplyState,
)
from proposals.models import (
    SUBJECTS,
    Assignment,
    AssignmentBatch,
    Attachment,
    Event,
    Proposal,
)
from supervision.models import Duty
from tests.factories import proposals as make
from tests.factories.members import PostFactory
from tests.proposals.conftest import PREFIXES, TEXT, Life, Person, rules, state, told

pytestmark = pytest.mark.django_db

STEPS = [(model, step) for model in SUBJECTS for step in own_steps(model)]


# -- What is refused, and in which words ------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": "停" * 51}, "title", "案由不超过 50 字，现有 51 字，请精简"),
        ({"suggestions": []}, "suggestions", "请至少提出一条具体建议"),
        ({"situation": ""}, "situation", "请填写情况与问题"),
        ({"situation": "停" * 3001}, "situation", "本部分不超过 3000 字，现有 3001 字，请精简"),
        (
            {"publicity_wish": False, "publicity_reason": "密" * 21},
            "publicity_reason",
            "理由不超过 20 字，现有 21 字",
        ),
    ],
)
def test_a_text_that_breaks_a_rule_is_refused_with_field_rule_and_remedy(
    life, change, field, sentence
):
    draft = life.drafted(**change)

    answer = life["lead"].tries("submit", draft, one_matter=True)

    assert told(answer) == (400, field, sentence)
    assert state(draft) == "draft"


def test_a_proposal_of_several_matters_is_refused(life):
    answer = life["lead"].tries("submit", life.drafted())

    assert told(answer) == (
        400,
        "one_matter",
        "本会要求一事一案：请确认只反映一件事，几件事请分别提交",
    )


def test_a_poor_rating_needs_a_comment(life):
    form = life.form(life.replied())

    answer = life["lead"].tries("rate", form, attitude="satisfied", result="dissatisfied")

    assert told(answer) == (400, "comment", "评价为不满意的，请说明理由，便于承办单位重新办理")


def test_a_suggestion_is_not_left_unadopted_without_a_reason(life):
    task = life.at_work()["A"]
    letter = life.letter(task.proposal)
    letter["points"][1]["adoption"] = "not_adopted"

    answer = life["A handler"].tries("draft_reply", task, **letter)

    assert told(answer) == (400, "points.1.reason", "部分采纳或未采纳的，须说明原因")


def test_a_code_outside_the_rulebook_is_refused_with_those_inside(life):
    proposal = life.examined(life.submitted())

    answer = life["director"].tries("file", proposal, category="x")

    status, field, sentence = told(answer)
    assert (status, field) == (400, "category")
    assert sentence.startswith("“x”不在规则所列之中，可选：economy_technology（经济科技）、")


def test_a_batch_names_the_line_that_is_wrong_and_assigns_none(life):
    filed, submitted = life.filed(), life.submitted()
    units = [{"unit": life.units["A"].pk, "role": "sole"}]

    def issued(*numbers: int, roles: Any = units) -> Any:
        items = [{"proposal": number, "units": roles} for number in numbers]
        return life["assigner"].tries("issue", AssignmentBatch, name="交办会", items=items)

    assert told(issued(filed.pk, 10**9))[:2] == (400, "items.1.proposal")
    assert told(issued(filed.pk, filed.pk)) == (
        409,
        "wrong_state",
        "items.1: 当前状态为“已交办”，不能“交办”",
    )
    assert told(issued(filed.pk, submitted.pk))[2].startswith("items.1: ")
    assert told(issued(filed.pk, roles=[{**units[0], "role": "assist"}])) == (
        400,
        "items.0.units",
        "须有一个主办或独办单位",
    )
    assert (state(filed), Assignment.objects.count()) == ("filed", 0)


def test_a_row_of_another_committee_does_not_exist_as_input(life):
    proposal, elsewhere = life.filed(), Life()
    units = [{"unit": elsewhere.units["A"].pk, "role": "sole"}]

    answer = life["assigner"].tries("assign", proposal, units=units)

    assert told(answer)[:2] == (400, "units.0.unit")
    answer = life["clerk"].tries("merge", life.submitted(), into=elsewhere.filed().pk)
    assert told(answer)[:2] == (400, "into")


def test_a_number_beyond_any_key_is_just_not_there(life):
    proposal = life.submitted()

    for action, more in (
        ("merge", {"into": 10**30}),
        ("review", {"outcome": "file", "duplicates": [10**30]}),
    ):
        person = "clerk" if action == "merge" else "reviewer"
        assert life[person].tries(action, proposal, **more).status_code == 400, action
    assert life["clerk"].asks(f"proposals/{10**30}/").status_code == 404
    assert life["clerk"].asks("proposals/", unit=10**30).status_code in (200, 400)


def test_a_step_from_the_wrong_state_tells_state_version_and_what_may_be_done(life):
    proposal = life.submitted()

    answer = life["lead"].tries("submit", proposal, one_matter=True)

    body = answer.json()
    assert told(answer) == (409, "wrong_state", "当前状态为“待审查”，不能“提交”")
    assert (body["state"], body["version"], body["changes"]) == ("submitted", 2, [])
    assert body["actions"] == ["invite", "attach", "request_withdrawal"]


def test_a_stale_version_is_refused_with_what_has_changed(life):
    draft = life.drafted()
    seen = life["lead"].asks(f"proposals/{draft.pk}/")["ETag"]
    life["lead"].does("edit", draft, title="关于停车的建议", headers={"If-Match": seen})

    answer = life["lead"].tries("edit", draft, title="关于车位的建议", headers={"If-Match": seen})

    assert told(answer) == (409, "stale_version", "您看到的不是最新版本，请查看变化后重新提交")
    (change,) = answer.json()["changes"]
    assert (change["version"], change["action"], change["fields"]) == (2, "edit", ["title"])
    assert change["by"] == str(life.users["lead"])
    assert Proposal.objects.get(pk=draft.pk).title == "关于停车的建议"


@pytest.mark.parametrize("value", ["3", '"three"', '"1", "2"', '"-1"', '"1'])
def test_a_version_that_is_none_is_refused(life, value):
    answer = life["lead"].tries("edit", life.drafted(), headers={"If-Match": value})

    assert told(answer)[:2] == (400, "If-Match")


def test_what_is_not_visible_is_not_there(life):
    answer = life["member"].tries("edit", life.drafted(), title="关于停车的建议")

    assert told(answer)[:2] == (404, "not_found")


def test_what_is_not_yours_names_whose_it_is(life):
    answer = life["clerk"].tries("file", life.examined(life.submitted()), category="other")

    assert told(answer) == (
        403,
        "permission_denied",
        "“立案”由以下人员办理：提案委员会主任",
    )


def test_a_committee_is_named_where_somebody_serves_in_several(life):
    elsewhere = Life()
    PostFactory(user=life.users["clerk"], role=Role.COMMITTEE_CLERK, committee=elsewhere.committee)
    paper = {**TEXT, "proposer": life.members["lead"].pk, "one_matter": True}
    clerk = Person(life, type(life.users["clerk"]).objects.get(pk=life.users["clerk"].pk))

    assert told(clerk.tries("enter", Proposal, **paper))[:2] == (400, "committee")
    clerk.does("enter", Proposal, **paper, committee=life.committee.pk)
    stranger = life["director"].tries("enter", Proposal, committee=elsewhere.committee.pk)
    assert stranger.status_code == 404


def test_a_body_that_is_no_object_is_refused(life):
    draft = life.drafted()

    with clock.at(life.now):
        answer = life["lead"].client.post(
            f"/api/v1/proposals/{draft.pk}/edit/", ["title"], format="json"
        )

    assert answer.status_code == 400


def test_refused_calls_change_nothing(life):
    """Every refusal of these tests in one life: no row, version or file is left behind."""
    filed, draft = life.filed(), life.drafted()
    task = life.at_work()["A"]
    before = everything()
    refusals = [
        life["lead"].tries("submit", draft),
        life["lead"].tries("submit", filed, one_matter=True),
        life["lead"].tries("edit", draft, headers={"If-Match": '"9"'}),
        life["lead"].tries("edit", draft, title=""),
        life["lead"].tries("invite", draft, members=[life.members["lead"].pk]),
        life["member"].tries("discard", draft),
        life["clerk"].tries("file", filed, category="other"),
        life["clerk"].tries("merge", draft, into=filed.pk),
        life["clerk"].tries("enter", Proposal, **TEXT, one_matter=True),
        life["clerk"].tries("merge", filed, into=filed.pk),
        life["assigner"].tries("assign", filed, units=[]),
        life["assigner"].tries("assign", filed, units=[{"unit": 0, "role": "sole"}]),
        life["A handler"].tries("draft_reply", task, body="答复"),
        life["A liaison"].tries("give_opinion", task, text="同意。", signed_by="局长"),
        life["A liaison"].tries(
            "request_extension", task, reason="须勘察", new_due_on="2030-01-01"
        ),
        life["A liaison"].tries(
            "request_return", task, reason="非本单位", suggested_unit=life.units["A"].pk
        ),
    ]

    assert {answer.status_code for answer in refusals} == {400, 403, 404, 409}
    assert everything() == before


def everything() -> dict[str, Any]:
    """How many rows every table has, and the version of every subject."""
    ours = [m for m in apps.get_models() if m._meta.app_label in OURS]
    versions = {
        m.__name__: list(m.objects.order_by("pk").values_list("pk", "version")) for m in SUBJECTS
    }
    return {m.__name__: m._default_manager.count() for m in ours} | versions


OURS = {"members", "proposals", "supervision"}


# -- What is repeated -------------------------------------------------------------------------


def test_a_repeated_key_gets_the_first_answer_and_does_nothing(life):
    wanted: dict[str, Any] = {**TEXT, "headers": {"Idempotency-Key": "one"}}
    first = life["lead"].tries("draft", Proposal, **wanted)
    life.later(days=1)

    second = life["lead"].tries("draft", Proposal, **wanted)

    assert first.status_code == 201
    assert (second.status_code, second.content, second["ETag"]) == (
        201,
        first.content,
        first["ETag"],
    )
    assert (Proposal.objects.count(), Event.objects.count()) == (1, 1)


def test_a_repeated_key_gets_the_first_answer_after_the_subject_has_moved_on(life):
    draft = life.drafted()
    wanted: dict[str, Any] = {"one_matter": True, "headers": {"Idempotency-Key": "one"}}
    first = life["lead"].tries("submit", draft, **wanted)
    life.filed(draft)

    second = life["lead"].tries("submit", draft, **wanted)

    assert (second.status_code, second.content) == (200, first.content)


def test_a_key_is_not_used_for_another_request(life):
    draft, other = life.drafted(), life.drafted()
    key = {"Idempotency-Key": "one"}
    life["lead"].does("edit", draft, title="关于停车的建议", headers=key)

    for subject, title in ((draft, "关于车位的建议"), (other, "关于停车的建议")):
        answer = life["lead"].tries("edit", subject, title=title, headers=key)
        assert told(answer)[:2] == (422, "idempotency_key_reused")
    assert life["lead"].tries("discard", draft, headers=key).status_code == 422


def test_a_key_is_each_persons_own(life):
    key = {"Idempotency-Key": "one"}
    life["lead"].does("draft", Proposal, **TEXT, headers=key)

    receipt = life["member"].does("draft", Proposal, **TEXT, headers=key)

    assert life["member"].reads(f"proposals/{receipt['subject_id']}/")["state"] == "draft"


# -- What is recorded -------------------------------------------------------------------------


def test_the_ledger_keeps_what_the_step_declares_and_nothing_else(life):
    proposal = life.filed()
    units = [{"unit": life.units["A"].pk, "role": "sole", "note": "\0"}]
    item = {"proposal": proposal.pk, "units": units, "more": [1]}

    receipt = life["assigner"].does(
        "issue", AssignmentBatch, name="交办会", items=[item], size="大" * 10**6
    )

    assert Event.objects.get(pk=receipt["id"]).input == {
        "name": "交办会",
        "items": [
            {"proposal": proposal.pk, "units": [{"unit": life.units["A"].pk, "role": "sole"}]}
        ],
    }


def test_a_token_is_recorded_as_the_api_and_the_address_with_it(life):
    client = APIClient(REMOTE_ADDR="192.0.2.7")
    with clock.at(life.now):
        _row, token = AuthToken.objects.create(life.users["lead"])
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        receipt = client.post("/api/v1/proposals/draft/", TEXT, format="json").json()

    event = Event.objects.get(pk=receipt["id"])
    assert (event.channel, event.address, event.actor) == ("api", "192.0.2.7", life.users["lead"])


def test_officials_read_the_whole_line_of_the_ledger_and_proposers_do_not(life):
    proposal = life.submitted()

    for name, whole in (("clerk", True), ("lead", False)):
        lines = life[name].reads("events/", proposal=proposal.pk)["results"]
        assert [line["action"] for line in lines] == ["draft", "submit"]
        assert all(("input" in line) == whole for line in lines), name


def test_who_has_left_a_post_is_told_nothing_any_more(life):
    PostFactory(
        user=life.users["auditor"],
        role=Role.UNIT_LIAISON,
        committee=life.committee,
        unit=life.units["A"],
        until=life.now.date(),
    )

    life.assigned()

    told_of_task = set(
        Notice.objects.filter(title__endswith="交办").values_list("recipient", flat=True)
    )
    assert told_of_task == {life.users["A liaison"].pk}


# -- Lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix", sorted(PREFIXES[m] for m in (*SUBJECTS, Event, Duty, Attachment))
)
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
    Duty.objects.create(
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
    )


QUERIES = {
    "assignment-batches": 3,
    "assignments": 3,
    "attachments": 3,
    "commitments": 3,
    "cosignatures": 3,
    "duties": 3,
    "events": 3,
    "extension-requests": 3,
    "feedback": 3,
    "pre-assignments": 3,
    "proposals": 3,
    "replies": 3,
    "return-requests": 3,
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
    assert set(QUERIES) == {PREFIXES[model] for model in (*SUBJECTS, Event, Duty, Attachment)}


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
        for model in (*SUBJECTS, Duty, Attachment)
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


# -- How it describes itself ------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    generated = SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    return generated


@pytest.mark.parametrize(
    ("model", "step"), STEPS, ids=[f"{m._meta.model_name}-{s.name}" for m, s in STEPS]
)
def test_every_step_has_a_documented_operation(schema, model, step):
    place = "" if step.creates else "{id}/"
    operation = schema["paths"][f"/api/v1/{PREFIXES[model]}/{place}{step.slug}/"]["post"]

    assert operation["operationId"] == f"{model._meta.model_name}_{step.name}"
    assert operation["summary"] == str(step.label)
    assert operation["description"].startswith(step.about)
    assert all(str(role.label) in operation["description"] for role in step.who.roles())
    assert {"If-Match", "Idempotency-Key"} <= {p["name"] for p in operation["parameters"]}
    success = "201" if step.creates else "200"
    assert {success, "400", "401", "403", "409"} <= set(operation["responses"])


def test_the_schema_is_openapi_3_1_and_names_every_operation_once(schema):
    operations = Counter(
        operation["operationId"] for path in schema["paths"].values() for operation in path.values()
    )

    assert schema["openapi"] == "3.1.0"
    assert [name for name, count in operations.items() if count > 1] == []
