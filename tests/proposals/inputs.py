"""Inputs for any step, written from what the step declares; and ways to spoil them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers

from members.enums import AssignmentRole as Role
from members.enums import Role as PostRole
from members.models import Post
from members.rules import Rules
from proposals.enums import HANDED_IN, IN_HANDS, MERGEABLE, Adoption, ProposalState, Publicity
from proposals.inputs.fields import InCommittee, RulebookCode
from proposals.inputs.reviewing import UnitRoleInput
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.models import MergeCandidate, Proposal, Suggestion
from supervision.models import CalendarChange, Duty

TEAMS = (
    (Role.SOLE,),
    (Role.SOLE,),
    (Role.LEAD, Role.ASSIST),
    (Role.ASSIST, Role.LEAD, Role.ASSIST),
    (Role.SEPARATE, Role.SEPARATE),
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

NASTY: tuple[Any, ...] = (
    None,
    "",
    "   ",
    [],
    {},
    [[]],
    [None],
    True,
    -1,
    0,
    3.5,
    1e300,
    10**30,
    "9" * 5000,
    "٣",
    "中" * 40000,
    "a\x00b",
    "\ud800",
    "no-such-code",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "2999-01-01",
    "'; DROP TABLE proposals_event; --",
    {"a": {"b": [1e300, "\x00"]}},
    json.loads("[" * 400 + "]" * 400),
)
"""Values that no field of any input wants, or wants only within limits."""


class Writer:
    """Fills in a step's input as somebody would who knows the subject, or nearly."""

    def __init__(
        self, random: Random, subject: Subject, rules: Rules, at: datetime, strict: float = 0.5
    ) -> None:
        self.random = random
        self.subject = subject
        self.rules = rules
        self.at = at
        self.strict = strict  # the share of ratings that are meant to be poor

    def write(self, step: Step) -> dict[str, Any]:
        """Data that keeps every declared rule; whether the moment is right is another matter."""
        return self._fill(step.input())

    def _fill(self, serializer: serializers.Serializer[Any]) -> dict[str, Any]:
        data = {}
        for name, field in serializer.fields.items():
            if not field.required and self.random.random() < 0.4 and name not in WISE:
                continue
            data[name] = self._value(name, field)
        for name, finish in FINISHED.items():
            if name in data:
                data.update(finish(self, data))
        return {name: value for name, value in data.items() if value is not SKIP}

    def _value(self, name: str, field: Any) -> Any:
        if name in WISE:
            return WISE[name](self)
        for kind, write in WRITTEN.items():
            if isinstance(field, kind):
                return write(self, name, field)
        raise AssertionError(f"no value is known for {name}: {field!r}")

    def rows(self, name: str, field: Any) -> list[dict[str, Any]]:
        """A few rows of a nested input."""
        if isinstance(field.child, UnitRoleInput):
            return self.team()
        return [self._fill(field.child) for _ in range(self.random.randint(0, 2))]

    def keys(self, name: str, field: Any) -> list[int]:
        """One or two rows of the committee."""
        keys = list(self._keys(field.child_relation))
        return self.random.sample(keys, self.random.randint(1, min(2, len(keys))))

    def key(self, name: str, field: Any) -> Any:
        """A row of the committee; who proposes is the caller's to say."""
        if name in ("body", "proposer"):
            return SKIP
        return self.random.choice(list(self._keys(field)))

    def code(self, name: str, field: Any) -> str:
        """An entry of the rulebook's table; of ratings often a poor one."""
        entries = field.table(self.rules)
        poor = [entry for entry in entries if getattr(entry, "poor", False)]
        chosen = poor if poor and self.random.random() < self.strict else entries
        return self.random.choice([entry.code for entry in chosen])

    def lately(self, name: str, field: Any) -> str:
        """A moment of the last two days."""
        return (self.at - timedelta(hours=self.random.randint(0, 50))).isoformat()

    def words(self) -> str:
        """A few words, short enough for any field."""
        return "关于" + "".join(self.random.choices("路灯学校养老河道停车", k=4)) + "的建议"

    def scan(self) -> SimpleUploadedFile:
        """A scanned page."""
        return SimpleUploadedFile("扫描.pdf", PDF + self.random.randbytes(4))

    def day(self, ahead: int) -> str:
        """A local day, so many days ahead."""
        return (timezone.localtime(self.at).date() + timedelta(days=ahead)).isoformat()

    def team(self) -> list[dict[str, Any]]:
        """Units with roles that can stand together."""
        units = list(self._keys(UnitRoleInput().fields["unit"]))
        roles = self.random.choice([team for team in TEAMS if len(team) <= len(units)])
        chosen = self.random.sample(units, len(roles))
        return [
            {"unit": unit, "role": role.value} for unit, role in zip(chosen, roles, strict=True)
        ]

    def another(self, *states: str) -> Any:
        """The key of another proposal of the committee, in one of these states if there is one."""
        rows = Proposal.objects.filter(committee=self.subject.committee_id)
        rows = rows.exclude(pk=self.subject.root.pk if self.subject.root else None)
        fitting = rows.filter(state__in=states) or rows
        keys = list(fitting.order_by("pk").values_list("pk", flat=True))
        return self.random.choice(keys) if keys else 1

    def grouped(self) -> Any:
        """The key of a proposal of the group of candidates, if the subject is one."""
        if isinstance(self.subject, MergeCandidate) and self.subject.pk:
            keys = list(self.subject.proposals().order_by("pk").values_list("pk", flat=True))
            return self.random.choice(keys)
        return 1

    def later(self) -> str:
        """A day a little later than the reply is due."""
        duty = Duty.objects.of(self.subject.kind, self.subject.pk or 0).last()
        due = timezone.localtime(duty.due_at if duty else self.at)
        return (due.date() + timedelta(days=self.random.randint(1, 25))).isoformat()

    def several(self, child: Any) -> list[Any]:
        """A list of words, or of one or two other proposals."""
        if not isinstance(child, serializers.IntegerField):
            return [self.words()]
        found = {self.another(*MERGEABLE) for _ in range(self.random.randint(1, 2))}
        return sorted(found)

    def points(self) -> list[dict[str, Any]]:
        """Every suggestion of the family answered."""
        root = self.subject.root.pk
        family = Q(proposal=root) | Q(proposal__merged_into=root)
        keys = Suggestion.objects.filter(family).order_by("pk").values_list("pk", flat=True)
        adoption = self.random.choice(list(Adoption))
        return [
            {"suggestion": key, "answer": "照办", "adoption": adoption, "reason": "经费所限"}
            for key in keys
        ]

    def items(self) -> list[dict[str, Any]]:
        """Lines of an assignment list."""
        ready = [ProposalState.FILED, ProposalState.PRE_ASSIGNED]
        rows = Proposal.objects.filter(committee=self.subject.committee_id, state__in=ready)
        keys = list(rows.order_by("-pk").values_list("pk", flat=True)[:2])
        return [{"proposal": key, "units": self.team()} for key in keys or [1]]

    def leaders(self) -> list[int]:
        """Leading supervisors of the committee."""
        posts = Post.objects.filter(
            role=PostRole.LEADING_SUPERVISOR,
            committee=self.subject.committee_id,
        )
        return list(posts.order_by("pk").values_list("user_id", flat=True))

    def filed(self) -> list[Any]:
        """One proposal that is filed, if there is one."""
        return [self.another(ProposalState.FILED, *IN_HANDS)]

    def paper(self) -> Any:
        """A text file; the days of a calendar are typed in."""
        if isinstance(self.subject, CalendarChange):
            return SKIP
        return SimpleUploadedFile("调研.txt", "调研情况".encode())

    def year(self) -> Any:
        """This year or the next; of a calendar only single days."""
        if isinstance(self.subject, CalendarChange):
            return SKIP
        return self.at.year + self.random.randint(0, 1)

    def attachment(self) -> Any:
        """One of the proposal's attachments, if it has any."""
        found = self.subject.root.attachments.filter(removed_at=None).order_by("pk").first()
        return found.pk if found else 1

    def _keys(self, field: InCommittee) -> Any:
        rows = field.model._default_manager.filter(committee=self.subject.committee_id)
        return rows.order_by("pk").values_list("pk", flat=True)


SKIP = object()
"""A field that the writer leaves out."""

WRITTEN: dict[type, Callable[[Writer, str, Any], Any]] = {
    serializers.ListSerializer: Writer.rows,
    serializers.ManyRelatedField: Writer.keys,
    InCommittee: Writer.key,
    RulebookCode: Writer.code,
    serializers.ChoiceField: lambda writer, name, field: writer.random.choice(list(field.choices)),
    serializers.BooleanField: lambda writer, name, field: writer.random.random() < 0.5,
    serializers.DateTimeField: Writer.lately,
    serializers.DateField: lambda writer, name, field: writer.day(writer.random.randint(1, 200)),
    serializers.FileField: lambda writer, name, field: writer.scan(),
    serializers.ListField: lambda writer, name, field: writer.several(field.child),
    serializers.IntegerField: lambda writer, name, field: writer.random.randint(1, 9),
    serializers.CharField: lambda writer, name, field: writer.words(),
}
"""What a field of each kind gets; the first kind that fits."""

WISE: dict[str, Callable[[Writer], Any]] = {
    "attachment": Writer.attachment,
    "destination": Writer.words,
    "duplicates": lambda writer: [writer.another(*HANDED_IN)],
    "host": Writer.grouped,
    "proposal": Writer.grouped,
    "clue": lambda writer: SKIP,
    "despite": Writer.words,
    "file": Writer.paper,
    "files": lambda writer: SKIP,  # lists of files are tested by themselves
    "given_on": lambda writer: writer.day(-1),
    "met_on": lambda writer: writer.day(-1),
    "methods": lambda writer: [writer.random.choice(writer.rules.key_proposals.methods)],
    "proposals": Writer.filed,
    "session": lambda writer: SKIP,
    "supervising_body": lambda writer: SKIP,
    "supervisors": Writer.leaders,
    "theme": lambda writer: SKIP,
    "into": lambda writer: writer.another(ProposalState.FILED, *IN_HANDS),
    "items": Writer.items,
    "new_due_on": Writer.later,
    "one_matter": lambda writer: writer.random.random() < 0.9,
    "points": Writer.points,
    "received_at": lambda writer: (writer.at - timedelta(hours=1)).isoformat(),
    "signed_by": Writer.words,
    "situation": Writer.words,
    "analysis": Writer.words,
    "suggestions": lambda writer: [writer.words() for _ in range(writer.random.randint(1, 2))],
    "year": Writer.year,
}
"""Fields whose value wants some knowledge of the subject."""

FINISHED: dict[str, Callable[[Writer, dict[str, Any]], dict[str, Any]]] = {
    "publicity": lambda writer, data: (
        {"publicity_reason": "保密"} if data["publicity"] == Publicity.CLOSED else {}
    ),
    "publicity_wish": lambda writer, data: {"publicity_reason": "保密"},
    "result": lambda writer, data: {"comment": "请再办"},
    "scope": lambda writer, data: {"summary": "摘要"},
}
"""What the other fields then need."""


def spoil(random: Random, data: dict[str, Any]) -> dict[str, Any]:
    """The same input with one thing wrong; now and then a field that nobody asked for."""
    spoilt = dict(data)
    wrong = random.choice(NASTY)
    names = sorted(data)
    kind = random.randrange(4)
    if kind == 0 or not names:
        spoilt["unheard_of"] = wrong
    elif kind == 1:
        del spoilt[random.choice(names)]
    else:
        spoilt[random.choice(names)] = wrong
    return spoilt
