"""Plays one proposal's life through the API, each step at a given moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from members.enums import Role
from members.models import Unit, User
from proposals import models
from proposals.machine.subject import Subject
from tests.proposals.staffed_committee import StaffedCommittee, take


def local(text: str) -> datetime:
    """A moment in Shanghai."""
    return timezone.make_aware(datetime.fromisoformat(text))


START = local("2024-01-10 09:00")
ASSIGNED = local("2024-03-04 09:00")  # a Monday
TEXT = {"title": "关于增设路灯的建议", "situation": "夜里很暗", "suggestions": ["增设路灯"]}


class Office:
    """Plays one proposal's life; each step by whoever takes it, at a given moment."""

    def __init__(self, rulebook: Any = "county") -> None:
        self.staffed = StaffedCommittee(rulebook)
        self.initiator = self.staffed.members[0].user
        self.one, self.two, self.three = self.staffed.units

    def by(self, role: Role, unit: Unit | None = None) -> User:
        return self.staffed.staff(role, unit) if unit else self.staffed.officer(role)

    def do(
        self, by: User, subject: Subject, name: str, data: Any = None, *, at: datetime, expect=200
    ) -> Any:
        response = take(by, subject.all_steps()[name], subject, data or {}, at=at)
        assert response.status_code == expect, response.content.decode()
        return response.json()

    def draft(self) -> models.Proposal:
        fresh = models.Proposal(committee=self.staffed.committee)
        text = {**TEXT, "analysis": f"第 {models.Proposal.objects.count()} 处最暗"}
        begun = self.do(self.initiator, fresh, "draft", text, at=START, expect=201)
        return models.Proposal.objects.get(pk=begun["subject_id"])

    def filed(self) -> models.Proposal:
        proposal = self.draft()
        reviewer, director = Role.COMMITTEE_REVIEWER, Role.COMMITTEE_DIRECTOR
        self.do(self.initiator, proposal, "submit", {"one_matter": True}, at=START)
        self.do(self.by(reviewer), proposal, "review", {"outcome": "file"}, at=START)
        self.do(self.by(director), proposal, "file", {"category": "other"}, at=START)
        return proposal

    def assigned(self, *team: tuple[Unit, str], urgent: bool = False) -> list[models.Assignment]:
        proposal = self.filed()
        units = [{"unit": unit.pk, "role": role} for unit, role in team or [(self.one, "sole")]]
        data = {"units": units, "urgent": urgent}
        self.do(self.by(Role.ASSIGNING_OFFICER), proposal, "assign", data, at=ASSIGNED)
        return [models.Assignment.objects.get(unit=row["unit"]) for row in units]

    def acknowledged(self, **kwargs: Any) -> models.Assignment:
        (task,) = self.assigned(**kwargs)
        self.do(self.by(Role.UNIT_LIAISON, task.unit), task, "acknowledge", at=ASSIGNED)
        return task

    def delivered(self, task: models.Assignment, at: datetime) -> models.Feedback:
        """The unit talks with the proposer, replies and delivers, all at one moment."""
        liaison = self.by(Role.UNIT_LIAISON, task.unit)
        talk = {"held_at": at.isoformat(), "way": "visit", "stage": "during"}
        self.do(liaison, task, "record_contact", {**talk, "persons": "甲", "outcome": "好"}, at=at)
        points = [
            {"suggestion": suggestion.pk, "answer": "已增设", "adoption": "adopted"}
            for suggestion in task.proposal.suggestions.all()
        ]
        text = {"body": "答复", "result_class": "B", "contact_name": "李", "contact_phone": "1"}
        promise = {"commitments": [{"text": "再增设十盏", "due_on": "2024-12-31"}]}
        self.do(liaison, task, "draft_reply", {**text, **promise, "points": points}, at=at)
        reply = models.Reply.objects.latest("id")
        self.do(liaison, reply, "send_to_check", at=at)
        self.do(liaison, reply, "pass_check", at=at)
        self.do(self.by(Role.UNIT_SIGNATORY, task.unit), reply, "sign", at=at)
        self.do(liaison, reply, "deliver", {"document_number": "1"}, at=at)
        return models.Feedback.objects.get(reply=reply)
