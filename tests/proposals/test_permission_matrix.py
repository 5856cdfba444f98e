"""One table, permission_matrix.md: who sees and does what, as the API answers.

Rows and columns come from the declarations; ``UPDATE_TABLES=1`` before the command writes the
table anew.
"""

import difflib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from rest_framework.test import APIClient

from config.api import router
from members import clock
from members.enums import AssignmentRole, DutyKind, Role
from proposals.api.actions import VisibleViewSet, own_steps
from proposals.enums import (
    AWAITING_FILING,
    HANDED_IN,
    NEW,
    AssignmentState,
    Channel,
    CosignatureState,
    PreAssignmentState,
    ProposalState,
    Publicity,
    ReplyState,
)
from proposals.lifecycle.subject import Step, Subject
from proposals.models import (
    SUBJECTS,
    Assignment,
    AssignmentBatch,
    Attachment,
    Commitment,
    Cosignature,
    Event,
    ExtensionRequest,
    Feedback,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
    ReviewOpinion,
    TextVersion,
)
from supervision.models import Duty
from tests.factories import proposals as make
from tests.factories.proposals import ONCE_ASSIGNED, Place, platform_administrator

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("permission_matrix.md")
UPDATE = "UPDATE_TABLES"
NOW = make.CONCLUDED_AT
STALE = {"HTTP_IF_MATCH": '"999"'}
"""Nobody has seen this version: whoever may take the step is told so, and nothing happens."""

VIEWS = {
    view.queryset.model: (prefix, view)
    for prefix, view, _name in router.registry
    if issubclass(view, VisibleViewSet)
}
YES, NO = "✓", "–"
STRANGERS = ["C", "elsewhere"]
OF_EACH_ROLE = ["lead", "contact", *make.OFFICERS, "A liaison", "A handler", "A signatory"]

INTRODUCTION = f"""# Who sees and does what

Written by `{UPDATE}=1 make test` from what the API answers; a test compares the two. Rows are
the steps of each machine that people take, and what can be read. Columns are people:

- `lead` proposes with the co-signer `cosigner`; `invitee` has been asked to co-sign; `member`
  sits in the same assembly. `contact` speaks for the body that proposes, `contact 2` for another.
- `clerk` to `auditor` are the officers of the committee, under the county's rules.
- Unit `A` leads, unit `B` assists, and each has a liaison, a handler and a signatory. `C` is
  every role of a unit that was never asked, `D` of one whose task went to unit A.
- `elsewhere` is every role in another committee, `platform` the platform's administrator,
  `nobody` is not signed in. `a/b`: the people of one column get different answers.

`✓` permitted, `403` seen but not theirs, `404` not there for them, `401` not signed in; `–` left
out of what they see. A row without states holds in all of them. A step's `403` is `404` in
exactly those states in which the subject is not there for them to read.
"""


# -- The people -------------------------------------------------------------------------------


def columns(here: Place, elsewhere: Place) -> dict[str, list[APIClient]]:
    """Name of each column to the clients of its people."""
    single = ["lead", "cosigner", "invitee", "member", "contact", "other contact"]
    single += [*make.OFFICERS]
    found = {name.replace("other contact", "contact 2"): [here.users[name]] for name in single}
    for unit in "AB":
        for role in ("liaison", "handler", "signatory"):
            found[f"{unit} {role}"] = [here.users[f"{unit} {role}"]]
    for unit in "CD":
        found[unit] = [user for name, user in here.users.items() if name.startswith(f"{unit} ")]
    found["elsewhere"] = [elsewhere.users[name] for name in OF_EACH_ROLE]
    found["platform"] = [platform_administrator()]
    clients = {name: [client_of(user) for user in users] for name, users in found.items()}
    return {**clients, "nobody": [APIClient()]}


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


# -- The subjects -----------------------------------------------------------------------------


@dataclass
class Case:
    """A subject in a state, under a title that tells which of several it is."""

    model: type[Subject]
    title: str
    make: Callable[[str], Subject]
    states: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.states = self.states or [str(s) for s, _label in self._choices()]

    def _choices(self) -> Any:
        return self.model._meta.get_field("state").choices


OF_A_BODY = (
    ProposalState.DRAFT,
    ProposalState.RETURNED,
    ProposalState.SUBMITTED,
    ProposalState.FILED,
    ProposalState.HANDLING,
)


class World(Place):
    """A place whose people stand in every relation to a proposal."""

    def cases(self) -> list[Case]:
        """Every machine, in the states and relations that tell people apart."""
        undecided = [CosignatureState.INVITED, CosignatureState.DECLINED]
        return [
            Case(Proposal, "of members", self.proposal),
            Case(Proposal, "of a body", partial(self.proposal, body=self.body), [*OF_A_BODY]),
            Case(Cosignature, "on a draft", partial(self.cosignature, ProposalState.DRAFT)),
            Case(
                Cosignature,
                "on a submitted proposal",
                partial(self.cosignature, ProposalState.SUBMITTED),
                [*undecided],
            ),
            Case(PreAssignment, "asked of unit A", self.pre_assignment),
            Case(AssignmentBatch, "", self.batch),
            Case(Assignment, "of unit A, which leads", partial(self.task, "A")),
            Case(
                Assignment,
                "of unit B, which assists",
                partial(self.task, "B"),
                [AssignmentState.ISSUED, AssignmentState.HANDLING, AssignmentState.REPLIED],
            ),
            Case(ReturnRequest, "of unit A", self.return_request),
            Case(ExtensionRequest, "of unit A", self.extension_request),
            Case(Reply, "open, of unit A", self.reply),
            Case(
                Reply,
                "kept closed, of unit A",
                partial(self.reply, publicity=Publicity.CLOSED),
                [ReplyState.DRAFTING, ReplyState.DELIVERED],
            ),
            Case(Feedback, "of the lead on unit A's reply", self.feedback),
            Case(Feedback, "of a body", partial(self.feedback, body=self.body)),
            Case(Commitment, "of unit A", self.commitment),
        ]

    def proposal(self, state: str, **more: Any) -> Proposal:
        lead = {} if "body" in more else {"lead": self.members["lead"]}
        proposal: Proposal = make.ProposalFactory(
            committee=self.committee, state=state, **lead, **more
        )
        if lead:
            self.signatures(proposal)
        if state == ProposalState.PRE_ASSIGNED:
            make.PreAssignmentFactory(proposal=proposal, unit=self.units["A"])
        if state in ONCE_ASSIGNED:
            self.tasks(proposal)
        return proposal

    def signatures(self, proposal: Proposal) -> None:
        """One has signed; one has been asked, which lapses with the decision."""
        open_still = proposal.state in (
            ProposalState.DRAFT,
            ProposalState.RETURNED,
            *AWAITING_FILING,
        )
        states = {
            "cosigner": CosignatureState.AGREED,
            "invitee": CosignatureState.INVITED if open_still else CosignatureState.LAPSED,
        }
        for name, state in states.items():
            make.CosignatureFactory(proposal=proposal, member=self.members[name], state=state)

    def tasks(self, proposal: Proposal) -> dict[str, Assignment]:
        """Unit A leads, unit B assists, and unit D had unit A's task before."""
        state = AssignmentState.HANDLING
        if proposal.state == ProposalState.ASSIGNED:
            state = AssignmentState.ISSUED
        if proposal.state in (ProposalState.REPLIED, ProposalState.ESCALATED):
            state = AssignmentState.REPLIED
        if proposal.state == ProposalState.CONCLUDED:
            state = AssignmentState.CLOSED
        rows = {
            "D": (AssignmentRole.LEAD, AssignmentState.REASSIGNED),
            "A": (AssignmentRole.LEAD, state),
            "B": (AssignmentRole.ASSIST, state),
        }
        return {
            unit: make.AssignmentFactory(
                proposal=proposal, unit=self.units[unit], role=role, state=state
            )
            for unit, (role, state) in rows.items()
        }

    def cosignature(self, of: str, state: str) -> Cosignature:
        proposal = make.ProposalFactory(
            committee=self.committee, state=of, lead=self.members["lead"]
        )
        make.CosignatureFactory(
            proposal=proposal, member=self.members["cosigner"], state=CosignatureState.AGREED
        )
        return make.CosignatureFactory(
            proposal=proposal, member=self.members["invitee"], state=state
        )

    def pre_assignment(self, state: str) -> PreAssignment:
        proposal = make.ProposalFactory(
            committee=self.committee,
            state=ProposalState.PRE_ASSIGNED,
            lead=self.members["lead"],
        )
        make.PreAssignmentFactory(
            proposal=proposal, unit=self.units["B"], state=PreAssignmentState.ASKED
        )
        return make.PreAssignmentFactory(proposal=proposal, unit=self.units["A"], state=state)

    def batch(self, state: str) -> AssignmentBatch:
        return make.AssignmentBatchFactory(committee=self.committee, state=state)

    def task(self, unit: str, state: str) -> Assignment:
        """In a state of its own; a task that was taken away went to another unit."""
        at_end = {
            AssignmentState.REPLIED: ProposalState.REPLIED,
            AssignmentState.CLOSED: ProposalState.CONCLUDED,
        }
        proposal = self.proposal(at_end.get(AssignmentState(state), ProposalState.HANDLING))
        task = proposal.assignments.get(unit=self.units[unit])
        done = make.REPLIED_AT if state in at_end else None
        Assignment.objects.filter(pk=task.pk).update(state=state, replied_at=done, opinion="同意。")
        return Assignment.objects.get(pk=task.pk)

    def return_request(self, state: str) -> ReturnRequest:
        task = self.task("A", AssignmentState.ACKNOWLEDGED)
        return make.ReturnRequestFactory(
            assignment=task, state=state, suggested_unit=self.units["C"]
        )

    def extension_request(self, state: str) -> ExtensionRequest:
        return make.ExtensionRequestFactory(
            assignment=self.task("A", AssignmentState.HANDLING), state=state
        )

    def reply(self, state: str, body: Any = None, **more: Any) -> Reply:
        out = state in (ReplyState.DELIVERED, ReplyState.SUPERSEDED)
        of = ProposalState.REPLIED if out else ProposalState.HANDLING
        proposal = self.proposal(of, **({"body": body} if body else {}))
        task = proposal.assignments.get(unit=self.units["A"])
        return make.ReplyFactory(
            assignment=task, proposal=proposal, state=state, inspection_note="可以发出。", **more
        )

    def feedback(self, state: str, body: Any = None) -> Feedback:
        return make.FeedbackFactory(reply=self.reply(ReplyState.DELIVERED, body=body), state=state)

    def commitment(self, state: str) -> Commitment:
        return make.CommitmentFactory(reply=self.reply(ReplyState.DELIVERED), state=state)


# -- The questions ----------------------------------------------------------------------------

Answers = dict[str, str]


@dataclass
class Crowd:
    """Everybody, asked the same; whatever they do is taken back."""

    clients: dict[str, list[APIClient]]
    questions: int = 0

    def asked(self, question: Callable[[APIClient], str]) -> Answers:
        """Name of each column to the answer that its people get.

        Of those whom nothing concerns, another one is asked each time.
        """
        self.questions += 1
        answers = {}
        for name, clients in self.clients.items():
            turn = self.questions % len(clients)
            people = clients[turn : turn + 1] if name in STRANGERS else clients
            with transaction.atomic():
                given = dict.fromkeys(question(client) for client in people)
                transaction.set_rollback(True)
            answers[name] = "/".join(given)
        return answers


def may_take(step: Step, subject: Subject, committee: int, client: APIClient) -> str:
    """The answer to the step, taken with the input of somebody who has not looked."""
    prefix, _view = VIEWS[type(subject)]
    place = "" if step.creates else f"{subject.pk}/"
    url = f"/api/v1/{prefix}/{place}{step.slug}/"
    response = client.post(url, {"committee": committee}, format="json", **STALE)
    if response.status_code == 409:
        assert response.json()["errors"][0]["code"] == "stale_version"
    assert response.status_code in {401, 403, 404, 409}, response.content
    return YES if response.status_code == 409 else str(response.status_code)


def sees(row: Any, client: APIClient) -> str:
    """The answer to the detail."""
    prefix, _view = VIEWS[type(row)]
    return reads(f"/api/v1/{prefix}/{row.pk}/", lambda response: True, client)


def reads(url: str, part: Callable[[Any], Any], client: APIClient) -> str:
    """Whether a part of what the address shows is there."""
    response = client.get(url)
    if response.streaming:
        response.getvalue()  # to its end, so that the file is closed
    if response.status_code != 200:
        return str(response.status_code)
    return YES if part(response) else NO


# -- The rows ---------------------------------------------------------------------------------

Row = tuple[str, str, Answers]
"""What is asked, in which state, with which answers."""


def rows_of(case: Case, committee: int, crowd: Crowd) -> Iterator[Row]:
    """The rows of a machine: reading, then every step of a person from every state."""
    subjects = {state: case.make(state) for state in case.states}
    read = {}
    for state, subject in subjects.items():
        read[state] = crowd.asked(partial(sees, subject))
        yield "*read*", state, read[state]
    for step in own_steps(case.model):
        if step.creates:
            take = partial(may_take, step, case.model(), committee)
            yield step.name, NEW, crowd.asked(take)
        asked: list[tuple[Answers, Answers]] = []
        for state in step.source:
            if state not in subjects:
                continue
            # Who takes a step hangs on the subject; the state only decides who sees it.
            answers = next((given for seen, given in asked if seen == read[state]), None)
            if answers is None:
                answers = crowd.asked(partial(may_take, step, subjects[state], committee))
                assert there(answers) == there(read[state])
                asked.append((read[state], answers))
            yield step.name, state, answers


def there(answers: Answers) -> set[str]:
    """Names of the columns for whom the subject is there."""
    return {name for name, answer in answers.items() if answer in (YES, "403")}


def joined(rows: Iterable[Row]) -> Iterator[tuple[str, Answers]]:
    """Rows that permit the same people as one, which names its states where others differ."""
    for name, group in groupby(rows, key=lambda row: row[0]):
        alike: dict[tuple[str, ...], dict[str, Answers]] = {}
        for _name, state, answers in group:
            permitted = tuple(column for column in answers if YES in answers[column])
            alike.setdefault(permitted, {})[state] = answers
        for by_state in alike.values():
            told = ", ".join(by_state)
            merged = {
                column: min(answers[column] for answers in by_state.values())
                for column in next(iter(by_state.values()))
            }
            yield name if len(alike) == 1 else f"{name}: {told}", merged


def other_reads(world: World, crowd: Crowd) -> Iterator[tuple[str, Answers]]:
    """What is read beside the machines' own rows: texts, opinions, files, ledger, duties."""
    for state in (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING):
        proposal = world.proposal(state)
        url = f"/api/v1/proposals/{proposal.pk}/"
        keep_texts(proposal, world)
        for part in ("versions", "opinions"):
            asked = partial(reads, f"{url}{part}/", lambda response: response.json())
            yield f"proposal {part}: {state}", crowd.asked(asked)
        for name, cosignature in asked_to_sign(proposal).items():
            shown = partial(shows_signature, cosignature.pk)
            yield f"proposal shows {name}: {state}", crowd.asked(partial(reads, url, shown))
    for name, url, part in confidential(world):
        yield name, crowd.asked(partial(reads, url, part))
    for name, attachment in attachments(world).items():
        url = f"/api/v1/attachments/{attachment.pk}/content/"
        seen = crowd.asked(partial(sees, attachment))
        assert crowd.asked(partial(reads, url, lambda response: True)) == seen
        yield f"attachment {name}", seen
    for name, event in events(world).items():
        yield f"event {name}", crowd.asked(partial(sees, event))
    for name, duty in duties(world).items():
        yield f"duty {name}", crowd.asked(partial(sees, duty))


def keep_texts(proposal: Proposal, world: World) -> None:
    TextVersion.objects.create(
        proposal=proposal, number=1, kind="original", title="原文", kept_at=NOW
    )
    ReviewOpinion.objects.create(
        proposal=proposal,
        round=1,
        round_name="审查",
        reviewer=world.users["reviewer"],
        reviewed_at=NOW,
        outcome="file",
    )


def asked_to_sign(proposal: Proposal) -> dict[str, Cosignature]:
    """A signature, and the refusal of somebody who did not want to sign."""
    declined = make.CosignatureFactory(proposal=proposal, state=CosignatureState.DECLINED)
    agreed = proposal.cosignatures.get(state=CosignatureState.AGREED)
    return {"who signed": agreed, "who declined": declined}


def shows_signature(number: int, response: Any) -> bool:
    return number in [row["id"] for row in response.json()["cosignatures"]]


def confidential(world: World) -> Iterator[tuple[str, str, Callable[[Any], Any]]]:
    """Parts of a detail that are not for everybody who sees the rest."""
    task = world.task("B", AssignmentState.REPLIED)
    reply = world.reply(ReplyState.DELIVERED)
    reply.commitments.create(
        proposal=reply.proposal, state="open", created_at=NOW, text="建成", due_on=NOW.date()
    )
    yield (
        "assignment shows the assisting unit's opinion",
        f"/api/v1/assignments/{task.pk}/",
        lambda response: response.json().get("opinion"),
    )
    yield (
        "reply shows the inspection's note",
        f"/api/v1/replies/{reply.pk}/",
        lambda response: response.json().get("inspection_note"),
    )
    yield (
        "reply shows its commitments",
        f"/api/v1/replies/{reply.pk}/",
        lambda response: response.json()["commitments"],
    )
    event = event_of(task.proposal, world)
    yield (
        "event shows its input and address",
        f"/api/v1/events/{event.pk}/",
        lambda response: "input" in response.json(),
    )


def attachments(world: World) -> dict[str, Attachment]:
    """A file of each stage, beside a subject in each state that matters."""
    of = world.proposal
    draft, submitted, handling = (
        of(state)
        for state in (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING)
    )
    written, out = world.reply(ReplyState.DRAFTING), world.reply(ReplyState.DELIVERED)
    closed = world.reply(ReplyState.DELIVERED, publicity=Publicity.CLOSED)

    def file(proposal: Proposal, stage: str = "proposal", **more: Any) -> Attachment:
        attachment = Attachment(
            proposal=proposal,
            stage=stage,
            name="附件.txt",
            extension="txt",
            size=2,
            sha256="0" * 64,
            uploaded_by=world.users["lead"],
            uploaded_at=NOW,
            **more,
        )
        attachment.file.save("附件.txt", ContentFile("文".encode()))
        return attachment

    before, after = make.RECEIVED_AT.replace(year=2023), make.RECEIVED_AT.replace(year=2025)
    return {
        "of a draft": file(draft),
        "of a submitted proposal": file(submitted),
        "of a proposal in hand": file(handling),
        "removed before it was handed in": file(handling, removed_at=before),
        "removed when it had been sent back": file(handling, removed_at=after),
        "of a drafted reply": file(written.proposal, "reply", reply=written),
        "of a delivered open reply": file(out.proposal, "reply", reply=out),
        "of a delivered closed reply": file(closed.proposal, "reply", reply=closed),
        "scan of a paper rating": file(out.proposal, "feedback"),
    }


def event_of(subject: Subject, world: World) -> Event:
    """A line of the ledger about the subject; its hash is not looked at here."""
    root = subject.root
    return Event.objects.create(
        subject_kind=subject.kind,
        subject_id=subject.pk,
        sequence=1,
        proposal=root,
        committee=world.committee,
        action="x",
        target=subject.state,
        channel=Channel.SYSTEM,
        at=NOW,
        hash="0" * 64,
    )


def events(world: World) -> dict[str, Event]:
    """A line about every kind of subject, and about a proposal in each state that matters."""
    states = (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING)
    found = {f"of a proposal: {s}": event_of(world.proposal(s), world) for s in states}
    for case in world.cases():
        if case.model is not Proposal:
            state = case.states[0]
            subject = case.make(state)
            name = f"of a {case.model._meta.model_name} {case.title}".strip()
            found[f"{name}: {state}"] = event_of(subject, world)
    return found


def duties(world: World) -> dict[str, Duty]:
    """What everybody can owe, each on a proposal of which it can be owed."""
    proposal, draft = world.proposal(ProposalState.HANDLING), world.proposal(ProposalState.DRAFT)
    unit, members = world.units["A"], world.members
    liaison = Role.UNIT_LIAISON

    def duty(kind: DutyKind, role: Role, of: Proposal = proposal, **holder: Any) -> Duty:
        return Duty.objects.create(
            kind=kind,
            subject_kind="any",
            subject_id=of.pk,
            proposal=of,
            committee=world.committee,
            role=role,
            opened_by=event_of(world.batch("issued"), world),
            opened_at=NOW,
            due_at=NOW,
            first_due_at=NOW,
            basis="规则",
            **holder,
        )

    return {
        "of the invitee: draft": duty(
            DutyKind.COSIGN, Role.MEMBER, draft, member=members["invitee"]
        ),
        "of the lead": duty(DutyKind.FEEDBACK, Role.MEMBER, member=members["lead"]),
        "of a body": duty(DutyKind.REHANDLE, Role.COLLECTIVE_CONTACT, body=world.body),
        "of unit A": duty(DutyKind.REPLY, liaison, unit=unit),
        "of the assigner": duty(DutyKind.RETURN_DECISION, Role.ASSIGNING_OFFICER),
        "of the director": duty(DutyKind.EXTENSION_DECISION, Role.COMMITTEE_DIRECTOR),
    }


# -- The table --------------------------------------------------------------------------------


def table() -> str:
    """The whole table as the API answers it now."""
    world, elsewhere = World(), Place()
    crowd = Crowd(columns(world, elsewhere))
    parts = [INTRODUCTION]
    for case in world.cases():
        rows = list(joined(rows_of(case, world.committee.pk, crowd)))
        title = f"{case.model._meta.model_name} ({case.model._meta.verbose_name})"
        parts.append(written(f"{title} {case.title}".strip(), rows))
    parts.append(written("What else is read", list(other_reads(world, crowd))))
    return "\n".join(parts)


def written(title: str, rows: list[tuple[str, Answers]]) -> str:
    """A section in Markdown, in columns that line up."""
    people = list(rows[0][1])
    lines = [["", *people], *([name, *answers.values()] for name, answers in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def line(cells: list[str]) -> str:
        cells = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        return f"| {' | '.join(cells)} |"

    rule = line(["-" * width for width in widths])
    return "\n".join([f"## {title}", "", line(lines[0]), rule, *map(line, lines[1:]), ""])


def test_people_see_and_do_what_the_table_says(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    with clock.at(NOW):
        answered = table()

    if os.environ.get(UPDATE):
        TABLE.write_text(answered, encoding="utf-8")
    wanted = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    assert changes(wanted, answered) == "", f"If this is right, {UPDATE}=1 make test writes it."


def changes(wanted: str, answered: str) -> str:
    """The rows that differ: as the table has them, and as the API answers."""
    lines = difflib.unified_diff(
        wanted.splitlines(), answered.splitlines(), "table", "API", lineterm="", n=0
    )
    return "\n".join(line for line in lines if not line.startswith("@@"))


def test_every_kind_of_row_that_is_served_is_in_the_table():
    assert {case.model for case in World().cases()} == set(SUBJECTS)
    assert set(VIEWS) - set(SUBJECTS) == {Attachment, Event, Duty}
    assert {state.value for state in HANDED_IN} < set(World().cases()[0].states)
