"""The sample: a played committee beside the real ones, with logins of its own."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from demo.api_user import refusals_expected
from demo.scenario import load
from demo.today.play import continue_to_today
from demo.year import Year
from members import clock
from members.models import Committee, Job
from members.reader import Operator
from members.services import close_sample
from members.services.job import Tell

SCENARIO = "lingwu-2022"
"""Which year is played: a small one, all settled."""

STEPS = 2500
"""Roughly the number of steps of the year and of today's session."""

EVERY = 5
"""Progress is reported once in so many steps, often enough for a job that is still at work."""


def bring_sample(job: Job, tell: Tell) -> dict[str, Any]:
    """Play a sample committee; its key and its logins: {"committee": …, "logins": [{role, …}]}.

    What a run that was broken off has left is closed, and another one is begun.
    """
    for left in Committee.objects.filter(code__startswith=_code(job), closed_at=None):
        close_sample(committee=left, by=Operator(clock.now()))
    tries = Committee.objects.filter(code__startswith=_code(job)).count()
    code = f"{_code(job)}-{tries}" if tries else _code(job)
    steps = count(1)

    def count_steps() -> None:
        done = next(steps)
        if done % EVERY == 0:
            tell(min(done, STEPS), STEPS)

    year = Year.prepare(load(SCENARIO), 1, code, count_steps)
    _mark(year.people.committee)
    with refusals_expected(), year.own_clock():
        year.play()
        logins = continue_to_today(year, 1, clock.today(), prefix=f"{code}-")
    return {
        "committee": year.people.committee.pk,
        "logins": [login.with_password() for login in logins],
    }


def _mark(committee: Committee) -> None:
    """Say wherever the committee is named that it is invented."""
    committee.is_sample = True
    committee.name = _("%(name)s（示例）") % {"name": committee.name}
    committee.short_name = _("%(name)s（示例）") % {"name": committee.short_name}
    committee.save(update_fields=["is_sample", "name", "short_name"])


def _code(job: Job) -> str:
    return f"sample{job.pk}"
