"""A committee that lives by the API: people do things, try things and read things.

``life["clerk"].does("return_for_revision", proposal, reason="…")`` must succeed;
``.tries(…)`` gives back the answer as it is; ``told(answer)`` is what it says. Time stands at
``life.now`` until the test moves it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from config.api import router
from members import clock
from members.models import User
from members.presets import preset
from proposals.api.actions import VisibleViewSet
from proposals.machine.subject import Subject
from proposals.models import Assignment, Cosignature, Feedback, Proposal, Reply
from supervision.models import Duty
from tests.factories.proposals import CommitteeWithUsers

IN_SESSION = datetime(2024, 1, 10, 2, 0, tzinfo=UTC)
"""Wednesday, ten in the morning; proposals are collected until Friday noon."""

PREFIXES = {
    view.queryset.model: prefix
    for prefix, view, _name in router.registry
    if issubclass(view, VisibleViewSet)
}

TEXT = {
    "title": "关于缓解老城区停车难的建议",
    "situation": "老城区车位不足，居民停车难。",
    "suggestions": ["新建停车场", "开放单位车位"],
}


class Person:
    """Somebody who is signed in."""

    def __init__(self, life: Life, user: User | None) -> None:
        self.life = life
        self.user = user
        self.client = APIClient()
        if user is not None:
            self.client.force_authenticate(user)

    def tries(
        self,
        action: str,
        subject: Subject | type[Subject],
        *,
        headers: dict[str, str] | None = None,
        form: bool = False,
        **data: Any,
    ) -> Response:
        """The answer to a step; a class instead of a row begins one. ``form`` sends files."""
        place = "" if isinstance(subject, type) else f"{subject.pk}/"
        model = subject if isinstance(subject, type) else type(subject)
        url = f"/api/v1/{PREFIXES[model]}/{place}{action.replace('_', '-')}/"
        kind = "multipart" if form else "json"
        with clock.at(self.life.now):
            return self.client.post(url, data, format=kind, headers=headers)

    def does(self, action: str, subject: Subject | type[Subject], **more: Any) -> dict[str, Any]:
        """The receipt of a step that is taken."""
        answer = self.tries(action, subject, **more)
        assert answer.status_code in (200, 201), answer.content.decode()
        receipt: dict[str, Any] = answer.json()
        return receipt

    def asks(self, path: str, **parameters: Any) -> Response:
        """The answer to a question."""
        with clock.at(self.life.now):
            return self.client.get(f"/api/v1/{path}", parameters)

    def reads(self, path: str, **parameters: Any) -> Any:
        """What is read there."""
        answer = self.asks(path, **parameters)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def sees(self, subject: Subject) -> Any:
        """The detail of a subject."""
        return self.reads(f"{PREFIXES[type(subject)]}/{subject.pk}/")


class Life(CommitteeWithUsers):
    """A place in its session, and how a proposal usually gets from one stage to the next."""

    def __init__(self, rulebook: Any = None) -> None:
        super().__init__(rulebook)
        self.now = IN_SESSION
        self.people: dict[str, Person] = {}
        self.texts = count(1)

    def __getitem__(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = Person(self, self.users.get(name))
        return self.people[name]

    def later(self, **span: float) -> None:
        """Time goes on."""
        self.now += timedelta(**span)

    def drafted(self, by: str = "lead", **text: Any) -> Proposal:
        """A draft of its own text: nobody hands in the same twice."""
        own = {"analysis": f"第 {next(self.texts)} 处最为突出。"}
        receipt = self[by].does("draft", Proposal, **TEXT | own | text)
        return Proposal.objects.get(pk=receipt["subject_id"])

    def submitted(self, by: str = "lead", **text: Any) -> Proposal:
        proposal = self.drafted(by, **text)
        self[by].does("submit", proposal, one_matter=True)
        return proposal

    def signed(self, proposal: Proposal, by: str = "cosigner") -> Cosignature:
        """Asked to co-sign by the initiator, and agreed."""
        invitation = self.invited(proposal, by)
        self[by].does("agree", invitation)
        return invitation

    def invited(self, proposal: Proposal, who: str = "invitee") -> Cosignature:
        self["lead"].does("invite", proposal, members=[self.members[who].pk])
        return proposal.cosignatures.get(member=self.members[who])

    def examined(self, proposal: Proposal) -> Proposal:
        """Through every round of review."""
        for _round in proposal.committee.rulebooks.get().document["review"]["rounds"]:
            self["reviewer"].does("review", proposal, outcome="file")
        return proposal

    def filed(self, proposal: Proposal | None = None, **text: Any) -> Proposal:
        proposal = self.examined(proposal or self.submitted(**text))
        self["director"].does("file", proposal, category="other")
        return proposal

    def assigned(
        self, proposal: Proposal | None = None, *, to: str = "A", assist: str = ""
    ) -> dict[str, Assignment]:
        """Name of each unit to its task: one leads, the others assist."""
        proposal = proposal or self.filed()
        units = [{"unit": self.units[to].pk, "role": "lead" if assist else "sole"}]
        units += [{"unit": self.units[name].pk, "role": "assist"} for name in assist]
        self["assigner"].does("assign", proposal, units=units)
        names = {unit.pk: name for name, unit in self.units.items()}
        return {names[task.unit_id]: task for task in proposal.assignments.all()}

    def at_work(self, proposal: Proposal | None = None, **how: Any) -> dict[str, Assignment]:
        """As ``assigned``, and every unit has signed for it."""
        tasks = self.assigned(proposal, **how)
        for name, task in tasks.items():
            self[f"{name} liaison"].does("acknowledge", task)
        return tasks

    def written(self, task: Assignment, unit: str = "A", **reply: Any) -> Reply:
        """The proposer has been heard and a reply is in draft."""
        handler = self[f"{unit} handler"]
        for stage in ("before", "during"):
            handler.does(
                "record_contact",
                task,
                held_at=self.now.isoformat(),
                way="visit",
                stage=stage,
                persons="提案人",
                outcome="满意",
            )
        handler.does("draft_reply", task, **self.letter(task.proposal) | reply)
        return task.replies.order_by("id").last()

    def letter(self, proposal: Proposal) -> dict[str, Any]:
        """A reply that answers every suggestion, those of merged proposals too."""
        family = [proposal, *proposal.merged_from.all()]
        points = [
            {"suggestion": suggestion.pk, "answer": "采纳", "adoption": "adopted"}
            for member in family
            for suggestion in member.suggestions.all()
        ]
        return {
            "body": "您的建议已采纳。",
            "result_class": "A",
            "points": points,
            "contact_name": "王某",
            "contact_phone": "0951-0000000",
        }

    def delivered(self, reply: Reply, unit: str = "A") -> Reply:
        """Checked, signed, inspected where the rules say so, and sent."""
        self[f"{unit} handler"].does("send_to_check", reply)
        self[f"{unit} liaison"].does("pass_check", reply)
        if self[f"{unit} signatory"].does("sign", reply)["target"] == "inspection":
            self["inspector"].does("pass_inspection", reply)
        self[f"{unit} liaison"].does("deliver", reply, document_number="局函〔2024〕1号")
        return Reply.objects.get(pk=reply.pk)

    def replied(self, proposal: Proposal | None = None) -> Reply:
        """One unit has handled it alone and answered."""
        return self.delivered(self.written(self.at_work(proposal)["A"]))

    def form(self, reply: Reply, name: str = "lead") -> Feedback:
        """The feedback form that went to a member with the reply."""
        return reply.feedback.get(member=self.members[name])

    def rated(self, reply: Reply, result: str, comment: str = "") -> None:
        self["lead"].does(
            "rate", self.form(reply), attitude="satisfied", result=result, comment=comment
        )


def told(answer: Response) -> tuple[int, str, str]:
    """Status, field or code, and sentence of a refusal with a single reason."""
    body = answer.json()
    (error,) = body["errors"]
    return answer.status_code, error["attr"] or error["code"], error["detail"]


def state(subject: Any) -> str:
    """Where it stands now."""
    return type(subject).objects.values_list("state", flat=True).get(pk=subject.pk)


def due(kind: str, **subject: Any) -> date:
    """The day by which the one open duty of this kind is owed, in Shanghai."""
    duty = Duty.objects.open().get(kind=kind, **subject)
    return timezone.localtime(duty.due_at).date()


def rules(name: str = "county", **changes: dict[str, Any]) -> dict[str, Any]:
    """A preset with sections changed, e.g. ``handling={"inspection": True}``."""
    document = preset(name)
    for section, values in changes.items():
        document[section] = {**document.get(section, {}), **values}
    return document


@pytest.fixture
def life(db: None) -> Life:
    """The county's committee, in its session."""
    return Life()
