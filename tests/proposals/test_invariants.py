"""Random people try everything; after each attempt everything must still hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from members import clock
from members.enums import Role
from members.models import User
from members.selectors import rules_for
from proposals.api.actions import own_steps
from proposals.enums import Tone
from proposals.machine.step import Step, declared_step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Assignment,
    AssignmentBatch,
    Event,
    ExtensionRequest,
    Feedback,
    MergeCandidate,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
)
from supervision.models import KeyTopic
from tests.proposals import invariants
from tests.proposals.inputs import Writer, spoil
from tests.proposals.staffed_committee import StaffedCommittee, entitled, take

START = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)
PRESETS = ("county", "city", "province", "national")
MOST_PROPOSALS = 5
MOST_TOPICS = 2
REFUSALS = {400, 403, 404, 409, 422}

FATES: dict[str, tuple[Callable[..., Any], ...]] = {
    "proposal concluded": (Feedback.rate,),
    "proposal escalated": (Feedback.rate,),
    "proposal merged": (Proposal.merge, MergeCandidate.merge, Proposal.take_in, Proposal.unmerge),
    "proposal withdrawn": (Proposal.request_withdrawal, Proposal.withdraw),
    "assignment reassigned": (
        Assignment.request_return,
        ReturnRequest.escalate,
        ReturnRequest.grant,
        Assignment.reassign,
    ),
    "preassignment asked": (
        Proposal.pre_assign,
        PreAssignment.accept,
        PreAssignment.object,
        Proposal.add_unit,
    ),
    "extensionrequest granted": (Assignment.request_extension, ExtensionRequest.consent),
    "keytopic supervising": (
        KeyTopic.put_on_list,
        KeyTopic.decide,
        KeyTopic.announce,
        KeyTopic.make_plan,
    ),
}
"""What a run must come to see, and the steps that it therefore leans towards."""

chance = st.integers(0, 2**32)
"""Seeds: an attempt is written from one, so that it is cheap to make and can be replayed."""


class CommitteeUnderRandomSteps(RuleBasedStateMachine):
    """One committee at work, with strangers from the next one at the door."""

    committees: ClassVar[dict[str, StaffedCommittee]] = {}
    fate: ClassVar[str] = ""
    salt: ClassVar[int] = 0
    taken: ClassVar[Counter[str]] = Counter()
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.now = START
        self.attempts = 0
        self.checked: tuple[int, ...] = ()
        self.known = 0
        self.last: tuple[Any, ...] | None = None

    def teardown(self) -> None:
        for event in Event.objects.all():
            self.reached[f"{event.subject_kind} {event.target}"] += 1
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    @initialize(preset=st.sampled_from(PRESETS), seed=chance, progress=st.integers(4, 20))
    def open_the_session(self, preset: str, seed: int, progress: int) -> None:
        """Work is under way: hypothesis leaves whole kinds of attempts out of an example."""
        self.staffed = self.committees[preset]
        self.strangers = self.committees[PRESETS[PRESETS.index(preset) - 1]].people
        random = self._random(seed)
        for _ in range(3):
            self._begin(random)
        for _ in range(progress):
            random.choice([self._advance, self._advance, self._act])(random)

    # -- What people do --------------------------------------------------------------------

    @rule(seed=chance)
    def begin(self, seed: int) -> None:
        """A member, a body's contact or the office brings in a proposal."""
        if self._proposals().count() < MOST_PROPOSALS:
            self._begin(self._random(seed))

    def _begin(self, random: Random) -> None:
        proposal = Proposal(committee=self.staffed.committee)
        name = random.choice(["draft", "draft", "draft", "enter"])
        data = self._writer(random, proposal).write(proposal.all_steps()[name])
        members, body = self.staffed.members, self.staffed.body
        by = random.choice(members).user
        if name == "enter":
            by = self.staffed.officer(Role.COMMITTEE_CLERK)
            data["proposer"] = random.choice(members).pk
            others = {member.pk for member in members} - {data["proposer"]}
            data["cosigners"] = random.sample(sorted(others), random.randint(0, 2))
        elif random.random() < 0.2:
            by, data["body"] = self.staffed.contact, body.pk
        self._take(random, by, proposal, name, data)

    @rule(seed=chance)
    def advance(self, seed: int) -> None:
        """Those whose turn it is bring one proposal some way forward."""
        self._advance(self._random(seed))

    def _advance(self, random: Random) -> None:
        keys = list(self._proposals().order_by("pk").values_list("pk", flat=True))
        if not keys:
            return
        chosen = random.choice(keys)
        for _ in range(5):
            turns = [
                (subject, step)
                for subject in self._subjects(chosen)
                for step in own_steps(type(subject))
                if step.tone == Tone.PRIMARY
                and subject.state in step.source
                and not (isinstance(subject, Proposal) and step.name == "designate_key")
                and self._is_ripe(random, subject, step)
            ]
            if not turns:
                return
            self._by_somebody_entitled(random, *random.choice(turns))

    @rule(seed=chance)
    def proposers_act(self, seed: int) -> None:
        """Members and contacts take any steps that are theirs to take."""
        self._several(seed, self.staffed.proposers)

    @rule(seed=chance)
    def offices_act(self, seed: int) -> None:
        """The committee's officials take any steps that are theirs to take."""
        self._several(seed, self.staffed.officials)

    @rule(seed=chance)
    def units_act(self, seed: int) -> None:
        """The units' people take any steps that are theirs to take."""
        self._several(seed, self.staffed.staff_of_units)

    def _several(self, seed: int, people: list[User]) -> None:
        random = self._random(seed)
        for _ in range(3):
            self._act(random, people)

    def _act(
        self, random: Random, people: list[User] | None = None, *, spoilt: bool = False
    ) -> None:
        """One of the people takes one of the steps that lead on from somewhere."""
        turns: dict[Step, list[Subject]] = {}
        for subject in self._subjects():
            for step in own_steps(type(subject)):
                if subject.state in step.source:
                    turns.setdefault(step, []).append(subject)
        in_order = sorted(turns, key=lambda step: (turns[step][0].kind, step.name))
        steps = random.sample(in_order, len(turns))
        if random.random() < 0.4:
            wanted = {declared_step(method) for method in FATES[self.fate]}
            steps.sort(key=lambda step: step not in wanted)
        for step in steps:
            subject = random.choice(turns[step])
            if self._by_somebody_entitled(random, subject, step, spoilt=spoilt, people=people):
                return

    @rule(seed=chance)
    def assign_together(self, seed: int) -> None:
        """The assigning office works through a list."""
        random = self._random(seed)
        batch = AssignmentBatch(committee=self.staffed.committee)
        self._by_somebody_entitled(random, batch, batch.all_steps()["issue"])

    @rule(seed=chance)
    def choose_key_topics(self, seed: int) -> None:
        """Somebody nominates a proposal as a key topic, and the choice goes on."""
        random = self._random(seed)
        topics = KeyTopic.objects.filter(committee=self.staffed.committee)
        if topics.count() < MOST_TOPICS:
            topic = KeyTopic(committee=self.staffed.committee)
            self._by_somebody_entitled(random, topic, topic.all_steps()["nominate"])
        for topic in topics.order_by("pk"):
            steps = [
                step
                for step in own_steps(KeyTopic)
                if topic.state in step.source and step.tone == Tone.PRIMARY
            ]
            if steps and random.random() < 0.7:
                self._by_somebody_entitled(random, topic, random.choice(steps))

    @rule(seed=chance)
    def meddle(self, seed: int) -> None:
        """Anybody from anywhere tries any step on anything, now and then with a bad input."""
        random = self._random(seed)
        subjects = self._subjects()
        model = random.choice(ALL_SUBJECTS)
        own = [subject for subject in subjects if isinstance(subject, model)]
        if not (own or subjects):
            return
        subject = random.choice(own or subjects)
        step = random.choice(own_steps(type(subject)))
        if step.creates:
            subject = type(subject)(committee=self.staffed.committee)
        by = random.choice([*self.staffed.people, *self.strangers])
        headers = {}
        if random.random() < 0.2:
            headers["If-Match"] = random.choice([f'"{subject.version - 1}"', "*", "x"])
        data = self._writer(random, subject).write(step)
        if random.random() < 0.5:
            data = spoil(random, data)
        self._take(random, by, subject, step.name, data, headers)

    @rule(seed=chance)
    def misspell(self, seed: int) -> None:
        """Somebody entitled sends something that is wrong in one place."""
        self._act(self._random(seed), spoilt=True)

    @rule()
    def repeat(self) -> None:
        """The last successful call arrives a second time; it must do nothing."""
        if self.last is None:
            return
        by, subject, name, data, headers, receipt = self.last
        before = invariants.fingerprint()
        step = subject.all_steps()[name]
        response = take(by, step, subject, data, at=self.now, headers=headers)
        # Whoever can no longer see the subject is told no more about it.
        assert response.status_code in (200, 201, 404), response.content
        if response.status_code != 404:
            assert response.json()["id"] == receipt
        assert invariants.fingerprint() == before

    @rule(seed=chance)
    def look(self, seed: int) -> None:
        """Anybody looks at anything."""
        random = self._random(seed)
        subjects = self._subjects()
        if not subjects:
            return
        subject = random.choice(subjects)
        client = APIClient()
        client.force_authenticate(random.choice([*self.staffed.people, *self.strangers]))
        plural = {"reply": "replies", "feedback": "feedback"}.get(subject.kind)
        noun = plural or subject.kind.replace("request", "-request").replace("pre", "pre-") + "s"
        noun = noun.replace("assignmentbatchs", "assignment-batches")
        before = invariants.fingerprint()
        with clock.at(self.now):
            for address in (f"/api/v1/{noun}/", f"/api/v1/{noun}/{subject.pk}/"):
                assert client.get(address).status_code in (200, 404), address
        assert invariants.fingerprint() == before

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 6, 24 * 40]))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.now += timedelta(hours=hours)

    # -- What must hold --------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        now = invariants.fingerprint()
        if now == self.checked:
            return
        assert invariants.broken(self.now, self.known) == []
        self.checked = now
        self.known = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    # -- How it is done --------------------------------------------------------------------

    def _random(self, seed: int) -> Random:
        """Another generator for every attempt, even from the same seed."""
        self.attempts += 1
        return Random(f"{seed} {self.attempts} {self.salt}")

    def _proposals(self) -> Any:
        return Proposal.objects.filter(committee=self.staffed.committee)

    def _subjects(self, proposal: int | None = None) -> list[Subject]:
        """Every row with a machine, in order of birth; of one proposal if one is named."""
        events = Event.objects.filter(sequence=1, committee=self.staffed.committee)
        if proposal is not None:
            events = events.filter(proposal=proposal)
        born = list(events.order_by("pk").values_list("subject_kind", "subject_id"))
        found = {
            kind: invariants.MODELS[kind].objects.in_bulk([key for of, key in born if of == kind])
            for kind in {kind for kind, _key in born}
        }
        return [found[kind][key] for kind, key in born]

    def _writer(self, random: Random, subject: Subject) -> Writer:
        with clock.at(self.now):
            subject.rules = rules_for(subject.committee, clock.today())
        if subject.root is not None:
            subject.root.rules = subject.rules
        strict = 0.9 if self.fate == "proposal escalated" else 0.1
        return Writer(random, subject, subject.rules, self.now, strict)

    def _is_ripe(self, random: Random, subject: Subject, step: Step) -> bool:
        self._writer(random, subject)
        if isinstance(subject, Reply) and step.name == "send_to_check":
            self._talk(random, subject)
        return all(condition(subject) for condition in step.conditions)

    def _talk(self, random: Random, reply: Reply) -> None:
        """The unit speaks with the proposer, as it must before it replies."""
        task = reply.assignment
        for stage in ("before", "during"):
            if not reply.contacts_suffice(reply.rules):
                step = task.all_steps()["record_contact"]
                data = self._writer(random, task).write(step)
                data |= {"stage": stage, "held_at": self.now.isoformat()}
                self._by_somebody_entitled(random, task, step, data)

    def _by_somebody_entitled(
        self,
        random: Random,
        subject: Subject,
        step: Step,
        data: dict[str, Any] | None = None,
        *,
        spoilt: bool = False,
        people: list[User] | None = None,
    ) -> bool:
        """Whether there is anybody who may take the step; then one of them does."""
        writer = self._writer(random, subject)
        allowed = entitled(people or self.staffed.people, step, subject, self.now)
        if not allowed:
            return False
        data = data if data is not None else writer.write(step)
        if spoilt:
            data = spoil(random, data)
        self._take(random, random.choice(allowed), subject, step.name, data)
        return True

    def _take(
        self,
        random: Random,
        by: User,
        subject: Subject,
        name: str,
        data: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> None:
        """One call: it succeeds and is on record, or is refused and changes nothing."""
        headers = {"Idempotency-Key": f"{random.random()}", **(headers or {})}
        step = subject.all_steps()[name]
        before, files = invariants.fingerprint(), _files()
        response = take(by, step, subject, data, at=self.now, headers=headers)
        if response.status_code in (200, 201):
            self.taken[f"{subject.kind} {name}"] += 1
            if not any(hasattr(value, "read") for value in data.values()):
                self.last = (by, subject, name, data, headers, response.json()["id"])
            assert invariants.fingerprint() != before
            return
        assert response.status_code in REFUSALS, response.content
        assert response.json()["errors"], "a refusal says why"
        assert invariants.fingerprint() == before
        assert _files() == files


def _files() -> int:
    """How many attachments are stored."""
    return sum(1 for path in django_settings.MEDIA_ROOT.rglob("*") if path.is_file())


@pytest.mark.django_db
@pytest.mark.parametrize("fate", FATES)
def test_whatever_people_try_everything_holds(fate: str) -> None:
    CommitteeUnderRandomSteps.committees = {preset: StaffedCommittee(preset) for preset in PRESETS}
    CommitteeUnderRandomSteps.fate = fate
    CommitteeUnderRandomSteps.taken.clear()
    CommitteeUnderRandomSteps.reached.clear()

    for salt in range(15):
        CommitteeUnderRandomSteps.salt = salt
        run_state_machine_as_test(
            CommitteeUnderRandomSteps,
            settings=settings(
                max_examples=4,
                stateful_step_count=40,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            ),
        )
        if CommitteeUnderRandomSteps.reached[fate]:
            break

    # Else the attempts have become too timid to prove anything.
    assert CommitteeUnderRandomSteps.reached[fate], sorted(CommitteeUnderRandomSteps.reached)
    assert len(CommitteeUnderRandomSteps.taken) >= 15, sorted(CommitteeUnderRandomSteps.taken)
