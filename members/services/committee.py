"""Setting up a committee."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from members import permissions
from members.models import Committee, Post, User
from members.reader import Decider
from members.services.post import end_post
from members.services.rulebook import adopt_rulebook


@transaction.atomic
def create_committee(
    *,
    by: Decider,
    document: Mapping[str, Any] | None = None,
    **details: Any,
) -> Committee:
    """Set up a committee; with ``document`` its first rulebook is in force from this day.

    ``details`` are fields of Committee; without a short name it is called by its name.
    """
    permissions.require_of(by, permissions.refusal_to_administer_platform)
    committee = Committee(**details)
    committee.short_name = committee.short_name or committee.name
    committee.full_clean()
    committee.save()
    if document is not None:
        adopt_rulebook(committee=committee, document=document, effective_from=by.day, by=by)
    return committee


@transaction.atomic
def close_sample(*, committee: Committee, by: Decider) -> None:
    """Close a sample committee: end its posts, disable its accounts, take it out of every list.

    Its rows stay, since the ledger of its proposals can only grow. Closing twice does nothing.
    Raises ValidationError for a committee that is no sample, PermissionDenied.
    """
    permissions.require_of(by, permissions.refusal_to_administer_platform)
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    if not committee.is_sample:
        raise ValidationError(_("只有示例委员会可以移除"))
    current = Post.objects.filter(committee=committee).exclude(until__lte=by.day)
    for post in current.select_related("user"):
        end_post(post=post, until=by.day, by=by, reason=_("移除示例委员会"))
    elsewhere = Post.objects.held_on(by.day).values("user_id")
    accounts = User.objects.filter(home=committee).exclude(pk__in=elsewhere)
    AuthToken.objects.filter(user__in=accounts).delete()
    accounts.update(is_active=False)
    committee.closed_at = committee.closed_at or by.at
    committee.save(update_fields=["closed_at"])
