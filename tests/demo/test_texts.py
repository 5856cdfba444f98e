"""The material of a played year: texts that read like proposals, plans that add up."""

import copy
import re
import tomllib
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo import letters, places, replies, scenario, texts, wording
from demo.case_plan import CasePlan, Outcome
from demo.letters import Note
from demo.planning import plan_cases, texts_of
from demo.scenario import FEEDBACK_ENDS, REASSIGNED, RETURNS, Deviation, ScenarioInvalid, Stage
from members.enums import AssignmentRole, BodyKind, Channel, PeriodKind, ProposerKind, UnitKind
from proposals.enums import Adoption, ReviewOutcome
from tests.demo import tally

NAMES = ("lingwu-2022", "national-2026", "sichuan-2022", "yichun-2022")
LINGWU = scenario.load("lingwu-2022")
PLACE = LINGWU.place
UNFINISHED_SLOT = re.compile(r"[{}\[\]|]")

seeds = st.integers(min_value=0, max_value=2**32)


def composed(seed: int, *, category: str = "social", topic: str = "") -> texts.ProposalText:
    """A text about Lingwu."""
    return texts.compose(
        Random(seed), place=PLACE, committee_name="灵武市政协", category=category, topic=topic
    )


def document(name: str) -> dict:
    """The file of a scenario, to be spoilt."""
    path = wording.HERE / "scenarios" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_published_titles_are_clean():
    rows = wording.published_titles()

    assert len(rows) > 200
    assert {category for category, _ in rows} == set(wording.CATEGORIES)
    assert len({title for _, title in rows}) == len(rows)
    assert [title for _, title in rows if re.search(r"（\d+号）|\t|\[|\s", title)] == []


def test_topics_are_many_in_every_category():
    assert len(wording.topics()) >= 60
    assert min(len(wording.topics_of(category)) for category in wording.CATEGORIES) >= 8
    with pytest.raises(KeyError):
        wording.topics_of("military")


@pytest.mark.parametrize("name", NAMES)
def test_every_topic_has_units_in_every_place(name):
    place = scenario.load(name).place

    for topic in wording.topics().values():
        units = {places.unit_for(place, field).name for field in topic.fields}
        assert len(units) >= 2, topic.code


@pytest.mark.parametrize("topic", list(wording.topics()))
@pytest.mark.parametrize("seed", range(8))
def test_parts_are_full_and_within_limits(topic, seed):
    text = composed(seed, topic=topic)

    assert 5 < len(text.title) <= texts.TITLE_MAX
    assert re.fullmatch(r"关于.+的?(提案|建议|案)", text.title)
    assert len(text.suggestions) in (2, 3)
    assert len(text.heads) == len(text.suggestions)
    assert all(texts.PART_MIN <= len(part) <= texts.PART_MAX for part in text.parts)
    assert sum(map(len, text.parts)) <= 1500
    assert not UNFINISHED_SLOT.search("".join((text.title, *text.parts, text.background)))


@given(seeds)
def test_the_same_seed_gives_the_same_text(seed):
    assert composed(seed) == composed(seed)


@given(seeds, seeds)
def test_proposals_on_one_topic_read_differently(one, other):
    first, second = composed(one, topic="parking"), composed(other, topic="parking")

    assert (first.parts == second.parts) == (one == other)


@given(seeds, st.sampled_from(list(wording.topics())))
def test_a_near_copy_speaks_of_the_same_in_other_words(seed, topic):
    text = composed(seed, topic=topic)

    twin = texts.near_copy(Random(seed + 1), text)

    assert (twin.topic, twin.where, sorted(twin.heads)) == (
        text.topic,
        text.where,
        sorted(text.heads),
    )
    assert twin.title != text.title
    assert twin.situation != text.situation
    assert twin.suggestions != text.suggestions
    assert len(twin.title) <= texts.TITLE_MAX


def test_a_returned_text_comes_back_better():
    text = composed(1)

    assert len(texts.draft_of(text).suggestions) == 2
    assert texts.draft_of(text).analysis == ""
    assert texts.revised(Random(1), text).suggestions == text.suggestions
    assert texts.revised(Random(1), text).background != text.background


@given(seeds)
def test_a_reply_answers_every_suggestion(seed):
    text = composed(seed)
    wanted = (Adoption.ADOPTED, Adoption.PARTLY, Adoption.NOT_ADOPTED)[: len(text.suggestions)]

    reply = replies.compose_reply(
        Random(seed),
        text,
        unit=text.unit_names[0],
        assists=text.unit_names[1:2],
        adoption=wanted,
        replied_on=date(2022, 11, 30),
    )

    assert tuple(point.adoption for point in reply.points) == wanted
    assert [bool(point.reason) for point in reply.points] == [
        value != Adoption.ADOPTED for value in wanted
    ]
    assert text.title in reply.body
    assert text.unit_names[1] in reply.body
    assert 1 <= len(reply.commitments) <= 2
    assert all(date(2023, 1, 1) <= promise.due for promise in reply.commitments)
    assert not UNFINISHED_SLOT.search(reply.body + "".join(p.answer for p in reply.points))


def test_a_reply_wants_one_adoption_for_each_suggestion():
    with pytest.raises(ValueError, match="adoptions"):
        replies.compose_reply(
            Random(1), composed(1), unit="单位", adoption=(), replied_on=date(2022, 5, 1)
        )


def test_nothing_is_promised_where_nothing_was_taken_up():
    text = composed(2)
    adoption = (Adoption.NOT_ADOPTED,) * len(text.suggestions)

    reply = replies.compose_reply(
        Random(2), text, unit="单位", adoption=adoption, replied_on=date(2022, 5, 1)
    )

    assert reply.commitments == ()


@pytest.mark.parametrize("kind", Note)
def test_every_note_is_written(kind):
    notes = {letters.note(Random(seed), composed(seed), kind, other="甲局") for seed in range(9)}

    assert len(notes) > 1
    assert not UNFINISHED_SLOT.search("".join(notes))
    assert all(8 <= len(line) <= 300 for line in notes)


def test_co_signers_remarks_are_short_enough_for_every_rulebook():
    kinds = (Note.DECLINE, Note.AGREEMENT)

    remarks = [letters.note(Random(n), composed(n), kind) for n in range(20) for kind in kinds]

    assert max(map(len, remarks)) <= 100


@pytest.mark.parametrize("outcome", ReviewOutcome)
def test_every_review_outcome_has_an_opinion(outcome):
    assert letters.review_opinion(Random(1), composed(1), outcome).endswith("。")


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_notice_for_every_ground_and_disposition(name):
    review = scenario.load(name).rules.review

    for ground in review.grounds:
        for disposition in review.dispositions:
            notice = letters.not_filed_notice(
                Random(1), composed(1), ground=ground.code, disposition=disposition.code
            )
            assert not UNFINISHED_SLOT.search(notice)
    assert {ground.code for ground in review.grounds} <= set(letters.grounds())
    assert {entry.code for entry in review.dispositions} <= set(letters.dispositions())


def test_units_write_of_contacts_and_opinions():
    text = composed(3)

    talk = replies.contact(Random(3), text, unit="灵武市教育局")
    opinion = replies.assist_opinion(Random(3), text, unit="甲局", lead="乙局")

    assert talk.place
    assert talk.outcome
    assert opinion.startswith("乙局：")


def test_names_are_many():
    names = places.person_names(Random(1), 5000)

    assert len(set(names)) == 5000
    assert all(2 <= len(name) <= 4 for name in names)


@pytest.mark.parametrize("name", NAMES)
def test_units_and_bodies_are_of_every_kind_and_named_once(name):
    played = scenario.load(name)
    units, bodies = played.units, played.bodies

    assert {unit.kind for unit in units} == set(UnitKind)
    assert len({unit.name for unit in units}) == len(units)
    assert {body.kind for body in bodies} == set(BodyKind)
    assert len({(body.kind, body.name) for body in bodies}) == len(bodies)


def test_published_figures_stand():
    """The figures of the reports, once more and by hand."""
    year = {name: scenario.load(name).totals for name in NAMES}
    lingwu, sichuan = year["lingwu-2022"], year["sichuan-2022"]
    yichun, national = year["yichun-2022"], year["national-2026"]

    assert (lingwu.received, lingwu.filed, lingwu.concluded, lingwu.satisfied) == (135, 68, 68, 68)
    assert (sichuan.received, sichuan.filed, sichuan.concluded) == (1194, 1006, 994)
    assert (sichuan.adopted, round(100 * sichuan.adopted / sichuan.concluded, 1)) == (917, 92.3)
    assert (yichun.filed, scenario.load("yichun-2022").deviations[Deviation.KEY]) == (409, 25)
    assert (national.received, national.filed, national.merged) == (5865, 5005, 451)
    assert (national.not_filed, national.withdrawn) == ({"opinion": 409}, 0)
    assert list(national.categories.values()) == [2103, 453, 528, 1334, 587]
    kinds = national.kinds
    assert kinds[ProposerKind.INDIVIDUAL] + kinds[ProposerKind.JOINT] == 4502
    assert kinds[ProposerKind.COLLECTIVE] == 503


def test_every_disposition_and_deviation_occurs_somewhere():
    played = [scenario.load(name) for name in NAMES]

    assert scenario.names() == NAMES
    assert {code for one in played for code in one.totals.not_filed} == set(letters.dispositions())
    assert {name for one in played for name in one.deviations} == set(Deviation)


@pytest.mark.parametrize(
    ("table", "line", "value", "named"),
    [
        ("totals", "received", 136, "totals.received"),
        ("totals", "satisfied", 67, "totals.satisfied"),
        ("totals", "adopted", 68, "totals.adopted"),
        ("totals", "reassigned", 4, "totals.reassigned"),
        ("totals", "rollover", -1, "totals.rollover"),
        ("counts", "units", 51, "counts.units"),
        ("deviations", "assist_waived", 29, "deviations.assist_waived"),
        ("deviations", "return_leader", 1, "deviations.return_leader"),
        ("deviations", "by_magic", 1, "deviations.by_magic"),
        ("category_codes", "social", "sociable", "category_codes"),
    ],
)
def test_a_wrong_line_is_named(table, line, value, named):
    spoilt = copy.deepcopy(document("lingwu-2022"))
    spoilt[table][line] = value

    with pytest.raises(ScenarioInvalid, match=re.escape(named)):
        scenario.read(spoilt)


def test_rolling_over_needs_a_session_to_count_for():
    spoilt = document("lingwu-2022")
    del spoilt["next_session"]

    with pytest.raises(ScenarioInvalid, match="next_session"):
        scenario.read(spoilt)


def test_an_unknown_scenario_is_a_key_error():
    with pytest.raises(KeyError):
        scenario.load("atlantis-1000")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8)
@given(seed=seeds)
def test_plans_add_up_to_the_totals(name, seed):
    played = scenario.load(name)

    assert tally.tally(played, plan_cases(played, seed)) == tally.totals(played)


@given(seeds)
@settings(max_examples=10)
def test_the_same_seed_gives_the_same_plans(seed):
    assert plan_cases(LINGWU, seed) == plan_cases(LINGWU, seed)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3)
@given(seed=seeds)
def test_every_life_makes_sense(name, seed):
    played = scenario.load(name)
    plans = plan_cases(played, seed)

    assert [plan.index for plan in plans] == list(range(len(plans)))
    for plan in plans:
        if plan.outcome == Outcome.FILED:
            _check_filed(played, plan)
        else:
            assert (plan.tasks, plan.stage, plan.deviations) == ((), None, frozenset())
        if plan.outcome == Outcome.MERGED:
            host = plans[plan.host]
            assert (host.outcome, host.period) == (Outcome.FILED, PeriodKind.SESSION)
            assert (host.topic, host.category) == (plan.topic, plan.category)
        assert (plan.ground != "") == (plan.outcome == Outcome.NOT_FILED)
        assert (plan.agreeing > 0) == (plan.kind == ProposerKind.JOINT)
        assert (plan.body_kind is not None) == (plan.kind == ProposerKind.COLLECTIVE)
        _check_moment(played, plan)


def _check_moment(played: scenario.Scenario, plan: CasePlan) -> None:
    session = played.session
    if plan.outcome == Outcome.NEXT_SESSION:
        assert plan.received_at >= session.rollover_at
    elif plan.period == PeriodKind.SESSION:
        assert session.collection_opens_at <= plan.received_at < session.collection_closes_at
    else:
        assert session.collection_closes_at < plan.received_at < session.rollover_at


def _check_filed(played: scenario.Scenario, plan: CasePlan) -> None:
    roles = [task.role for task in plan.tasks]
    units = [task.unit for task in plan.tasks]
    assert set(units) <= {unit.name for unit in played.units}
    assert len(set(units)) == len(units)
    if roles[0] == AssignmentRole.LEAD:
        assert set(roles[1:]) == {AssignmentRole.ASSIST}
    elif roles[0] == AssignmentRole.SEPARATE:
        assert set(roles) == {AssignmentRole.SEPARATE}
        assert len(roles) > 1
    else:
        assert roles == [AssignmentRole.SOLE]
    assert len(plan.deviations & {*RETURNS}) <= 1
    assert len(plan.deviations & {*FEEDBACK_ENDS}) <= 1
    assert (plan.other_unit != "") == plan.has(*RETURNS)
    assert plan.other_unit not in units
    assert plan.has(Deviation.PAPER_ENTRY) == (plan.channel == Channel.PAPER)
    assert not plan.has(Deviation.ASSIST_WAIVED) or plan.assisting
    assert not plan.has(*REASSIGNED) or plan.batch or plan.period == PeriodKind.SESSION
    rounds = 2 if plan.has(Deviation.POOR_THEN_SATISFIED, Deviation.POOR_TWICE) else 1
    rated = plan.stage == Stage.CONCLUDED and not plan.has(Deviation.UNRATED)
    assert len(plan.ratings) == (rounds if rated else 0)
    assert (plan.result_class != "") == (plan.stage in (Stage.CONCLUDED, Stage.REPLIED))
    assert (plan.drafted_class != plan.result_class) == plan.has(Deviation.CLASS_CHANGED)


def test_the_load_comes_in_the_last_hours():
    plans = plan_cases(scenario.load("national-2026"), 7)
    closes_at = scenario.load("national-2026").session.collection_closes_at

    late = [plan for plan in plans if (closes_at - plan.received_at).total_seconds() <= 6 * 3600]

    assert len(late) > len(plans) * 0.35


@pytest.mark.parametrize("name", NAMES)
def test_no_two_titles_of_a_year_are_the_same(name):
    played = scenario.load(name)
    plans = plan_cases(played, 3)

    written = texts_of(played, plans)

    titles = [text.title for text in written]
    assert len(set(titles)) == len(plans)
    assert sum(len(title) <= texts.TITLE_AIM for title in titles) > 0.95 * len(titles)
    assert [text.category for text in written] == [plan.category for plan in plans]
    for plan, text in zip(plans, written, strict=True):
        assert len(text.title) <= played.rules.texts.title_max
        assert re.search(played.rules.texts.title_pattern, text.title)
        if plan.host is not None:
            assert text.topic == written[plan.host].topic


def test_six_thousand_distinct_titles_are_possible():
    taken: set[str] = set()
    place = scenario.load("national-2026").place
    rng = Random(11)
    for number in range(6000):
        category = wording.CATEGORIES[number % 5]
        text = texts.compose(
            rng, place=place, committee_name="全国政协", category=category, taken=taken
        )
        taken.add(text.title)

    assert len(taken) == 6000
