"""Sweeps of a committee that is being played, which the sweeps by the clock leave alone."""

from datetime import datetime

from django.db.models import Q

from supervision import reminders, services


def sweep(*, among: Q, until: datetime) -> None:
    """Do for some duties what the sweeps by the clock would have done until then.

    The play calls this whenever its own time has moved on.
    """
    services.lapse_invitations(at=until, among=among)
    reminders.catch_up(until=until, among=among)
