"""What a person sees of duties; joins the one table of ``proposals.permissions``."""

from django.db.models import Q

from proposals.permissions import VISIBLE, Reach, on_record
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
