"""How the list of duties can be narrowed."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from members.api.filters import Id
from members.reader import reader_of
from supervision.models import ChaseNotice, Duty
from supervision.models.duty import overdue_at


class DutyFilter(filters.FilterSet):
    """Filters of the list of duties."""

    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    overdue = filters.BooleanFilter(method="late", label="overdue")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Duty
        fields = [
            "kind",
            "proposal",
            "unit",
            "member",
            "body",
            "is_key",
            "subject_kind",
            "subject_id",
        ]

    def late(self, queryset: QuerySet[Duty], name: str, value: bool) -> Any:
        """Owed and late now, or everything else."""
        late = overdue_at(reader_of(self.request).at)
        return queryset.filter(late if value else ~late)


class ChaseNoticeFilter(filters.FilterSet):
    """Filters of chase documents."""

    duty = Id(field_name="lines__duty")

    class Meta:
        model = ChaseNotice
        fields = ["kind", "year", "unit"]
