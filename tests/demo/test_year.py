"""A played year gives the published figures, goes every way there is, and can be proved."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo import proposing
from demo.case import Case
from demo.case_plan import Outcome
from demo.scenario import Stage, load
from demo.year import Year
from members.models import Session
from proposals.enums import ProposalState
from proposals.ledger import faults
from proposals.models import Event, Proposal
from tests.demo.beat import beat

WALKED = {
    "proposal": """draft enter edit invite submit return_for_revision resubmit edit_by_office
        review file not_file merge request_withdrawal withdraw designate_key pre_assign assign
        start_handling complete_reply rehandle conclude_rated follow_up publish""",
    "cosignature": "ask agree decline drop sign_on_paper",
    "preassignment": "ask accept object",
    "assignmentbatch": "issue",
    "assignment": """issue acknowledge request_return reassign record_contact request_extension
        give_opinion waive_opinion draft_reply complete reopen close""",
    "returnrequest": "lodge escalate grant refuse",
    "extensionrequest": "lodge consent refuse",
    "reply": """begin edit send_to_check pass_check sign pass_inspection
        send_back_from_inspection deliver correct supersede""",
    "feedback": "send rate rate_on_paper",
    "commitment": "undertake keep",
}
"""The steps that a county's year takes."""


@pytest.mark.django_db(transaction=True)
def test_the_year_of_lingwu_gives_the_published_figures_beside_a_running_beat() -> None:
    said = StringIO()

    with beat() as count:
        call_command("play_year", "lingwu-2022", "--json", "--processes=1", stdout=said)

    counts = json.loads(said.getvalue().splitlines()[-1])
    seconds = counts.pop("seconds")
    assert seconds > 0
    assert counts == {
        "received": 135,  # 135 received, 68 filed after merging, all replied, all satisfied
        "filed": 68,
        "merged": 41,
        "not_filed": 24,
        "withdrawn": 2,
        "assigned": 68,
        "replied": 68,
        "concluded": 68,
        "adopted": 63,
        "satisfied": 68,
    }
    assert count[0] > 3
    assert_every_way_was_gone()
    assert not Event.objects.filter(subject_kind="cosignature", action="lapse").exists()
    assert list(faults()) == []
    assert_numbers_have_no_gap()
    assert_figures_can_be_read_as_of_a_moment()
    assert Proposal.objects.filter(session__number=2).count() == 2  # after the roll-over date


def assert_every_way_was_gone() -> None:
    taken = set(Event.objects.values_list("subject_kind", "action").distinct())
    wanted = {(kind, action) for kind, words in WALKED.items() for action in words.split()}
    assert wanted - taken == set()
    dispositions = set(Proposal.objects.values_list("disposition", flat=True)) - {""}
    assert dispositions == set(load("lingwu-2022").totals.not_filed)


def assert_numbers_have_no_gap() -> None:
    series: dict[str, list[int]] = {}
    numbers = Proposal.objects.filter(case_serial__isnull=False)
    for name, serial in numbers.values_list("case_series", "case_serial"):
        series.setdefault(name, []).append(serial)
    assert all(sorted(serials) == [*range(1, len(serials) + 1)] for serials in series.values())
    assert sum(map(len, series.values())) == 68


def assert_figures_can_be_read_as_of_a_moment() -> None:
    session = Session.objects.get(committee__code="lingwu", number=1)
    early, late = StringIO(), StringIO()
    call_command("statistics", "lingwu:15-1", "--at", "2022-01-12T18:00", stdout=early)
    call_command("statistics", str(session.pk), "--at", "2023-12-31T18:00", stdout=late)
    assert "截至 2022-01-12 18:00" in early.getvalue()
    assert "立案：0 / " in early.getvalue()
    assert "收到：135（件）" in late.getvalue()
    assert "办复：68 / 68 = 100.0%（立案件数）" in late.getvalue()
    assert "满意：68 / 68 = 100.0%" in late.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sichuan-2022", "yichun-2022"])
def test_a_proposal_can_go_every_path_of_a_scenario(name: str) -> None:
    year = Year.prepare(load(name), 1, name)
    year.cases = one_for_each_way(year.cases)

    with year.own_clock():
        year.play()

    rows = Proposal.objects.in_bulk()
    concluded = [case.id for case in year.cases if case.plan.stage == Stage.CONCLUDED]
    assert {rows[key].state for key in concluded} == {ProposalState.CONCLUDED}
    assert list(faults()) == []


def one_for_each_way(cases: list[Case]) -> list[Case]:
    """A few cases that go every path and come to every stage; a merged one would need its host."""
    seen: set[object] = set()
    chosen = []
    for case in cases:
        ways = {*case.plan.deviations, case.plan.outcome, case.plan.stage, case.plan.kind}
        if case.plan.outcome != Outcome.MERGED and not ways <= seen:
            chosen.append(case)
            seen |= ways
    return chosen


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_year() -> None:
    def opening(code: str, seed: int) -> list[tuple[str, str, str]]:
        year = Year.prepare(load("lingwu-2022"), seed, code)
        for case in year.cases[:12]:
            proposing.choose_proposer(case)
            for _at in proposing.hand_in(case):
                continue
        rows = Proposal.objects.filter(committee__code=code).order_by("id")
        return [(p.title, p.receipt_no, str(p.lead or p.body)) for p in rows]

    first = opening("first", 7)

    assert len(first) == 12
    assert [row[:2] for row in opening("second", 7)] == [row[:2] for row in first]
    assert [row[0] for row in opening("third", 8)] != [row[0] for row in first]


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("lingwu-2022", {"received": 135, "filed": 68}),
        ("sichuan-2022", {"received": 1194, "filed": 1006, "concluded": 994, "adopted": 917}),
        ("yichun-2022", {"filed": 409}),
        ("national-2026", {"received": 5865, "filed": 5005, "merged": 451}),
    ],
)
def test_a_scenario_has_the_published_totals(name: str, published: dict[str, int]) -> None:
    totals = load(name).totals

    assert {line: getattr(totals, line) for line in published} == published


@pytest.mark.django_db
def test_an_unknown_year_names_the_known_ones() -> None:
    with pytest.raises(CommandError, match="sichuan-2022"):
        call_command("play_year", "atlantis-1000")
