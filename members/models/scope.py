"""Checks that related rows belong to one committee."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _


def require_same_committee(row: models.Model, *names: str) -> None:
    """Refuse relations ``names`` of ``row`` that point into another committee.

    Raises ValidationError naming each of them; needs ``row.committee_id``.
    """
    strangers = {}
    for name in names:
        other = getattr(row, name) if getattr(row, f"{name}_id") else None
        if other is not None and other.committee_id != row.committee_id:  # type: ignore[attr-defined]  # each caller has a committee
            strangers[name] = _("不属于同一委员会")
    if strangers:
        raise ValidationError(strangers)
