"""What a person sees of duties; joins the one table of ``proposals.permissions``."""

from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate

from members.models import User
from proposals.permissions import LATE, VISIBLE, Reach, on_record, visible
from supervision.models import Duty


def duties(reach: Reach) -> Q:
    """One's own duties and those of one's unit; for officials, those on what they read."""
    return (
        (Q(committee__in=reach.officials) & on_record(reach, "proposal__"))
        | Q(unit__in=reach.units)
        | Q(member__in=reach.members)
        | Q(body__in=reach.bodies)
    )


VISIBLE[Duty] = duties


def late(user: User, at: datetime) -> Q:
    """Proposals with an overdue duty that the user sees."""
    duties_seen = visible(user, Duty.objects.overdue(at), localdate(at))
    return Q(pk__in=duties_seen.values("proposal"))


LATE.append(late)
