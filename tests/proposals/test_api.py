"""Acting over the API: what is refused in which words, repeated, and put on record."""

from typing import Any

import pytest
from django.apps import apps
from knox.models import AuthToken
from rest_framework.test import APIClient

from members import clock
from members.enums import Role
from members.models import Notice
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Assignment,
    AssignmentBatch,
    Event,
    Proposal,
)
from tests.factories.members import PostFactory
from tests.proposals.conftest import TEXT, Life, Person, state, told

pytestmark = pytest.mark.django_db


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
        m.__name__: list(m.objects.order_by("pk").values_list("pk", "version"))
        for m in ALL_SUBJECTS
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

    # What was written before it was handed in is the proposer's own.
    for name, actions, whole in (("clerk", ["submit"], True), ("lead", ["draft", "submit"], False)):
        lines = life[name].reads("events/", proposal=proposal.pk)["results"]
        assert [line["action"] for line in lines] == actions
        assert all(("input" in line and "actor" in line) == whole for line in lines), name


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
