"""The page of a key topic: plan, milestones, activities, instructions, report."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import DutyKind, SupervisionMethod
from members.reader import Reader, reader_of
from members.visibility import visible, visible_row
from proposals.api.views import as_download
from proposals.enums import FILED_STATES
from proposals.models import Event, Proposal
from proposals.pages.proposal import Tab, actions
from proposals.pages.subjects import SubjectPage
from proposals.pages.timeline import timeline
from proposals.permissions import is_official
from supervision.key_topic_board import MILESTONES, DatedMilestone, dated_milestones
from supervision.models import Duty, Instruction, KeyTopic, Milestone, TopicFile
from supervision.models.topic_subject import on_topics
from supervision.pages.due_dates import due_of
from supervision.permissions import is_concerned, works_on
from supervision.roles import nominator_post


def context(topic: KeyTopic, reader: Reader) -> dict[str, Any]:
    """The context of the page; what the reader may not see is left out."""
    works = works_on(reader, topic)
    concerned = works or is_concerned(reader, topic)
    proposals = visible(reader, topic.proposals.select_related("lead", "body"))
    owed = _owed(topic, reader)
    found: dict[str, Any] = {
        "works": works,
        "concerned": concerned,
        "proposals": list(proposals.order_by("case_serial", "pk")),
        "supervisors": list(topic.supervisors.all()),
        "methods": [SupervisionMethod(code).label for code in topic.methods],
        "nominated": works or topic.announced_at is None,
        "milestones": _milestones(topic, reader) if concerned else [],
        "instructions": _instructions(topic, reader, owed),
        "until": owed.get((topic.kind, topic.pk, DutyKind.SUPERVISION)),
        "events": timeline(_events(topic), reader),
    }
    if works:
        files: dict[int | None, list[TopicFile]] = defaultdict(list)
        for file in visible(reader, topic.files.all()):
            files[file.activity_id].append(file)
        found |= {
            "activities": [(row, files[row.pk]) for row in topic.activities.order_by("-held_at")],
            "problems": list(topic.problems.all()),
            "files": files[None],
            "reply_due_at": topic.reply_due_at,
        }
    return found


def _milestones(topic: KeyTopic, reader: Reader) -> list[tuple[DatedMilestone, list[Any]]]:
    """All that were read ahead with the topic, each with what the reader can do.

    Whoever works on the topic or is concerned sees them.
    """
    for row in topic.milestones.all():  # what the steps ask about is known already
        row.topic, row.rules = topic, topic.rules
    return [(row, actions(row.milestone, reader)) for row in dated_milestones(topic, reader)]


def _owed(topic: KeyTopic, reader: Reader) -> dict[tuple[str, int, str], Duty]:
    """Open duties on the topic and what hangs on it that the reader sees; one query."""
    rows = visible(reader, Duty.objects.open().filter(on_topics([topic.pk])))
    return {(duty.subject_kind, duty.subject_id, duty.kind): duty for duty in rows}


def _instructions(
    topic: KeyTopic, reader: Reader, owed: dict[tuple[str, int, str], Duty]
) -> list[dict[str, Any]]:
    """Each instruction of a leader, with what each of those whom it asks did about it."""
    rows = visible(reader, topic.instructions.select_related("unit"))
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        row.topic, row.rules = topic, topic.rules
        due = owed.get((row.kind, row.pk, DutyKind.INSTRUCTION))
        given = found.setdefault(row.number, {"instruction": row, "addressees": []})
        given["addressees"].append(
            {
                "instruction": row,
                "due": due_of(due, reader) if due else None,
                "actions": actions(row, reader),
            }
        )
    return list(found.values())


def _events(topic: KeyTopic) -> QuerySet[Event]:
    """What happened to the topic, its milestones and its instructions."""
    return Event.objects.filter(on_topics([topic.pk]))


# -- Files -----------------------------------------------------------------------------------


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A photograph or document, always as a download, never shown on our origin."""
    row = visible_row(reader_of(request), TopicFile.objects.all(), pk)
    if row is None:
        raise Http404
    return as_download(row.file, row.name)


# -- The tab on the page of a proposal ---------------------------------------------------------


def of_proposal(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """The key topics that the proposal is in, as far as the reader sees them; six queries."""
    topics = visible(reader, KeyTopic.objects.filter(links__proposal=proposal))
    seen = visible(reader, Milestone.objects.filter(topic__links__proposal=proposal))
    keys = set(seen.values_list("pk", flat=True))
    rows = []
    for topic in topics.select_related("supervising_body").prefetch_related(
        "supervisors", MILESTONES
    ):
        milestones = dated_milestones(topic, reader)
        rows.append((topic, [row for row in milestones if row.milestone.pk in keys]))
    may_nominate = proposal.state in FILED_STATES and any(
        nominator_post(post, proposal) for post in reader.posts
    )
    return {"topics": rows, "may_nominate": may_nominate}


def _has_topics(proposal: Proposal, reader: Reader) -> bool:
    """Key proposals for everybody; what is filed, for those who choose among them."""
    official = is_official(reader, proposal.committee_id)
    return proposal.is_key or (proposal.state in FILED_STATES and official)


TABS = (
    Tab(
        "supervision",
        _("督办"),
        "target-arrow",
        "supervision/tabs/_key_topics.html",
        of_proposal,
        _has_topics,
        order=80,
    ),
)


# -- Milestones and instructions by themselves ---------------------------------------------------


def of_part(part: Milestone | Instruction, reader: Reader) -> dict[str, Any]:
    """A milestone or an instruction: until when it is owed."""
    duty = visible(reader, Duty.objects.of(part.kind, part.pk).open()).first()
    return {"duty": duty, "due": due_of(duty, reader) if duty else None}


SUBJECT_PAGES = (
    SubjectPage(
        KeyTopic,
        KeyTopic.address,
        template="supervision/key_topics/topic.html",
        related=(
            "committee",
            "session__term",
            "session__committee",
            "supervising_body",
            "nominated_by",
            "nominating_body",
            "nominating_unit",
        ),
        prefetched=("supervisors", MILESTONES),
        context=context,
    ),
    SubjectPage(
        Milestone,
        Milestone.address,
        template="supervision/key_topics/part.html",
        related=("topic",),
        context=of_part,
    ),
    SubjectPage(
        Instruction,
        Instruction.address,
        template="supervision/key_topics/part.html",
        related=("topic", "unit"),
        context=of_part,
    ),
)
