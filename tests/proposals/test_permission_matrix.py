"""One table, permission_matrix.md: who sees and does what, as the API answers.

Rows and columns come from the declarations; ``UPDATE_TABLES=1`` before the command writes the
table anew.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from config.api import router
from members import clock
from proposals.api.actions import VisibleViewSet, own_steps
from proposals.enums import (
    HANDED_IN,
    NEW,
    AssignmentState,
    CosignatureState,
    ProposalState,
    ReplyState,
)
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Attachment,
    Cosignature,
    Event,
    Proposal,
    ReviewOpinion,
    Scan,
    TextVersion,
    Theme,
)
from supervision.models import ChaseNotice, Duty, Reminder, TopicFile
from tests.factories import proposals as make
from tests.factories.proposals import CommitteeWithUsers, platform_administrator
from tests.proposals.subjects_in_every_state import (
    NOW,
    SubjectCase,
    SubjectsInEveryState,
    attachments,
    chasing,
    duties,
    event_of,
    events,
    merge_work,
)

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("permission_matrix.md")
UPDATE = "UPDATE_TABLES"
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


def columns(here: CommitteeWithUsers, elsewhere: CommitteeWithUsers) -> dict[str, list[APIClient]]:
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


# -- The questions ----------------------------------------------------------------------------

Answers = dict[str, str]


@dataclass
class ClientsByColumn:
    """Everybody, asked the same; whatever they do is taken back."""

    clients: dict[str, list[APIClient]]
    questions: int = 0

    def answers_to(self, question: Callable[[APIClient], str]) -> Answers:
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


def rows_of(case: SubjectCase, committee: int, clients: ClientsByColumn) -> Iterator[Row]:
    """The rows of a machine: reading, then every step of a person from every state."""
    subjects = {state: case.make(state) for state in case.states}
    read = {}
    for state, subject in subjects.items():
        read[state] = clients.answers_to(partial(sees, subject))
        yield "*read*", state, read[state]
    for step in own_steps(case.model):
        if case.taken_by and case.taken_by not in step.who.roles():
            continue
        if step.creates:
            take = partial(may_take, step, case.model(), committee)
            yield step.name, NEW, clients.answers_to(take)
        asked: list[tuple[Answers, Answers]] = []
        for state in step.source:
            if state not in subjects:
                continue
            # Who takes a step hangs on the subject; the state only decides who sees it.
            answers = next((given for seen, given in asked if seen == read[state]), None)
            if answers is None:
                answers = clients.answers_to(partial(may_take, step, subjects[state], committee))
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


def other_reads(
    subjects: SubjectsInEveryState, clients: ClientsByColumn
) -> Iterator[tuple[str, Answers]]:
    """What is read beside the machines' own rows: texts, opinions, files, ledger, duties."""
    for state in (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.HANDLING):
        proposal = subjects.proposal(state)
        url = f"/api/v1/proposals/{proposal.pk}/"
        keep_texts(proposal, subjects)
        for part in ("versions", "opinions"):
            asked = partial(reads, f"{url}{part}/", lambda response: response.json())
            yield f"proposal {part}: {state}", clients.answers_to(asked)
        preview = partial(reads, f"{url}merge-preview/?members=1", lambda response: True)
        yield f"proposal merge preview: {state}", clients.answers_to(preview)
        for name, cosignature in asked_to_sign(proposal).items():
            shown = partial(shows_signature, cosignature.pk)
            yield f"proposal shows {name}: {state}", clients.answers_to(partial(reads, url, shown))
    for name, row in merge_work(subjects).items():
        yield name, clients.answers_to(partial(sees, row))
    for name, url, part in confidential(subjects):
        yield name, clients.answers_to(partial(reads, url, part))
    for name, attachment in attachments(subjects).items():
        url = f"/api/v1/attachments/{attachment.pk}/content/"
        yield f"attachment {name}", clients.answers_to(partial(reads, url, lambda response: True))
    for name, event in events(subjects).items():
        yield f"event {name}", clients.answers_to(partial(sees, event))
    for name, duty in duties(subjects).items():
        yield f"duty {name}", clients.answers_to(partial(sees, duty))
    for name, paper in chasing(subjects).items():
        yield name, clients.answers_to(partial(sees, paper))
    board = partial(reads, "/api/v1/key-topics/board/", lambda response: response.json())
    yield "board of key topics", clients.answers_to(board)


def keep_texts(proposal: Proposal, subjects: SubjectsInEveryState) -> None:
    TextVersion.objects.create(
        proposal=proposal, number=1, kind="original", title="原文", kept_at=NOW
    )
    ReviewOpinion.objects.create(
        proposal=proposal,
        round=1,
        round_name="审查",
        reviewer=subjects.users["reviewer"],
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


def confidential(subjects: SubjectsInEveryState) -> Iterator[tuple[str, str, Callable[[Any], Any]]]:
    """Parts of a detail that are not for everybody who sees the rest."""
    task = subjects.task("B", AssignmentState.REPLIED)
    reply = subjects.reply(ReplyState.DELIVERED)
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
    event = event_of(task.proposal, subjects)
    yield (
        "event shows its input and address",
        f"/api/v1/events/{event.pk}/",
        lambda response: "input" in response.json(),
    )


# -- The table --------------------------------------------------------------------------------


def table() -> str:
    """The whole table as the API answers it now."""
    subjects, elsewhere = SubjectsInEveryState(), CommitteeWithUsers()
    clients = ClientsByColumn(columns(subjects, elsewhere))
    parts = [INTRODUCTION]
    for case in subjects.cases():
        rows = list(joined(rows_of(case, subjects.committee.pk, clients)))
        title = f"{case.model._meta.model_name} ({case.model._meta.verbose_name})"
        parts.append(written(f"{title} {case.title}".strip(), rows))
    parts.append(written("What else is read", list(other_reads(subjects, clients))))
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
    if found := changes(wanted, answered):
        lines = "\n".join(found)
        pytest.fail(f"{lines}\nIf this is right, {UPDATE}=1 make test writes it.", pytrace=False)
    assert wanted == answered


def changes(wanted: str, answered: str) -> list[str]:
    """A line for each cell that differs: what the table says, and what the API answers."""
    table, now = cells(wanted), cells(answered)
    return [
        f"{' / '.join(place)}: {table.get(place, 'nothing')} in the table, "
        f"{now.get(place, 'nothing')} from the API"
        for place in dict.fromkeys([*table, *now])
        if table.get(place) != now.get(place)
    ]


def cells(text: str) -> dict[tuple[str, str, str], str]:
    """Section, row and column of a table to what stands there."""
    found, section, people = {}, "", []
    for line in text.splitlines():
        if line.startswith("## "):
            section, people = line.removeprefix("## "), []
        elif line.startswith("| "):
            name, *answers = [cell.strip() for cell in line.strip("|").split("|")]
            people = people or answers
            found |= {(section, name, p): a for p, a in zip(people, answers, strict=True)}
    return found


def test_a_cell_that_differs_is_told():
    table = "## reply\n| | lead | clerk |\n| --- | --- | --- |\n| edit | 404 | 403 |\n"

    assert changes(table, table) == []
    assert changes(table, table.replace("403", "✓")) == [
        "reply / edit / clerk: 403 in the table, ✓ from the API"
    ]
    assert changes(table, table + "| sign | 404 | 403 |\n") == [
        "reply / sign / lead: nothing in the table, 404 from the API",
        "reply / sign / clerk: nothing in the table, 403 from the API",
    ]


def test_every_kind_of_row_that_is_served_is_in_the_table():
    assert {case.model for case in SubjectsInEveryState().cases()} == set(ALL_SUBJECTS)
    others = {Attachment, ChaseNotice, Duty, Event, Reminder, Scan, Theme, TopicFile}
    assert set(VIEWS) - set(ALL_SUBJECTS) == others
    assert {state.value for state in HANDED_IN} < set(SubjectsInEveryState().cases()[0].states)
