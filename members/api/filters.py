"""Filters and orders of lists, by allow-lists; anything else is refused, not ignored."""

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from django_filters.filterset import filterset_factory
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.settings import api_settings

from members.models import Member, Notice, Post, StandIn, Unit, User
from members.punctuation import Text, listed
from members.reader import reader_of

SEARCH_MIN = 2
"""Characters that a search for people needs, so that nobody leafs through everyone."""


class AllowListFilters(filters.DjangoFilterBackend):
    """Filters by the fields of the view's filter set; an unknown parameter is a 400."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filterset = self.get_filterset_class(view, queryset)
        known = {"page", "page_size", api_settings.URL_FORMAT_OVERRIDE, "ordering"}
        known |= set(filterset.base_filters) if filterset else set()
        if unknown := sorted(set(request.query_params) - known):
            names = listed(sorted(filterset.base_filters)) if filterset else "—"
            message = _("不能按此项筛选，可用：%(names)s") % {"names": names}
            raise exceptions.ValidationError(dict.fromkeys(unknown, message))
        return super().filter_queryset(request, queryset, view)


class AllowListOrdering(OrderingFilter):
    """Orders by the view's ``ordering_fields``; another name is a 400."""

    def get_ordering(self, request: Request, queryset: QuerySet, view: Any) -> Any:
        """Several names are in one parameter, with commas, or each in one of its own."""
        given = ",".join(request.query_params.getlist(self.ordering_param))
        names = [name.strip() for name in given.split(",")] if given else []
        valid = self.remove_invalid_fields(queryset, names, view, request)
        return valid or self.get_default_ordering(view)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The names of the allow-list, upwards and downwards; nothing where it is empty."""
        names = [f"{sign}{name}" for name in view.ordering_fields for sign in ("", "-")]
        if not names:
            return []
        words = [f"{name[1:]}_descending" if name[0] == "-" else name for name in names]
        one = {"type": "string", "enum": names, "x-enum-varnames": words}
        return [
            {
                "name": self.ordering_param,
                "in": "query",
                "required": False,
                "description": "The first counts most; `-` is from the last to the first.",
                "schema": {"type": "array", "items": one},
            }
        ]

    def remove_invalid_fields(
        self, queryset: QuerySet, fields: Any, view: Any, request: Request
    ) -> list[str]:
        valid = super().remove_invalid_fields(queryset, fields, view, request)
        if len(valid) < len(fields):
            raise exceptions.ValidationError({self.ordering_param: _("不能按此项排序")})
        return valid


BACKENDS = [AllowListFilters, AllowListOrdering]


def contains_any(label: Text, *paths: str, **options: Any) -> filters.CharFilter:
    """Rows that have the text at one of the paths."""

    def search(rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(reduce(or_, (Q(**{f"{path}__icontains": value}) for path in paths)))

    return filters.CharFilter(label=label, method=search, **options)


def search(label: Text, *paths: str) -> filters.CharFilter:
    """Rows where one of ``paths`` contains a text of at least SEARCH_MIN characters."""
    return contains_any(label, *paths, min_length=SEARCH_MIN, max_length=50)


class Today(filters.BooleanFilter):
    """Rows that are among those of today, or the others."""

    def __init__(self, label: Any, of_day: Callable[[date], QuerySet]) -> None:
        super().__init__(label=label, method=self.among)
        self.of_day = of_day

    def among(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """The rows of today, or the others."""
        found = self.of_day(reader_of(self.parent.request).day)
        return rows.filter(pk__in=found) if value else rows.exclude(pk__in=found)


@extend_schema_field(OpenApiTypes.INT)
class Id(filters.Filter):
    """The id of a related row; an id that does not exist matches nothing and tells nothing."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)


class RowFilters(filters.FilterSet):
    """Relations are filtered by id, without looking up whether the other row exists."""

    @classmethod
    def filter_for_field(
        cls, field: models.Field, field_name: str, lookup_expr: str | None = None
    ) -> filters.Filter:
        if isinstance(field, models.ForeignKey):
            return Id(field_name=field_name)
        return super().filter_for_field(field, field_name, lookup_expr)


def filterset_of(
    model: type[models.Model], *fields: str, **declared: filters.Filter
) -> type[filters.FilterSet]:
    """Rows of the model are narrowed by these fields and what is declared, by nothing else."""
    return filterset_factory(model, type("Narrowed", (RowFilters,), declared), fields)


UnitFilters = filterset_of(
    Unit,
    "committee",
    "kind",
    "parent",
    "is_active",
    search=search(gettext_lazy("名称"), "name", "short_name"),
)
MemberFilters = filterset_of(
    Member,
    "committee",
    "sector",
    "party",
    "group",
    search=search(gettext_lazy("姓名"), "name"),
    special_committee=Id(field_name="special_committees"),
    term=Id(field_name="terms"),
)
PostFilters = filterset_of(
    Post,
    *("user", "role", "committee", "unit", "body", "member"),
    held=Today(gettext_lazy("在任"), Post.objects.held_on),
)
UserFilters = filterset_of(
    User, "is_active", "home", search=search(gettext_lazy("姓名或用户名"), "name", "username")
)
NoticeFilters = filterset_of(
    Notice,
    *("needs_action", "statutory"),
    unread=filters.BooleanFilter(field_name="read_at", lookup_expr="isnull"),
)
StandInFilters = filterset_of(
    StandIn, "user", "stand_in", in_force=Today(gettext_lazy("今天有效"), StandIn.objects.in_force)
)
