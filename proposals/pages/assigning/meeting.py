"""Many proposals assigned in one act: at an assignment meeting, or a batch between sessions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.enums import AssignmentRole
from members.models import Unit
from members.pages.forms import Field
from members.pages.plain_form import REFUSED
from members.punctuation import clauses, stated
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals.due_dates import Date, due_dates
from proposals.enums import AWAITING_ASSIGNMENT
from proposals.machine.step import Step, declared_step
from proposals.models import Assignment, AssignmentBatch, Event, Proposal
from proposals.pages.assigning.letters import issued
from proposals.pages.assigning.suggestions import Candidate, candidates
from proposals.pages.step_pages import StepPage
from proposals.pages.steps import StepForm, attempt
from proposals.pages.subjects import SubjectPage, keys_among, page_of, row_or_404
from proposals.permissions import require

MOST = 300
"""Lines that a batch can have."""

SEPARATOR = re.compile(r"[、,，;；]")
"""What stands between the names of several units."""

COLUMNS = ("lead", "assist", "separate")
"""How the units of a line are typed: who leads or has it alone, who assists, who shares it."""

COLUMN_OF = {
    AssignmentRole.SOLE: "lead",
    AssignmentRole.LEAD: "lead",
    AssignmentRole.ASSIST: "assist",
    AssignmentRole.SEPARATE: "separate",
}
"""Where a unit of each role is typed."""


@dataclass
class MeetingItem:
    """A proposal of the batch with its units as typed, and why it was refused."""

    proposal: Proposal
    lead: str = ""
    assist: str = ""
    separate: str = ""
    leader: str = ""
    urgent: bool = False
    kept: bool = True
    reasons: list[str] = field(default_factory=list)
    due: Date | None = None
    troubles: list[str] = field(default_factory=list)

    def team(self, units: Mapping[str, Unit]) -> list[dict[str, Any]]:
        """The units with their roles; what names no unit becomes a trouble of the line."""
        found = {name: self._named(getattr(self, name), units) for name in COLUMNS}
        first = AssignmentRole.LEAD if found["assist"] else AssignmentRole.SOLE
        roles = {
            "lead": first,
            "assist": AssignmentRole.ASSIST,
            "separate": AssignmentRole.SEPARATE,
        }
        return [
            {"unit": unit.pk, "role": roles[name].value} for name in COLUMNS for unit in found[name]
        ]

    def _named(self, typed: str, units: Mapping[str, Unit]) -> list[Unit]:
        names = [name.strip() for name in SEPARATOR.split(typed) if name.strip()]
        self.troubles += [
            _("没有名为“%(name)s”的承办单位") % {"name": name}
            for name in names
            if name not in units
        ]
        return [units[name] for name in names if name in units]


@dataclass
class Meeting(StepForm):
    """The form of a batch: its lines, and the fields of the whole batch."""

    units: Sequence[Unit] = ()
    all_lines: list[MeetingItem] = field(default_factory=list)

    @cached_property
    def fields(self) -> list[Field]:
        """Name, document number and day of the batch."""
        return [one for one in super().fields if one.name != "items"]

    def tell(self, detail: Mapping[str, Any]) -> None:
        """Put each reason beside its field or line; what belongs to none stands above the form."""
        known = self.step.input().fields.keys() - {"items"}
        self.errors = {name: why for name, why in detail.items() if name in known}
        for place, why in detail.items():
            if place in known:
                continue
            line = re.match(r"items\.(\d+)", str(place))
            if line is not None:
                said = [text.removeprefix(f"{place}: ") for text in _sentences(why)]
                self.lines[int(line[1])].troubles += said
            elif place == "items" and isinstance(why, list) and len(why) == len(self.lines):
                for row, reason in zip(self.lines, why, strict=True):
                    row.troubles += _sentences(reason)
            else:
                self.refusals += _sentences(why)

    @property
    def lines(self) -> list[MeetingItem]:
        """The lines that are to be issued."""
        return [line for line in self.all_lines if line.kept]

    @property
    def troubled(self) -> list[MeetingItem]:
        """The lines where something is wrong."""
        return [line for line in self.lines if line.troubles]


def _lines_of(
    batch: AssignmentBatch, units: Sequence[Unit], reader: Reader, asked: QueryDict
) -> list[MeetingItem]:
    """The proposals that the address names, or else all that wait to be assigned."""
    rows = Proposal.objects.filter(committee=batch.committee_id, state__in=AWAITING_ASSIGNMENT)
    if "proposal" in asked:
        keys = keys_among(asked.getlist("proposal"))
        rows = Proposal.objects.filter(committee=batch.committee_id, pk__in=keys[:MOST])
    seen = visible(reader, rows).select_related("lead", "body", "session", "committee")
    found = seen.prefetch_related("suggested_units").order_by("case_serial", "id")[:MOST]
    lines = [MeetingItem(proposal, urgent=proposal.urgent) for proposal in found]
    proposals = [line.proposal for line in lines]
    proposed, due = candidates(proposals, units, reader), due_dates().expected(proposals, reader)
    for line in lines:
        _prefill(line, proposed[line.proposal.pk])
        by_role = due.get(line.proposal.pk, {})
        line.due = next(iter(by_role.get(AssignmentRole.LEAD, [])[-1:]), None)
    return lines


def _prefill(line: MeetingItem, proposed: Sequence[Candidate]) -> None:
    for row in proposed:
        if row.role:
            column = COLUMN_OF[AssignmentRole(row.role)]
            names = [name for name in (getattr(line, column), row.unit.name) if name]
            setattr(line, column, "、".join(names))
        line.reasons.append(stated(row.unit.name, clauses(row.reasons)))


def issue(request: HttpRequest, subject: Any, step: Step) -> HttpResponse:
    """Assign many proposals in one step; refusals are shown line by line, nothing is lost."""
    reader = reader_of(request)
    require(reader, step, subject)
    asked = request.POST if request.method == "POST" else request.GET
    units = list(Unit.objects.filter(committee=subject.committee_id, is_active=True))
    lines = _lines_of(subject, units, reader, asked)
    meeting = Meeting(subject, step, reader, units=units, all_lines=lines)
    if request.method == "POST":
        event = _try(request, meeting)
        if event is not None:
            count = len(meeting.lines)
            told = ngettext("已交办 %(n)s 件", "已交办 %(n)s 件", count) % {"n": count}
            messages.success(request, told)
            return redirect("assignmentbatch", event.subject_id)
    status = REFUSED if meeting.errors or meeting.refusals or meeting.troubled else 200
    context = {"meeting": meeting, "most": MOST}
    return TemplateResponse(request, "proposals/assigning/meeting.html", context, status=status)


def _try(request: HttpRequest, meeting: Meeting) -> Event | None:
    """Issue the batch as it was sent; None when the form tells why not."""
    sent = request.POST
    meeting.key = sent.get("key", "")[:100] or meeting.key
    names = ("name", "document_number", "held_on")
    meeting.data = {name: sent[name] for name in names if sent.get(name, "").strip()}
    kept = set(sent.getlist("keep"))
    for line in meeting.all_lines:
        _read(line, sent)
        line.kept = str(line.proposal.pk) in kept
    units = _by_name(meeting.units)
    items = [
        {
            "proposal": line.proposal.pk,
            "units": line.team(units),
            "urgent": line.urgent,
            "government_leader": line.leader,
        }
        for line in meeting.lines
    ]
    if not items:
        meeting.refusals = [_("请至少选定一件提案")]
    if meeting.refusals or meeting.troubled:
        return None
    return attempt(request, meeting, {**meeting.data, "items": items})


def _read(line: MeetingItem, sent: QueryDict) -> None:
    key = line.proposal.pk
    if f"lead-{key}" not in sent:
        return
    for name in COLUMNS:
        setattr(line, name, sent.get(f"{name}-{key}", "").strip())
    line.leader = sent.get(f"leader-{key}", "").strip()
    line.urgent = f"urgent-{key}" in sent


def _by_name(units: Sequence[Unit]) -> dict[str, Unit]:
    """Units by name, and by what they are called for short where that is one unit's."""
    short: dict[str, list[Unit]] = {}
    for unit in units:
        short.setdefault(unit.short_name, []).append(unit)
    found = {name: rows[0] for name, rows in short.items() if name and len(rows) == 1}
    return found | {unit.name: unit for unit in units}


def _sentences(why: Any) -> list[str]:
    if isinstance(why, Mapping):
        return [text for part in why.values() for text in _sentences(part)]
    if isinstance(why, (list, tuple)):
        return [text for part in why for text in _sentences(part)]
    return [str(why)] if why else []


# -- What was issued ---------------------------------------------------------------------------


def _tasks(reader: Reader, **of: Any) -> list[Assignment]:
    """Tasks with what a letter says of them, as far as the reader sees them."""
    rows = (
        Assignment.objects.live()
        .filter(**of)
        .select_related("unit", "proposal__lead", "proposal__body", "proposal__committee")
    )
    return list(visible(reader, rows.order_by("proposal__case_serial", "id")))


def _batch(batch: AssignmentBatch, reader: Reader) -> dict[str, Any]:
    tasks = _tasks(reader, batch=batch)
    items: dict[int, dict[str, Any]] = {}
    for task in tasks:
        item = items.setdefault(task.proposal_id, {"proposal": task.proposal, "tasks": []})
        item["tasks"].append(task)
    return {"items": list(items.values()), "units": len({task.unit_id for task in tasks})}


@require_safe
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters of a batch, one a unit, to be printed."""
    reader = reader_of(request)
    batch = row_or_404(reader, AssignmentBatch.objects.select_related("committee"), pk)
    found = issued(_tasks(reader, batch=batch), reader, batch)
    wanted = request.GET.get("unit", "")
    if wanted:
        found = [letter for letter in found if str(letter.unit.pk) == wanted]
    return _printed(request, reader, found, page_of(batch).url(batch), batch.committee_id)


@require_safe
def letters_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters of one proposal, one a unit, to be printed."""
    reader = reader_of(request)
    proposal = row_or_404(reader, Proposal.objects.all(), pk)
    if proposal.committee_id not in reader.reach.committees:
        raise Http404
    found = issued(_tasks(reader, proposal=proposal), reader)
    return _printed(request, reader, found, page_of(proposal).url(proposal), proposal.committee_id)


def _printed(
    request: HttpRequest, reader: Reader, found: Any, back: str, committee: int
) -> HttpResponse:
    context = {
        "letters": found,
        "back": back,
        "tells_phone": committee in reader.reach.contacts,
    }
    return TemplateResponse(request, "proposals/assigning/letters.html", context)


def gather(request: HttpRequest, listing: Any, chosen: Sequence[Any]) -> HttpResponse:
    """Open the form of a batch with the rows selected in a list."""
    query = urlencode({"proposal": [row.pk for row in chosen[:MOST]]}, doseq=True)
    address = reverse("assignmentbatch-begin", args=[declared_step(AssignmentBatch.issue).slug])
    return redirect(f"{address}?{query}")


STEP_PAGES = (
    StepPage(
        AssignmentBatch.issue, view=issue, initial={"held_on": lambda _batch, reader: reader.day}
    ),
)
SUBJECT_PAGES = (
    SubjectPage(
        AssignmentBatch,
        "assignment-batches",
        template="proposals/assigning/batch.html",
        related=("committee",),
        context=_batch,
    ),
)
