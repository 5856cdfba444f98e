"""How the list of duties can be narrowed."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from members.reader import reader_of
from supervision.models import ChaseNotice, Duty


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
        late = Duty.objects.overdue(reader_of(self.request).at).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class ChaseNoticeFilter(filters.FilterSet):
    """Filters of chase documents."""

    duty = filters.NumberFilter(field_name="lines__duty")

    class Meta:
        model = ChaseNotice
        fields = ["kind", "year", "unit"]
