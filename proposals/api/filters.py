"""Which lists can be narrowed by what; anything else is refused as unknown."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from members import clock
from proposals.inputs.fields import LARGEST_KEY
from proposals.models import Assignment, Commitment, Event, Feedback, Proposal, Reply
from proposals.permissions import visible


class ProposalFilter(filters.FilterSet):
    """Filters of the list of proposals."""

    state = filters.MultipleChoiceFilter(choices=Proposal._meta.get_field("state").choices)
    unit = filters.NumberFilter(
        method="with_unit", label="unit", decimal_places=0, max_value=LARGEST_KEY
    )
    text = filters.CharFilter(method="with_text", label="title or number")
    received_after = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Proposal
        fields = [
            "committee",
            "session",
            "proposer_kind",
            "period_kind",
            "category",
            "urgent",
            "is_key",
            "lead",
            "body",
            "case_no",
            "receipt_no",
            "merged_into",
        ]

    def with_unit(self, queryset: QuerySet[Proposal], name: str, value: Decimal) -> Any:
        """Proposals of a unit, as far as the reader is told who handles them."""
        tasks = Assignment.objects.filter(unit=int(value))
        seen = visible(self.request.user, tasks, clock.today())
        return queryset.filter(pk__in=seen.values("proposal"))

    def with_text(self, queryset: QuerySet[Proposal], name: str, value: str) -> Any:
        """Proposals with the words in their title, or with the number."""
        return queryset.filter(Q(title__contains=value) | Q(case_no=value) | Q(receipt_no=value))


class AssignmentFilter(filters.FilterSet):
    """Filters of the list of assignments."""

    state = filters.MultipleChoiceFilter(choices=Assignment._meta.get_field("state").choices)

    class Meta:
        model = Assignment
        fields = ["proposal", "unit", "role", "batch"]


class ReplyFilter(filters.FilterSet):
    """Filters of the list of replies."""

    state = filters.MultipleChoiceFilter(choices=Reply._meta.get_field("state").choices)

    class Meta:
        model = Reply
        fields = ["proposal", "assignment", "round", "result_class", "publicity"]


class FeedbackFilter(filters.FilterSet):
    """Filters of the list of feedback forms."""

    state = filters.MultipleChoiceFilter(choices=Feedback._meta.get_field("state").choices)

    class Meta:
        model = Feedback
        fields = ["proposal", "reply", "member", "body", "poor"]


class CommitmentFilter(filters.FilterSet):
    """Filters of the list of commitments."""

    state = filters.MultipleChoiceFilter(choices=Commitment._meta.get_field("state").choices)
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Commitment
        fields = ["proposal", "reply"]


class EventFilter(filters.FilterSet):
    """Filters of the ledger."""

    after = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ["proposal", "subject_kind", "subject_id", "action", "actor", "channel", "act"]
