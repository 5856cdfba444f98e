"""Writes about people, bodies and rules, one noun a file.

``by`` is the person who decides, and when: a ``Reader``, or the ``Operator`` at the machine, who
needs no post. Refusals raise PermissionDenied with the reason, broken
rules raise ValidationError or RulesInvalid naming the place.
"""

from members.services.account import (
    change_account,
    change_own_password,
    create_account,
    forget_second_factor,
    leave_outside_account,
    reset_password,
    sign_out_everywhere,
    tell_of_access,
)
from members.services.calendar_feed import close_calendar, make_calendar_address
from members.services.channel import remove_channel, set_channel
from members.services.committee import close_sample, create_committee
from members.services.delivery import resend_delivery
from members.services.member import add_member, change_member
from members.services.notice import mark_read
from members.services.post import end_post, give_post, give_posts
from members.services.rulebook import adopt_rulebook, drop_rulebook, edit_rulebook
from members.services.service_token import create_service_token, revoke_service_token
from members.services.stand_in import appoint_stand_in, end_stand_in
from members.services.webhook import change_webhook, create_webhook, replay, rotate_secret
