"""Links in mails by which a unit signs for a task or returns it without a login.

The mail carries a signed address that is good for one person and one task, as long as nothing
has happened to it, until the date by which it must be signed for. Whoever has the address acts
as that person, as with any mail; so it can do nothing but this, and never shows the text. Where
a second factor is demanded, mails carry no such address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from members import clock
from members.models import Notice, User
from members.reader import Reader
from proposals.due_dates import due_dates
from proposals.enums import AssignmentState
from proposals.machine.step import declared_step
from proposals.models import Assignment
from proposals.permissions import may

SALT = "proposals.mail_actions"

LASTS = timedelta(days=3)
"""How long a link is valid where there is no date to sign by."""

STEPS = (declared_step(Assignment.acknowledge), declared_step(Assignment.request_return))
"""The steps that a mail offers."""


class Fault(StrEnum):
    """Why a link does nothing."""

    BROKEN = "broken"  # not one of ours, or changed on the way
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"  # the person no longer holds the post
    MOVED_ON = "moved_on"  # used, or something else has happened to the task


@dataclass(frozen=True)
class Opened:
    """The task and the person of a link."""

    reader: Reader
    assignment: Assignment


def line(notice: Notice) -> str:
    """The links added to the mail about a task to be signed for; else nothing."""
    kind, _sep, key = notice.about.partition(":")
    if kind != Assignment.kind or not settings.SITE_URL or settings.REQUIRE_2FA:
        return ""
    rows = Assignment.objects.select_related("proposal__committee", "unit")
    task = rows.filter(pk=key, state=AssignmentState.ISSUED).first()
    now = clock.now()
    if task is None or not may(Reader(notice.recipient, now), STEPS[0], task):
        return ""
    path = reverse("mailed", args=[address(notice.recipient, task, now)])
    return _("不登录即可签收或申请退办（仅限本人，请勿转发）：%(url)s") % {
        "url": f"{settings.SITE_URL}{path}"
    }


def address(user: User, task: Assignment, at: datetime) -> str:
    """The signed part of the address for one person and one task."""
    sign_by = due_dates().sign_by(task)
    until = sign_by if sign_by is not None and sign_by > at else at + LASTS
    sealed = {"u": user.pk, "a": task.pk, "v": task.version, "t": int(until.timestamp())}
    return signing.dumps(sealed, salt=SALT)


def opened(sealed: str, at: datetime) -> Opened | Fault:
    """The task and the person of a link, or why it does nothing now."""
    try:
        said = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return Fault.BROKEN
    rows = Assignment.objects.select_related("proposal__committee", "unit")
    task = rows.filter(pk=said["a"]).first()
    user = User.objects.filter(pk=said["u"], is_active=True).first()
    if task is None or task.state != AssignmentState.ISSUED or task.version != said["v"]:
        return Fault.MOVED_ON
    if user is None or not may(reader := Reader(user, at), STEPS[0], task):
        return Fault.NOT_YOURS
    return Fault.EXPIRED if at.timestamp() > said["t"] else Opened(reader, task)
