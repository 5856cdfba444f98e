"""Edits phrases for replies: a unit's liaison edits the unit's, the clerk the committee's."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.enums import Role
from members.models import Post
from members.reader import Reader
from members.visibility import visible
from proposals.models import Phrase

FIELDS = ("title", "text", "result_class", "topic")
"""What whoever keeps a phrase writes."""


def keepers(reader: Reader) -> list[Post]:
    """The posts by which the reader keeps phrases: as a unit's liaison, or as a clerk."""
    roles = (Role.UNIT_LIAISON, Role.COMMITTEE_CLERK)
    return [post for post in reader.posts if post.role in roles and post.committee_id]


def keeps(reader: Reader, phrase: Phrase) -> bool:
    """Whether the phrase is the reader's to change."""
    return any(
        post.unit_id == phrase.unit_id and post.committee_id == phrase.committee_id
        for post in keepers(reader)
    )


def phrases_seen(reader: Reader) -> QuerySet[Phrase]:
    """The phrases that the reader can put into a reply, or keeps."""
    return visible(reader, Phrase.objects.select_related("unit"))


def keep(phrase: Phrase, *, reader: Reader, text: Mapping[str, Any]) -> Phrase:
    """Write a new phrase, or change one. Raises PermissionDenied, ValidationError."""
    if not keeps(reader, phrase):
        raise PermissionDenied(_("本单位的常用语由联络员维护，全会的由提案委办公室维护"))
    for name in FIELDS:
        setattr(phrase, name, text.get(name, ""))
    try:
        with transaction.atomic():
            phrase.save()
    except IntegrityError as error:
        raise ValidationError({"title": _("已有同名的常用语")}) from error
    return phrase


def discard(phrase: Phrase, *, reader: Reader) -> None:
    """Delete a phrase; replies that it went into stay as they are. Raises PermissionDenied."""
    if not keeps(reader, phrase):
        raise PermissionDenied(_("本单位的常用语由联络员维护，全会的由提案委办公室维护"))
    phrase.delete()
