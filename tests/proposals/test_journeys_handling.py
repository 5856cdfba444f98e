"""The rules of handling, replying and rating, one test each, lived through the API."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import Event, Reply
from tests.proposals.conftest import Life, due, rules, state, told

pytestmark = pytest.mark.django_db

REASON = "不属于本单位职责"


# -- Handling ---------------------------------------------------------------------------------


def asked_to_return(life: Life, task, to: str = "C"):
    life["A liaison"].does("request_return", task, reason=REASON, suggested_unit=life.units[to].pk)
    return task.return_requests.order_by("id").last()


def test_a_return_after_its_window_is_refused(life):
    task = life.assigned()["A"]  # three working days
    life.later(days=6)
    wanted = {"reason": REASON, "suggested_unit": life.units["C"].pk}

    late = life["A liaison"].tries("request_return", task, **wanted)

    assert told(late)[:2] == (409, "too_late")
    life.later(days=-1)
    life["A liaison"].does("request_return", task, **wanted)


def test_a_unit_keeps_working_while_its_return_is_undecided(life):
    task = life.at_work()["A"]
    asked_to_return(life, task)

    reply = life.written(task)

    assert state(reply) == "drafting"


def test_the_unit_that_takes_over_gets_the_time_that_was_left(life):
    task = life.assigned(assist="B")["A"]
    before = due("reply", subject_id=task.pk)
    life.later(days=1)
    request = asked_to_return(life, task)
    life.later(days=7)
    life["assigner"].does("grant", request)

    tasks = {other.unit_id: other for other in task.proposal.assignments.live()}
    successor = tasks[life.units["C"].pk]
    assert state(task) == "reassigned"
    assert (successor.role, successor.replaces_id) == ("lead", task.pk)
    # Seven days with five working days later, so many working days later is it due.
    assert before == date(2024, 3, 10)
    assert due("reply", subject_id=successor.pk) == date(2024, 3, 15)
    assert life["B liaison"].does("acknowledge", tasks[life.units["B"].pk])


def test_where_the_rules_keep_the_date_the_unit_that_takes_over_keeps_it(db):
    life = Life(rules("city"))
    proposal = life.submitted()
    for name in ("clerk", "reviewer", "director"):
        life[name].does("review", proposal, outcome="file")
    life["director"].does(
        "file", proposal, category=rules("city")["review"]["categories"][0]["code"]
    )
    task = life.assigned(proposal)["A"]
    before = due("reply", subject_id=task.pk)
    life.later(days=7)

    life["assigner"].does("reassign", task, unit=life.units["C"].pk, reason=REASON)

    assert due("reply", subject_id=proposal.assignments.live().get().pk) == before


def test_an_extension_reaches_no_further_than_the_rules_allow(life):
    task = life.at_work()["A"]  # due on 10 March; one month more at most

    answer = life["A liaison"].tries(
        "request_extension", task, reason="须勘察", new_due_on="2024-04-11"
    )

    assert told(answer) == (400, "new_due_on", "最多延长 1 个月，现有期限为 2024-03-10")


def test_an_extension_is_granted_once_everybody_named_has_consented(db):
    extensions = {
        "max_times": 1,
        "max_months": 1,
        "approvers": ["committee_director", "inspection_officer"],
    }
    handling = {**rules()["handling"], "extensions": extensions}
    life = Life(rules(handling=handling))
    task = life.at_work()["A"]
    life["A liaison"].does("request_extension", task, reason="须勘察", new_due_on="2024-04-10")
    request = task.extension_requests.get()

    life["director"].does("consent", request)

    assert (state(request), due("reply")) == ("requested", date(2024, 3, 10))
    assert life["director"].tries("consent", request).status_code == 403
    life["inspector"].does("consent", request)
    assert (state(request), due("reply")) == ("granted", date(2024, 4, 10))
    again = life["A liaison"].tries(
        "request_extension", task, reason="须勘察", new_due_on="2024-05-01"
    )
    assert told(again) == (400, "invalid", "已延期 1 次，不能再延")


# -- Replying ---------------------------------------------------------------------------------


def test_a_reply_stays_in_draft_until_every_assisting_opinion_is_in(life):
    tasks = life.at_work(assist="BC")
    reply = life.written(tasks["A"])

    def sent():
        return life["A handler"].tries("send_to_check", reply)

    missing = (409, "condition_unmet", "会办单位的意见尚未交齐，也未免交")
    assert told(sent()) == missing
    life["B liaison"].does("give_opinion", tasks["B"], text="同意。", signed_by="局长")
    assert told(sent()) == missing
    life["assigner"].does("waive_opinion", tasks["C"], reason="已当面说明")
    assert sent().status_code == 200


def test_an_assisting_unit_never_replies_and_its_opinion_never_reaches_the_proposer(life):
    tasks = life.at_work(assist="B")
    answer = life["B handler"].tries("draft_reply", tasks["B"], **life.letter(tasks["B"].proposal))
    assert told(answer)[:2] == (409, "condition_unmet")

    life["B liaison"].does("give_opinion", tasks["B"], text="同意。", signed_by="局长")

    seen = {name: life[name].sees(tasks["B"]) for name in ("A handler", "lead")}
    assert [seen[name]["opinion"] for name in seen] == ["同意。", ""]


def test_a_reply_stays_in_draft_until_the_proposer_has_been_heard(life):
    task = life.at_work()["A"]
    life["A handler"].does("draft_reply", task, **life.letter(task.proposal))

    answer = life["A handler"].tries("send_to_check", task.replies.get())

    assert told(answer)[:2] == (409, "condition_unmet")


def test_every_suggestion_is_answered(life):
    task = life.at_work()["A"]
    first = life.letter(task.proposal)["points"][:1]
    reply = life.written(task, points=first)

    answer = life["A handler"].tries("send_to_check", reply)

    assert told(answer) == (400, "points", "须逐条答复建议，尚未答复第 2 条")


def test_inspection_releases_the_reply_where_the_rules_say_so_and_may_change_its_class(db):
    life = Life(rules(handling={"inspection": True}))
    reply = life.written(life.at_work()["A"])
    life["A handler"].does("send_to_check", reply)
    life["A liaison"].does("pass_check", reply)
    life["A signatory"].does("sign", reply)

    early = life["A liaison"].tries("deliver", reply, document_number="局函〔2024〕1号")

    assert told(early)[:2] == (409, "wrong_state")
    life["inspector"].does("pass_inspection", reply, result_class="B")
    life["A liaison"].does("deliver", reply, document_number="局函〔2024〕1号")
    assert life["lead"].sees(reply)["result_class"] == "B"


def test_proposers_see_a_reply_once_it_is_delivered(life):
    reply = life.written(life.at_work()["A"])
    assert life["lead"].asks(f"replies/{reply.pk}/").status_code == 404

    life.delivered(reply)

    assert life["lead"].sees(reply)["body"] == "您的建议已采纳。"


def test_a_delivered_reply_never_changes_and_a_correction_is_a_new_one(life):
    reply = life.replied()
    assert told(life["A handler"].tries("edit", reply, **life.letter(reply.proposal)))[1] == (
        "wrong_state"
    )
    life.rated(reply, "satisfied")

    life["A handler"].does(
        "correct", reply, **life.letter(reply.proposal) | {"body": "更正。"}, reason="笔误"
    )
    correction = life.delivered(Reply.objects.get(corrects=reply))

    assert [(state(r), r.body) for r in (reply, correction)] == [
        ("superseded", "您的建议已采纳。"),
        ("delivered", "更正。"),
    ]
    assert correction.feedback.count() == 0  # nobody is asked twice


# -- Rating -----------------------------------------------------------------------------------


def test_a_poor_rating_reopens_the_work_with_a_date_of_its_own(life):
    reply = life.replied()

    life.rated(reply, "dissatisfied", "没有落实")

    seen = life["lead"].sees(reply.proposal)
    assert (seen["state"], seen["round"]) == ("handling", 2)
    assert due("rehandle") == date(2024, 2, 10)


def test_a_second_poor_rating_leads_to_a_consultation_that_concludes(life):
    reply = life.replied()
    life.rated(reply, "dissatisfied", "没有落实")
    life.later(days=1)
    second = life.delivered(life.written(reply.assignment))
    life.rated(second, "dissatisfied", "仍未落实")
    assert state(reply.proposal) == "escalated"

    life["clerk"].does(
        "record_consultation",
        reply.proposal,
        held_at=life.now.isoformat(),
        persons="提案人、局长",
        outcome="达成一致",
    )

    assert state(reply.proposal) == "concluded"


def test_a_good_rating_concludes(life):
    reply = life.replied()

    life.rated(reply, "satisfied")

    assert state(reply.proposal) == "concluded"


def test_a_unit_can_never_rate_and_nobody_rates_for_another_but_the_office_from_paper(life):
    form = life.form(life.replied())
    rating = {"attitude": "satisfied", "result": "satisfied"}

    for name in ("A liaison", "A handler", "A signatory", "cosigner"):
        assert life[name].tries("rate", form, **rating).status_code == 404
    assert life["clerk"].tries("rate", form, **rating).status_code == 403

    scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.4\n%%EOF\n")
    signed_at = life.now.isoformat()
    life["clerk"].does("rate_on_paper", form, form=True, scan=scan, signed_at=signed_at, **rating)
    event = Event.objects.get(subject_kind="feedback", action="rate_on_paper")
    assert (event.channel, event.on_behalf_of) == ("paper", life.members["lead"])
    assert life["lead"].sees(form)["channel"] == "paper"


# -- Afterwards -------------------------------------------------------------------------------


def test_publication_needs_the_proposers_wish(life):
    hidden = life.filed(publicity_wish=False, publicity_reason="涉及隐私")
    wished = life.filed()

    answer = life["clerk"].tries("publish", hidden, scope="full")

    assert told(answer)[:2] == (409, "condition_unmet")
    life["clerk"].does("publish", wished, scope="full")
    assert life["member"].sees(wished)["publication_scope"] == "full"


def test_a_promise_is_owed_on_its_day_and_kept_by_its_unit(life):
    promise = {"text": "建成停车场", "due_on": "2024-12-31"}
    reply = life.delivered(life.written(life.at_work()["A"], commitments=[promise]))
    commitment = reply.commitments.get()
    assert due("commitment") == date(2024, 12, 31)

    life["A handler"].does("keep", commitment, evidence="已建成")

    assert life["lead"].sees(commitment)["state"] == "kept"
