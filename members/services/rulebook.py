"""Adopts rules from a date on; rules in force never change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members import permissions
from members.models import Committee, Rulebook
from members.reader import Decider
from members.rules import Rules
from members.selectors import rulebook_in_force


@transaction.atomic
def adopt_rulebook(
    *,
    committee: Committee,
    document: Mapping[str, Any],
    effective_from: date,
    by: Decider,
    note: str = "",
) -> Rulebook:
    """Adopt ``document`` as the rules of ``committee`` from ``effective_from`` on.

    The first rulebook may begin on any day. A later one begins today at the earliest, since
    what was decided under the old one stays explained by it, and only one begins on a day.
    Raises RulesInvalid, ValidationError, PermissionDenied.
    """
    # Of two administrators at the same moment the second waits, and sees the first's.
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    permissions.require_administers(by, committee)
    stored = Rules.stored(document)
    require_free_day(committee, effective_from, by.day)
    return Rulebook.objects.create(
        committee=committee,
        effective_from=effective_from,
        document=stored,
        note=note,
        author=by.user,
    )


@transaction.atomic
def edit_rulebook(
    *,
    rulebook: Rulebook,
    by: Decider,
    document: Mapping[str, Any] | None = None,
    effective_from: date | None = None,
    note: str | None = None,
) -> Rulebook:
    """Change a rulebook that is not yet in force; what is None stays as it is.

    Raises RulesInvalid, ValidationError (in force), PermissionDenied.
    """
    rulebook = _future_rulebook(rulebook, by)
    if document is not None:
        rulebook.document = Rules.stored(document)
    if effective_from is not None and effective_from != rulebook.effective_from:
        require_free_day(rulebook.committee, effective_from, by.day)
        rulebook.effective_from = effective_from
    if note is not None:
        rulebook.note = note
    rulebook.author = by.user
    rulebook.save()
    return rulebook


@transaction.atomic
def drop_rulebook(*, rulebook: Rulebook, by: Decider) -> None:
    """Give up a rulebook that is not yet in force; raises ValidationError when it is."""
    _future_rulebook(rulebook, by).delete()


def _future_rulebook(rulebook: Rulebook, by: Decider) -> Rulebook:
    """The locked row, which ``by`` may change and which is not in force."""
    committee = Committee.objects.select_for_update().get(pk=rulebook.committee_id)
    permissions.require_administers(by, committee)
    locked = Rulebook.objects.select_for_update().filter(pk=rulebook.pk).first()
    if locked is None:
        raise ValidationError(_("这份规则已被删除"))
    if not locked.is_future(by.day):
        raise ValidationError(
            _("这份规则自 %(day)s 起生效，不能再修改；请另订一份新规则")
            % {"day": locked.effective_from}
        )
    return locked


def require_free_day(committee: Committee, day: date, today: date) -> None:
    """Refuse ``day`` for new rules when it would rewrite the past or is taken.

    Raises ValidationError on ``effective_from``.
    """
    in_force = rulebook_in_force(committee, today)
    if in_force is not None and day < today:
        raise ValidationError(
            {
                "effective_from": _(
                    "生效日期不能早于今天（%(today)s）：已按 %(old)s 起生效的规则作出的决定不能改写"
                )
                % {"today": today, "old": in_force.effective_from}
            }
        )
    if committee.rulebooks.filter(effective_from=day).exists():
        raise ValidationError({"effective_from": _("已有一份规则自 %(day)s 起生效") % {"day": day}})
