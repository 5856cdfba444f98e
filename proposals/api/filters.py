"""The filters of each list; unknown parameters are refused."""

import re
from typing import Any, cast

from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from django_filters.filterset import filterset_factory

from members.api.filters import Id
from members.enums import BodyKind
from members.reader import reader_of
from members.visibility import visible
from proposals.api.search_operators import Narrowing
from proposals.due_dates import due_dates
from proposals.enums import CosignatureState
from proposals.matching.query import parse
from proposals.matching.search import matching
from proposals.models import (
    Assignment,
    Commitment,
    Cosignature,
    Event,
    Feedback,
    Proposal,
    Reply,
)
from proposals.permissions import told_units

Rows = Any
"""A queryset of proposals."""

SITTING = RegexValidator(
    r"^\s*(\d{1,2})\s*届?\s*(?:[-—–.]?\s*(\d{1,2})\s*次?)?\s*$",
    _("请写届，或届和次，如 5-2"),
)


class ProposalFilter(filters.FilterSet):
    """Filters of the list of proposals."""

    state = filters.MultipleChoiceFilter(choices=Proposal._meta.get_field("state").choices)
    unit = Id(method="with_unit", label="unit")
    unit_name = filters.CharFilter(method="with_unit_name", label="part of a unit's name")
    text = filters.CharFilter(method="with_text", label="a query, as in the search")
    number = filters.CharFilter(method="with_number", label="case or receipt number")
    sitting = filters.CharFilter(
        method="with_sitting", label="term, or term and session: 5-2", validators=[SITTING]
    )
    proposer = filters.CharFilter(method="with_proposer", label="part of a proposer's name")
    sector = filters.CharFilter(method="with_sector", label="part of the sector's name")
    overdue = filters.BooleanFilter(
        method="with_overdue", label="something on it is late, as far as the reader is told"
    )
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

    def with_unit(self, queryset: Rows, name: str, value: int) -> Rows:
        """Proposals of a unit, where the reader may see who handles them."""
        return self._handled(queryset, Q(unit=value))

    def with_unit_name(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals of units with this name, where the reader may see who handles them."""
        named = Q(unit__name__icontains=value) | Q(unit__short_name__icontains=value)
        return self._handled(queryset, named)

    def _handled(self, queryset: Rows, by: Q) -> Rows:
        seen = visible(reader_of(self.request), Assignment.objects.filter(by))
        handled = Q(pk__in=seen.values("proposal"))
        if told := told_units(reader_of(self.request)):
            tasks = Assignment.objects.live().filter(by)
            handled |= told & Q(pk__in=tasks.values("proposal"))
        return queryset.filter(handled)

    def with_text(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals that a search for this would find complete, in the order of the list."""
        query = parse(value, name)
        rows = Narrowing(type(self), self.request, name)(queryset, query.operators)
        return matching(rows, query, reader_of(self.request))

    def with_number(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals with this number, the zeros before it left out or not."""
        return queryset.with_number(value)

    def with_sitting(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals of a term, or of one session of it."""
        term, session = cast("re.Match[str]", SITTING.regex.match(value)).groups()
        rows = queryset.filter(session__term__number=int(term))
        return rows.filter(session__number=int(session)) if session else rows

    def with_proposer(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals that somebody of this name, or a body, has proposed or co-signed."""
        signed = Cosignature.objects.filter(
            state=CosignatureState.AGREED, member__name__icontains=value
        )
        return queryset.filter(
            Q(lead__name__icontains=value)
            | Q(body__name__icontains=value)
            | Q(pk__in=signed.values("proposal"))
        )

    def with_sector(self, queryset: Rows, name: str, value: str) -> Rows:
        """Proposals whose initiator sits for this sector, or which it proposes itself."""
        own = Q(body__kind=BodyKind.SECTOR, body__name__icontains=value)
        return queryset.filter(Q(lead__sector__name__icontains=value) | own)

    def with_overdue(self, queryset: Rows, name: str, value: bool) -> Rows:
        """Proposals with an overdue duty that the reader may see; or the others."""
        late = due_dates().overdue(reader_of(self.request))
        return queryset.filter(late) if value else queryset.exclude(late)


class SearchFilter(ProposalFilter):
    """The filters of the list, and the query."""

    q = filters.CharFilter(method="as_asked", label="what to look for; docs/search.md")

    def as_asked(self, queryset: Rows, name: str, value: str) -> Rows:
        """The search itself ranks by it; here it is only known as a parameter."""
        return queryset


def filterset_of(model: type[Any], *fields: str, **more: filters.Filter) -> type[filters.FilterSet]:
    """Rows are narrowed by several states at once, by these fields, and by ``more``."""
    states = filters.MultipleChoiceFilter(choices=model._meta.get_field("state").choices)
    base = type("StateFilter", (filters.FilterSet,), {"state": states, **more})
    return filterset_factory(model, base, fields)


AssignmentFilter = filterset_of(Assignment, "proposal", "unit", "role", "batch")
ReplyFilter = filterset_of(Reply, "proposal", "assignment", "round", "result_class", "publicity")
FeedbackFilter = filterset_of(Feedback, "proposal", "reply", "member", "body", "poor")
CommitmentFilter = filterset_of(
    Commitment,
    "proposal",
    "reply",
    due_before=filters.DateFilter(field_name="due_on", lookup_expr="lt"),
)


class EventFilter(filters.FilterSet):
    """Filters of the ledger."""

    after = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ["proposal", "subject_kind", "subject_id", "action", "actor", "channel", "call_id"]
