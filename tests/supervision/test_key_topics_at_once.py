"""Several people act on key topics at once: the quota holds, and the last milestone is noticed."""

from __future__ import annotations

from datetime import date

import pytest

from members.enums import Role
from proposals.enums import ProposalState
from proposals.models import Event
from supervision.models import Duty, KeyTopic
from tests.factories import proposals as make
from tests.factories import supervision as put
from tests.proposals.at_once import AT, at_once
from tests.proposals.conftest import rules
from tests.proposals.staffed_committee import StaffedCommittee

pytestmark = pytest.mark.django_db(transaction=True)


def proposal_of(staffed: StaffedCommittee):
    return make.ProposalFactory(committee=staffed.committee, state=ProposalState.FILED)


def test_the_quota_holds_however_many_are_decided_at_once():
    staffed = StaffedCommittee(rules("county", key_proposals={"quota": 2}))
    topics = [
        put.KeyTopicFactory(
            committee=staffed.committee,
            session=staffed.session,
            state="listed",
            of=[proposal_of(staffed)],
        )
        for _n in range(4)
    ]
    decision = {
        "meeting": "主席会议",
        "met_on": "2024-01-08",
        "supervisors": [staffed.officer(Role.LEADING_SUPERVISOR).pk],
        "methods": ["site"],
    }
    director = staffed.officer(Role.COMMITTEE_DIRECTOR)

    waiting = [(director, topic, "decide", decision) for topic in topics]
    answers = at_once(waiting, refused=[400])
    # One that met too many others is asked to try again, and does so alone.
    again = [
        call for call, answer in zip(waiting, answers, strict=True) if answer.status_code == 409
    ]
    answers += [answer for call in again for answer in at_once([call], refused=[400])]

    codes = sorted(answer.status_code for answer in answers if answer.status_code != 409)
    assert codes == [200, 200, 400, 400]
    assert KeyTopic.objects.filter(state="decided").count() == 2


def test_a_proposal_is_decided_into_one_topic_only():
    staffed = StaffedCommittee()
    proposal = proposal_of(staffed)
    topics = [
        put.KeyTopicFactory(
            committee=staffed.committee, session=staffed.session, state="listed", of=[proposal]
        )
        for _n in range(3)
    ]
    decision = {
        "meeting": "主席会议",
        "met_on": "2024-01-08",
        "supervisors": [staffed.officer(Role.LEADING_SUPERVISOR).pk],
        "methods": ["site"],
    }
    director = staffed.officer(Role.COMMITTEE_DIRECTOR)

    answers = at_once([(director, topic, "decide", decision) for topic in topics], refused=[400])

    assert [answer.status_code for answer in answers].count(200) == 1
    assert KeyTopic.objects.filter(state="decided").count() == 1


def test_of_the_last_milestones_met_at_once_one_opens_the_report():
    staffed = StaffedCommittee()
    topic = put.KeyTopicFactory(
        committee=staffed.committee,
        session=staffed.session,
        state="supervising",
        of=[proposal_of(staffed)],
    )
    days = [date(2024, 2, day) for day in (1, 2, 3, 4)]
    steps = [put.MilestoneFactory(topic=topic, due_on=day, first_due_on=day) for day in days]
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    met = {"evidence": "已完成"}

    waiting = [(clerk, step, "meet", met) for step in steps]
    answers = at_once(waiting)
    late = [
        call for call, answer in zip(waiting, answers, strict=True) if answer.status_code != 200
    ]
    for call in late:
        at_once([call])

    assert set(topic.milestones.values_list("state", flat=True)) == {"met"}
    assert Event.objects.filter(action="settle_milestones").count() == 1
    assert Duty.objects.open().filter(kind="supervision_report").count() == 1
    assert KeyTopic.objects.get().settled_at == AT
