"""Duties through the API: opened, kept or missed, extended, cancelled, taken over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from members import clock
from members.enums import DutyKind, ReassignmentClock, Role
from members.models import User
from members.presets import preset
from proposals import models
from proposals.machine.subject import Subject
from supervision.models import Duty
from supervision.models.duty import KEPT, Closing
from tests.proposals.staffed_committee import StaffedCommittee
from tests.supervision.office import ASSIGNED, START, Office, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def duty(subject: Subject, kind: DutyKind) -> Duty:
    return Duty.objects.of(subject.kind, subject.pk).filter(kind=kind).latest("id")


def owed(subject: Subject) -> dict[str, str]:
    """Open duties of a subject: kind to local due moment."""
    return {
        found.kind: f"{timezone.localtime(found.due_at):%Y-%m-%d %H:%M:%S}"
        for found in Duty.objects.of(subject.kind, subject.pk).open()
    }


def ended(subject: Subject) -> dict[str, str]:
    return {
        found.kind: found.closing
        for found in Duty.objects.of(subject.kind, subject.pk).exclude(closed_at=None)
    }


# -- Opened --------------------------------------------------------------------------------


def test_unit_owes_three_things_from_the_day_of_assignment(office: Office) -> None:
    (task,) = office.assigned()

    assert owed(task) == {
        "acknowledge": "2024-03-07 23:59:59",  # three working days
        "return_window": "2024-03-07 23:59:59",
        "reply": "2024-05-04 23:59:59",  # two months
    }
    found = duty(task, DutyKind.REPLY)
    assert (found.role, found.unit, found.member) == (Role.UNIT_LIAISON, office.one, None)
    assert found.first_due_at == found.due_at
    assert "上海 2007" in found.basis
    assert found.opened_by.action == "issue"


def test_urgent_proposal_gets_the_urgent_rules(office: Office) -> None:
    (task,) = office.assigned(urgent=True)

    assert owed(task)["acknowledge"] == "2024-03-05 23:59:59"
    assert owed(task)["reply"] == "2024-04-04 23:59:59"


def test_assisting_unit_owes_an_opinion_and_no_reply(office: Office) -> None:
    lead, assist = office.assigned((office.one, "lead"), (office.two, "assist"))

    assert set(owed(lead)) == {"acknowledge", "return_window", "reply"}
    assert owed(assist)["assist_opinion"] == "2024-04-04 23:59:59"
    assert "reply" not in owed(assist)


def test_opinion_can_be_due_before_the_reply() -> None:
    rules = preset("county")
    before = {"duty": "assist_opinion", "anchor": "reply_due", "amount": 15, "unit": "day"}
    office = Office({**rules, "deadlines": [before, *rules["deadlines"]]})

    # Named first, and yet issued after the lead, whose date its own hangs on.
    assist, lead = office.assigned((office.two, "assist"), (office.one, "lead"))

    assert owed(lead)["reply"] == "2024-05-04 23:59:59"
    assert owed(assist)["assist_opinion"] == "2024-04-19 23:59:59"


def test_where_the_rulebook_sets_no_limit_nothing_is_owed() -> None:
    rules = preset("county")
    kept = [rule for rule in rules["deadlines"] if rule["duty"] != "acknowledge"]
    (task,) = Office({**rules, "deadlines": kept}).assigned()

    assert set(owed(task)) == {"return_window", "reply"}


def test_change_of_the_rules_rewrites_no_date(office: Office) -> None:
    (task,) = office.assigned()
    before = owed(task)

    office.staffed.committee.rulebooks.update(document=preset("province"))

    assert owed(task) == before


# -- Done, in time or not ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "on_time"), [("2024-03-07 23:59:59", True), ("2024-03-08 00:00:00", False)]
)
def test_duty_is_done_on_time_to_the_second(office: Office, at: str, on_time: bool) -> None:
    (task,) = office.assigned()
    liaison = office.by(Role.UNIT_LIAISON, office.one)

    office.do(liaison, task, "acknowledge", at=local(at))

    found = duty(task, DutyKind.ACKNOWLEDGE)
    assert (found.closing, found.closed_at) == (Closing.DONE, local(at))
    assert found.closed_by.action == "acknowledge"
    assert Duty.objects.filter(KEPT, pk=found.pk).exists() == on_time


def test_lateness_is_computed_and_a_right_not_used_is_not_late(office: Office) -> None:
    (task,) = office.assigned()

    on_the_day = Duty.objects.overdue(local("2024-03-07 23:59:59"))
    day_after = Duty.objects.overdue(local("2024-03-08 00:00:00"))

    assert list(on_the_day) == []
    assert [found.kind for found in day_after] == ["acknowledge"]
    assert not duty(task, DutyKind.RETURN_WINDOW).is_overdue(local("2025-01-01 00:00"))


def test_time_limit_of_a_right_is_kept_to_the_second(office: Office) -> None:
    (task,) = office.assigned()
    liaison = office.by(Role.UNIT_LIAISON, office.one)
    plea = {"reason": "非本单位职责", "suggested_unit": office.two.pk}

    late = local("2024-03-08 00:00:00")
    refused = office.do(liaison, task, "request_return", plea, at=late, expect=409)
    office.do(liaison, task, "request_return", plea, at=local("2024-03-07 23:59:59"))

    assert refused["errors"][0]["code"] == "too_late"
    assert "2024-03-07 23:59" in refused["errors"][0]["detail"]


def test_invitation_runs_to_the_minute_and_is_then_too_late(office: Office) -> None:
    proposal = office.draft()
    second = office.staffed.members[1]
    office.do(office.initiator, proposal, "invite", {"members": [second.pk]}, at=START)
    signature = proposal.cosignatures.get()

    assert owed(signature) == {"cosign": "2024-01-10 12:00:00"}  # three hours in the session
    late = START + timedelta(hours=3, seconds=1)
    office.do(second.user, signature, "agree", at=late, expect=409)
    assert duty(signature, DutyKind.COSIGN).member == second
    office.do(second.user, signature, "agree", at=START + timedelta(hours=3))
    assert ended(signature) == {"cosign": Closing.DONE}


def test_reply_ends_what_the_unit_owes_and_begins_what_others_owe(office: Office) -> None:
    task = office.acknowledged()
    at = local("2024-04-01 10:00")

    form = office.delivered(task, at)

    assert owed(task) == {}
    assert ended(task) == {
        "acknowledge": Closing.DONE,
        "return_window": Closing.CANCELLED,
        "reply": Closing.DONE,
    }
    assert owed(form) == {"feedback": "2024-04-16 23:59:59"}
    promise = models.Commitment.objects.get()
    assert owed(promise) == {"commitment": "2024-12-31 23:59:59"}  # the day that was promised
    rating = {"attitude": "satisfied", "result": "satisfied"}
    office.do(office.initiator, form, "rate", rating, at=at)
    # Concluded with a class that the rulebook follows up: on a fixed day of the year.
    assert owed(task.proposal) == {"follow_up": "2024-11-20 23:59:59"}


def test_poor_rating_gives_the_unit_a_date_of_its_own(office: Office) -> None:
    task = office.acknowledged()
    form = office.delivered(task, local("2024-04-01 10:00"))
    rating = {"attitude": "satisfied", "result": "dissatisfied", "comment": "没有亮"}

    office.do(office.initiator, form, "rate", rating, at=local("2024-04-10 10:00"))

    assert owed(task) == {"rehandle": "2024-05-10 23:59:59"}
    office.delivered(task, local("2024-05-10 23:00"))
    assert ended(task)["rehandle"] == Closing.DONE


# -- Moved ---------------------------------------------------------------------------------


def ask_for_more(office: Office, task: models.Assignment, day: str, expect: int = 200) -> Any:
    plea = {"reason": "情况复杂", "new_due_on": day, "proposer_consulted": True}
    liaison = office.by(Role.UNIT_LIAISON, task.unit)
    at = local("2024-04-25 09:00")
    return office.do(liaison, task, "request_extension", plea, at=at, expect=expect)


def test_extension_moves_the_date_once_it_is_granted(office: Office) -> None:
    task = office.acknowledged()
    ask_for_more(office, task, "2024-06-04")
    request = models.ExtensionRequest.objects.get()
    # Three working days, one of them a make-up Sunday.
    assert owed(request) == {"extension_decision": "2024-04-29 23:59:59"}
    assert owed(task)["reply"] == "2024-05-04 23:59:59"

    director = office.by(Role.COMMITTEE_DIRECTOR)
    office.do(director, request, "consent", at=local("2024-04-26 09:00"))

    assert owed(task)["reply"] == "2024-06-04 23:59:59"
    assert duty(task, DutyKind.REPLY).first_due_at == local("2024-05-04 23:59:59")
    assert ended(request) == {"extension_decision": Closing.DONE}
    office.delivered(task, local("2024-06-04 23:00"))
    assert Duty.objects.filter(KEPT, kind="reply").count() == 1


@pytest.mark.parametrize(("day", "why"), [("2024-05-04", "须晚于"), ("2024-06-05", "最多延长 1")])
def test_extension_keeps_within_the_rulebook(office: Office, day: str, why: str) -> None:
    task = office.acknowledged()

    refused = ask_for_more(office, task, day, expect=400)

    assert refused["errors"][0]["attr"] == "new_due_on"
    assert why in refused["errors"][0]["detail"]
    assert not models.ExtensionRequest.objects.exists()


def test_refused_extension_leaves_the_date_and_reply_makes_it_moot(office: Office) -> None:
    task = office.acknowledged()
    ask_for_more(office, task, "2024-05-20")
    first = models.ExtensionRequest.objects.get()
    director = office.by(Role.COMMITTEE_DIRECTOR)
    office.do(director, first, "refuse", {"reason": "时间足够"}, at=local("2024-04-26 09:00"))
    assert owed(task)["reply"] == "2024-05-04 23:59:59"

    ask_for_more(office, task, "2024-05-20")
    second = models.ExtensionRequest.objects.latest("id")
    office.delivered(task, local("2024-05-04 12:00"))

    second.refresh_from_db(fields=["decided_at"])
    assert owed(second) == {}
    assert ended(second) == {"extension_decision": Closing.CANCELLED}


# -- Taken over ----------------------------------------------------------------------------

ASKED = local("2024-03-06 09:00")
GRANTED = local("2024-03-20 09:00")


def returned(office: Office) -> tuple[models.Assignment, models.Assignment]:
    """The first unit asked on 6 March to be rid of the task; another has it since the 20th."""
    (task,) = office.assigned()
    plea = {"reason": "非本单位职责", "suggested_unit": office.two.pk, "signed_by": "王"}
    office.do(office.by(Role.UNIT_LIAISON, office.one), task, "request_return", plea, at=ASKED)
    request = models.ReturnRequest.objects.get()
    assert owed(request) == {"return_decision": "2024-03-13 23:59:59"}
    office.do(office.by(Role.ASSIGNING_OFFICER), request, "grant", at=GRANTED)
    return task, models.Assignment.objects.latest("id")


@pytest.mark.parametrize(
    ("way", "due"),
    [
        (ReassignmentClock.KEEP, "2024-05-04 23:59:59"),
        # 39 working days were left on 6 March; Qingming and May Day lie between.
        (ReassignmentClock.SHIFT, "2024-05-16 23:59:59"),
        (ReassignmentClock.RESTART, "2024-05-20 23:59:59"),
    ],
)
def test_unit_that_takes_over_gets_the_time_that_the_rulebook_says(
    way: ReassignmentClock, due: str
) -> None:
    rules = preset("county")
    rules["handling"]["returns"]["clock"] = way.value
    office = Office(rules)

    former, task = returned(office)

    assert owed(former) == {}
    assert set(ended(former).values()) <= {Closing.CANCELLED, Closing.DONE}
    assert ended(former)["return_window"] == Closing.DONE, "the right was used"
    assert ended(former)["reply"] == Closing.CANCELLED
    assert owed(task) == {
        "acknowledge": "2024-03-25 23:59:59",
        "return_window": "2024-03-25 23:59:59",
        "reply": due,
    }


def test_unit_that_takes_over_a_second_round_gets_what_was_left_of_it(office: Office) -> None:
    task = office.acknowledged()
    form = office.delivered(task, local("2024-04-01 10:00"))
    rating = {"attitude": "satisfied", "result": "dissatisfied", "comment": "没有亮"}
    office.do(office.initiator, form, "rate", rating, at=local("2024-04-10 10:00"))

    data = {"unit": office.three.pk, "reason": "职能调整"}
    officer = office.by(Role.ASSIGNING_OFFICER)
    office.do(officer, task, "reassign", data, at=local("2024-04-12 09:00"))

    assert ended(task)["rehandle"] == Closing.CANCELLED
    assert owed(models.Assignment.objects.latest("id"))["reply"] == "2024-05-10 23:59:59"


def test_refused_return_counts_for_nothing_later(office: Office) -> None:
    (task,) = office.assigned()
    officer, liaison = office.by(Role.ASSIGNING_OFFICER), office.by(Role.UNIT_LIAISON, office.one)
    plea = {"reason": "非本单位职责", "suggested_unit": office.two.pk}
    office.do(liaison, task, "request_return", plea, at=ASKED)
    request = models.ReturnRequest.objects.get()
    office.do(officer, request, "refuse", {"reason": "属本单位"}, at=local("2024-03-07 09:00"))

    data = {"unit": office.two.pk, "reason": "机构改革"}
    office.do(officer, task, "reassign", data, at=local("2024-04-01 09:00"))

    # What was left on the day it was taken away, not on the day of the refused request.
    assert owed(models.Assignment.objects.latest("id"))["reply"] == "2024-05-04 23:59:59"


def test_withdrawal_ends_every_duty_of_the_proposal(office: Office) -> None:
    one, _two = office.assigned((office.one, "separate"), (office.two, "separate"))
    office.do(office.by(Role.UNIT_LIAISON, office.one), one, "acknowledge", at=ASSIGNED)
    form = office.delivered(one, local("2024-04-01 10:00"))
    assert owed(form) == {"feedback": "2024-04-16 23:59:59"}

    proposal, at = one.proposal, local("2024-04-02 10:00")
    office.do(office.initiator, proposal, "request_withdrawal", {"reason": "已解决"}, at=at)
    office.do(office.by(Role.COMMITTEE_DIRECTOR), proposal, "withdraw", at=at)

    left = Duty.objects.filter(proposal=proposal).open()
    assert [found.kind for found in left] == ["commitment"], "a promise outlives the proposal"


# -- Seen ----------------------------------------------------------------------------------


def test_everybody_sees_their_own_duties_and_officials_all(office: Office) -> None:
    lead, assist = office.assigned((office.one, "lead"), (office.two, "assist"))
    everything = {(lead.pk, kind) for kind in owed(lead)} | {(assist.pk, k) for k in owed(assist)}

    def seen(user: User) -> set[tuple[int, str]]:
        client = APIClient()
        client.force_authenticate(user)
        with clock.at(ASSIGNED):
            rows = client.get("/api/v1/duties/").json()["results"]
        return {(row["subject_id"], row["kind"]) for row in rows}

    assert seen(office.by(Role.UNIT_HANDLER, office.one)) == {(lead.pk, k) for k in owed(lead)}
    assert seen(office.by(Role.UNIT_LIAISON, office.two)) == {(assist.pk, k) for k in owed(assist)}
    assert seen(office.by(Role.COMMITTEE_CLERK)) == everything
    assert seen(office.by(Role.UNIT_LIAISON, office.three)) == set()
    assert seen(office.initiator) == set()
    assert seen(StaffedCommittee().officer(Role.COMMITTEE_CLERK)) == set()


# -- A clock that stands still ---------------------------------------------------------------


def test_reply_while_the_clock_stands_is_in_time(office: Office) -> None:
    task = office.acknowledged()
    stop = {"ground": "policy", "reason": "等待上级规划"}
    office.do(
        office.by(Role.COMMITTEE_CLERK), task, "stop_clock", stop, at=local("2024-04-02 10:00")
    )

    office.delivered(task, local("2024-05-20 10:00"))

    found = duty(task, DutyKind.REPLY)
    assert timezone.localtime(found.due_at).date().isoformat() == "2024-06-21"  # 48 days later
    assert Duty.objects.filter(KEPT, pk=found.pk).exists()
    assert found.pauses.get().ended_at == local("2024-05-20 10:00")


def test_fixed_day_moves_by_the_days_on_which_the_clock_stood() -> None:
    rules = preset("county")
    fixed = {"duty": "reply", "anchor": "fixed", "fixed": "06-30", "source": "本地规定"}
    office = Office({**rules, "deadlines": [fixed, *rules["deadlines"]]})
    task = office.acknowledged()
    clerk = office.by(Role.COMMITTEE_CLERK)
    stop = {"ground": "policy", "reason": "等待上级规划"}
    office.do(clerk, task, "stop_clock", stop, at=local("2024-05-10 10:00"))

    office.do(clerk, task, "resume_clock", at=local("2024-07-05 10:00"))

    assert owed(task)["reply"] == "2024-08-25 23:59:59"  # 56 days later
