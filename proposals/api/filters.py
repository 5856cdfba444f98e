"""Which lists can be narrowed by what; anything else is refused as unknown."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from proposals.models import Assignment, Commitment, Event, Feedback, Proposal, Reply

PAGING = {"page", "page_size", "ordering", "format"}


class KnownFilters(filters.DjangoFilterBackend):
    """Refuses a parameter that the list does not know: a typo must not mean "everything"."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> Any:
        """The narrowed rows; 400 for an unknown parameter."""
        filterset = self.get_filterset_class(view, queryset)
        known = set(filterset.base_filters) if filterset else set()
        unknown = set(request.query_params) - known - PAGING
        if unknown and request.method == "GET" and view.action == "list":
            message = _("不能按此筛选，可用：%(known)s") % {"known": "、".join(sorted(known))}
            raise ValidationError({name: message for name in sorted(unknown)})
        return super().filter_queryset(request, queryset, view)


class ProposalFilter(filters.FilterSet):
    """Filters of the list of proposals."""

    state = filters.MultipleChoiceFilter(choices=Proposal._meta.get_field("state").choices)
    unit = filters.NumberFilter(field_name="assignments__unit", distinct=True)
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
