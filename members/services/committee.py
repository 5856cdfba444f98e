"""Setting up a committee."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from members import permissions
from members.models import Committee, User
from members.services.rulebook import adopt_rulebook


@transaction.atomic
def create_committee(
    *,
    code: str,
    name: str,
    level: str,
    short_name: str = "",
    parent: Committee | None = None,
    place_names: Iterable[str] = (),
    document: Mapping[str, Any] | None = None,
    by: User | None,
    at: datetime,
) -> Committee:
    """Set up a committee; with ``document`` its first rulebook is in force from this day."""
    if by is not None:
        permissions.require(permissions.refusal_to_administer_platform(by, localdate(at)))
    committee = Committee(
        code=code,
        name=name,
        short_name=short_name or name,
        level=level,
        parent=parent,
        place_names=list(place_names),
    )
    committee.full_clean()
    committee.save()
    if document is not None:
        adopt_rulebook(
            committee=committee, document=document, effective_from=localdate(at), by=by, at=at
        )
    return committee
