"""What the timetable has done by the clock, for a committee that is being played by its own."""

from datetime import datetime

from django.db.models import Q

from supervision import reminders, services


def sweep(*, among: Q, until: datetime) -> None:
    """Do what sweeps would have done until then; ``among`` says for which duties.

    The play calls this whenever its own time has gone on, since real sweeps leave it alone.
    """
    services.lapse_invitations(at=until, among=among)
    reminders.catch_up(until=until, among=among)
