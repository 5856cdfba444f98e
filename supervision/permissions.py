"""What a person sees of duties; joins the one table of ``proposals.permissions``."""

from django.db.models import Q

from proposals.permissions import VISIBLE, Reach
from supervision.models import Duty


def duties(reach: Reach) -> Q:
    """One's own duties, those of one's unit, and all of one's committee for its officials."""
    return (
        Q(committee__in=reach.officials)
        | Q(unit__in=reach.units)
        | Q(member__in=reach.members)
        | Q(body__in=reach.bodies)
    )


VISIBLE[Duty] = duties
