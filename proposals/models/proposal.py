"""The proposal itself: its constraints, and reads on one proposal."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.enums import ProposerKind
from members.models import Body, Member
from members.prepared import KEY, prepared
from members.rules import Rules
from proposals.enums import (
    FILED_STATES,
    HANDED_IN,
    NOT_HANDED_IN,
    CosignatureState,
    MergeCandidateState,
    ProposalState,
)
from proposals.machine.subject import state_field
from proposals.models.assignment import Assignment
from proposals.models.feedback import Feedback
from proposals.models.phases.concluding import OF_PRESENT_ANSWERS, Concluding

Addressee = tuple["Proposal", "Member | None", "Body | None"]
"""A receiver of a reply: the original proposal, and the member or the body behind it."""


LONGEST_NUMBER = 10
"""Digits of a number that may begin with zeros."""


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Filters on proposals."""

    def with_number(self, typed: str) -> ProposalQuerySet:
        """Those with this case or receipt number, the zeros before it left out or not."""
        bare = typed.lstrip("0") or "0"
        written = {typed, *(bare.zfill(width) for width in range(len(bare), LONGEST_NUMBER + 1))}
        return self.filter(Q(case_no__in=written) | Q(receipt_no__in=written))


class Proposal(Concluding):
    """A proposal of the CPPCC (政协提案)."""

    state = state_field(ProposalState, max_length=20)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("提案")
        verbose_name_plural = _("提案")
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, body__isnull=True)
                | Q(lead__isnull=True, body__isnull=False),
                name="proposal_has_a_member_or_a_body",
            ),
            models.CheckConstraint(
                condition=Q(proposer_kind=ProposerKind.COLLECTIVE, body__isnull=False)
                | (~Q(proposer_kind=ProposerKind.COLLECTIVE) & Q(body__isnull=True)),
                name="proposal_collective_exactly_with_a_body",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=NOT_HANDED_IN,
                    received_at__isnull=True,
                    session__isnull=True,
                    receipt_no="",
                )
                | Q(
                    state__in=HANDED_IN,
                    received_at__isnull=False,
                    session__isnull=False,
                    receipt_no__gt="",
                ),
                name="proposal_received_exactly_when_handed_in",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=FILED_STATES)
                | Q(filed_at__isnull=False, case_no__gt="", case_serial__isnull=False),
                name="proposal_filed_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.MERGED, merged_into__isnull=False)
                | (~Q(state=ProposalState.MERGED) & Q(merged_into__isnull=True)),
                name="proposal_merged_exactly_with_a_host",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="proposal_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.NOT_FILED)
                | Q(ground__gt="", disposition__gt="", notice__gt=""),
                name="proposal_not_filed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.CONCLUDED, concluded_at__isnull=False)
                | (~Q(state=ProposalState.CONCLUDED) & Q(concluded_at__isnull=True)),
                name="proposal_concluded_exactly_with_a_date",
            ),
            models.UniqueConstraint(
                fields=["session", "receipt_no"],
                condition=Q(receipt_no__gt=""),
                name="receipt_no_unique_in_its_session",
            ),
            models.UniqueConstraint(
                fields=["session", "case_no"],
                condition=Q(case_no__gt=""),
                name="case_no_unique_in_its_session",
            ),
            models.UniqueConstraint(
                fields=["session", "case_series", "case_serial"],
                condition=Q(case_serial__isnull=False),
                name="case_serial_unique_in_its_series",
            ),
            models.UniqueConstraint(
                fields=["session", "lead", "text_digest"],
                condition=Q(text_digest__gt="", lead__isnull=False),
                name="text_once_of_a_member_in_its_session",
            ),
            models.UniqueConstraint(
                fields=["session", "body", "text_digest"],
                condition=Q(text_digest__gt="", body__isnull=False),
                name="text_once_of_a_body_in_its_session",
            ),
        ]
        indexes = [
            models.Index(fields=["committee", "state", "-id"], name="proposal_worklist"),
            models.Index(fields=["session", "state"], name="proposal_in_session"),
            models.Index(fields=["committee", "-id"], name="proposal_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def root(self) -> Proposal:
        """A proposal is its own root."""
        return self

    @property
    def root_id(self) -> int | None:
        """Its own key."""
        return self.pk

    def proposers(self) -> Iterator[tuple[Member | None, Body | None]]:
        """The body, or the initiator and everybody who agreed to co-sign, in signing order."""
        if self.body_id is not None:
            yield None, self.body
            return
        yield self.lead, None
        signed = self.cosignatures.filter(state=CosignatureState.AGREED).order_by("id")
        for signature in signed.select_related("member"):
            yield signature.member, None

    def kin(self) -> models.QuerySet[Proposal]:
        """Those of one kind with it (同类提案), each handled by itself: not merged."""
        groups = self.candidacies.filter(
            candidate__state=MergeCandidateState.RELATED, left_out_at=None
        )
        return (
            Proposal.objects.filter(
                candidacies__candidate__in=groups.values("candidate"), candidacies__left_out_at=None
            )
            .exclude(pk=self.pk)
            .distinct()
        )

    def states_of_tasks(self) -> set[str]:
        """The states in which its answering units have it."""
        return set(_states_of_tasks(self.pk))

    def marks(self) -> list[tuple[str, bool]]:
        """State of each form sent with its present answers, and whether it is rated poor."""
        return _marks(self.pk)

    def addressees(self) -> Iterator[Addressee]:
        """Everybody who gets the reply: proposers of this and of what was merged into it."""
        seen = set()
        for original in self._family():
            for member, body in original.proposers():
                if (member, body) not in seen:
                    seen.add((member, body))
                    yield original, member, body

    def raters(self, rules: Rules) -> list[tuple[Member | None, Body | None]]:
        """Who is asked for feedback: nobody, the first proposers, or every proposer."""
        if rules.feedback.policy == "none":
            return []
        if rules.feedback.policy == "all":
            return [(member, body) for _original, member, body in self.addressees()]
        return [next(original.proposers()) for original in self._family()]

    def _family(self) -> list[Proposal]:
        merged = self.merged_from.select_related("lead", "body").order_by("id")
        return [self, *merged]


@prepared(KEY)
def _states_of_tasks(proposal: int) -> models.QuerySet[Assignment, str]:
    tasks = Assignment.objects.answering().filter(proposal=proposal)
    return tasks.order_by().values_list("state", flat=True)


@prepared(KEY)
def _marks(proposal: int) -> models.QuerySet[Feedback, tuple[str, bool]]:
    forms = Feedback.objects.filter(OF_PRESENT_ANSWERS, proposal=proposal)
    return forms.order_by().values_list("state", "poor")
