"""Writes about people, bodies and rules, one noun a file.

``by`` is who decides; None is the operator at the machine, who is not asked for a post.
``at`` is the moment of the decision. Refusals raise PermissionDenied with the reason, broken
rules raise ValidationError or RulesInvalid naming the place.
"""

from members.services.account import change_account, create_account
from members.services.committee import create_committee
from members.services.member import add_member, change_member
from members.services.notice import mark_read
from members.services.post import end_post, give_post
from members.services.rulebook import adopt_rulebook, drop_rulebook, edit_rulebook

__all__ = [
    "add_member",
    "adopt_rulebook",
    "change_account",
    "change_member",
    "create_account",
    "create_committee",
    "drop_rulebook",
    "edit_rulebook",
    "end_post",
    "give_post",
    "mark_read",
]
