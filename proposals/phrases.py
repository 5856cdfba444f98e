"""Keeping phrases for replies: a unit's liaison keeps the unit's, the clerk the committee's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.enums import Role
from members.models import Post, User
from members.selectors import posts_of
from proposals.models import Phrase
from proposals.permissions import visible

FIELDS = ("title", "text", "result_class", "topic")
"""What whoever keeps a phrase writes."""


def keepers(user: User, on: date) -> list[Post]:
    """The posts by which the user keeps phrases: as a unit's liaison, or as a clerk."""
    roles = (Role.UNIT_LIAISON, Role.COMMITTEE_CLERK)
    return [post for post in posts_of(user, on) if post.role in roles and post.committee_id]


def keeps(user: User, phrase: Phrase, on: date) -> bool:
    """Whether the phrase is the user's to change."""
    return any(
        post.unit_id == phrase.unit_id and post.committee_id == phrase.committee_id
        for post in keepers(user, on)
    )


def phrases_seen(user: User, on: date) -> QuerySet[Phrase]:
    """The phrases that the user can put into a reply, or keeps."""
    return visible(user, Phrase.objects.select_related("unit"), on)


def keep(phrase: Phrase, *, by: User, text: Mapping[str, Any], on: date) -> Phrase:
    """Write a new phrase, or change one. Raises PermissionDenied, ValidationError."""
    if not keeps(by, phrase, on):
        raise PermissionDenied(_("本单位的常用语由联络员维护，全会的由提案委办公室维护"))
    for name in FIELDS:
        setattr(phrase, name, text.get(name, ""))
    try:
        with transaction.atomic():
            phrase.save()
    except IntegrityError as error:
        raise ValidationError({"title": _("已有同名的常用语")}) from error
    return phrase


def discard(phrase: Phrase, *, by: User, on: date) -> None:
    """Delete a phrase; replies that it went into stay as they are. Raises PermissionDenied."""
    if not keeps(by, phrase, on):
        raise PermissionDenied(_("本单位的常用语由联络员维护，全会的由提案委办公室维护"))
    phrase.delete()
