"""What a person sees of duties; joins the one table of ``proposals.permissions``."""

from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate

from members.models import User
from proposals.permissions import LATE, NOBODY, VISIBLE, Reach, on_record, visible
from supervision.models import CalendarChange, ChaseNotice, Duty, Reminder


def duties(reach: Reach) -> Q:
    """One's own duties and those of one's unit; for officials, those on what they read."""
    return (
        (Q(committee__in=reach.officials) & on_record(reach, "proposal__"))
        | Q(unit__in=reach.units)
        | Q(member__in=reach.members)
        | Q(body__in=reach.bodies)
    )


def reminders(reach: Reach) -> Q:
    """Those sent to oneself are in the inbox; the record of all is the officials'."""
    return Q(duty__committee__in=reach.officials)


def chase_notices(reach: Reach) -> Q:
    """Officials, the unit that is chased, and leaders."""
    return Q(committee__in=reach.officials | reach.supervising) | Q(unit__in=reach.units)


def calendar_changes(reach: Reach) -> Q:
    """Whoever can enter them: the topmost committee's office, and the platform's."""
    everything = Q(pk__isnull=False) if reach.platform else NOBODY
    return Q(committee__in=reach.offices) | everything


VISIBLE[Duty] = duties
VISIBLE[Reminder] = reminders
VISIBLE[ChaseNotice] = chase_notices
VISIBLE[CalendarChange] = calendar_changes


def late(user: User, at: datetime) -> Q:
    """Proposals with an overdue duty that the user sees."""
    duties_seen = visible(user, Duty.objects.overdue(at), localdate(at))
    return Q(pk__in=duties_seen.values("proposal"))


LATE.append(late)
