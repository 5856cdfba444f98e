"""A committee whose leaders supervise key topics, step by step through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from members.enums import BodyKind, Role
from members.models import Body
from proposals.models import Proposal, Theme
from supervision.models import KeyTopic
from tests.factories.members import BodyFactory, PostFactory, UserFactory
from tests.proposals.conftest import Life


class Leaders(Life):
    """A life with a second leader and a special committee that helps to supervise."""

    def __init__(self, rulebook: Any = "county") -> None:
        super().__init__(rulebook)
        self.users["second leader"] = UserFactory()
        PostFactory(
            user=self.users["second leader"],
            role=Role.LEADING_SUPERVISOR,
            committee=self.committee,
        )
        self.special: Body = BodyFactory(
            committee=self.committee, kind=BodyKind.SPECIAL_COMMITTEE, name="经济委员会"
        )
        self.users["special"] = UserFactory()
        PostFactory(
            user=self.users["special"],
            role=Role.COLLECTIVE_CONTACT,
            committee=self.committee,
            body=self.special,
        )

    def nominated(self, *proposals: Proposal, by: str = "clerk", **more: Any) -> KeyTopic:
        data = {"proposals": [proposal.pk for proposal in proposals], "reason": "群众关切"}
        receipt = self[by].does("nominate", KeyTopic, **data | more)
        return KeyTopic.objects.get(pk=receipt["subject_id"])

    def listed(self, *proposals: Proposal, **more: Any) -> KeyTopic:
        topic = self.nominated(*proposals, **more)
        self["clerk"].does("put_on_list", topic)
        return topic

    def decision(self, **more: Any) -> dict[str, Any]:
        return {
            "meeting": "第 12 次主席会议",
            "met_on": self.now.date().isoformat(),
            "supervisors": [self.users["supervisor"].pk],
            "supervising_body": self.special.pk,
            "participants": "提案者、承办单位",
            "methods": ["site", "consultation"],
        } | more

    def decided(self, *proposals: Proposal, **more: Any) -> KeyTopic:
        topic = self.listed(*proposals)
        self["director"].does("decide", topic, **self.decision(**more))
        return topic

    def announced(self, *proposals: Proposal, **more: Any) -> KeyTopic:
        topic = self.decided(*proposals, **more)
        self["director"].does("announce", topic)
        return topic

    def planned(self, *proposals: Proposal, days: tuple[int, ...] = (20, 40)) -> KeyTopic:
        topic = self.announced(*proposals)
        self["special"].does("make_plan", topic, text="督办方案", milestones=self.rows(*days))
        return topic

    def rows(self, *days: int) -> list[dict[str, Any]]:
        return [
            {"name": f"第 {n} 步", "due_on": self.day(ahead), "method": "site"}
            for n, ahead in enumerate(days, start=1)
        ]

    def day(self, ahead: int) -> str:
        return (timezone.localtime(self.now).date() + timedelta(days=ahead)).isoformat()

    def reported(self, *proposals: Proposal) -> KeyTopic:
        topic = self.planned(*proposals)
        for milestone in topic.milestones.all():
            self["special"].does("meet", milestone, evidence="已完成")
        self["special"].does("submit_report", topic, text="督办情况报告")
        return topic

    def theme(self, *proposals: Proposal) -> Theme:
        theme = Theme.objects.create(
            committee=self.committee,
            session=self.session,
            name="老城区停车",
            created_by=self.users["clerk"],
            created_at=self.now,
        )
        theme.proposals.set(proposals)
        return theme
