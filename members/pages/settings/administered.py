"""The committees that the reader administers, and the one that a page is about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers

from members.enums import ADMINISTRATOR_ROLES
from members.models import Committee, User
from members.models.member import BODY_KINDS
from members.pages.forms import Choice, Choices
from members.pages.navigation import Section
from members.pages.worklist import Worklist
from members.permissions import refusal_to_administer, require
from members.punctuation import aside
from members.reader import Reader, reader_of
from members.visibility import visible

MOST = 2000
"""Rows to choose from that are listed."""


@dataclass(frozen=True, kw_only=True)
class SettingsList(Worklist):
    """A list of rows that administrators edit."""

    section: Section = Section.SETTINGS
    roles: Collection[str] = ADMINISTRATOR_ROLES
    counted: bool = False


def committees(reader: Reader) -> QuerySet[Committee]:
    """The committees that the reader administers."""
    rows = visible(reader, Committee.objects.all())
    if reader.reach.platform:
        return rows
    return rows.filter(pk__in=reader.reach.administered)


def chosen_committee(request: HttpRequest) -> Committee | None:
    """The committee that the address names, or the only one; None when it is to be chosen.

    Raises PermissionDenied for readers who administer none.
    """
    own = committees(reader_of(request))
    wanted = request.GET.get("committee", "")
    if wanted:
        return get_object_or_404(own, pk=wanted if wanted.isdecimal() else 0)
    few = list(own[:2])
    if not few:
        raise PermissionDenied(_("只有管理员可以设置"))
    return few[0] if len(few) == 1 else None


def administered_row(request: HttpRequest, rows: QuerySet[Any], pk: int) -> Any:
    """The row, if the reader administers its committee; a 404 for those who may not see it."""
    reader = reader_of(request)
    found = get_object_or_404(visible(reader, rows.select_related("committee")), pk=pk)
    require(refusal_to_administer(reader, found.committee))
    return found


def within(committee: Committee, but: Any = None) -> Choices:
    """What can be chosen for relations: rows of the committee, of the kind that the field wants.

    ``but`` is the row that the form is about: nothing is above itself.
    """

    def choices(path: str, declared: Any) -> list[Choice] | None:
        relation = getattr(declared, "child_relation", declared)
        if not isinstance(relation, serializers.RelatedField):
            return None
        rows = relation.get_queryset()
        own = {field.name for field in rows.model._meta.get_fields()}
        if rows.model is User:
            rows = rows.filter(home=committee, is_active=True)
        elif "committee" in own:
            rows = rows.filter(committee=committee).select_related("committee")
        if path in BODY_KINDS:
            rows = rows.filter(kind=BODY_KINDS[path])
        if but is not None and rows.model is type(but):
            rows = rows.exclude(pk=but.pk)
        return [Choice(str(row.pk), _said(row)) for row in (rows or [])[:MOST]]

    return choices


def _said(row: Any) -> str:
    return aside(row, row.username) if isinstance(row, User) else str(row)
