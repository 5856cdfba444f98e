"""The sample: a played committee beside the real ones, with logins of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from demo.case import Case
from demo.scenario import load
from demo.today.play import settle_and_bring
from demo.year import Year
from members import clock
from members.models import Committee, Job
from members.services import close_sample
from members.services.account import one_time_password
from members.services.job import Tell

SCENARIO = "lingwu-2022"
"""Which year is played: a small one, all settled."""

STEPS = 900
"""About how many cases the acts of the year and of the present session tell."""


def bring_sample(job: Job, tell: Tell) -> dict[str, Any]:
    """Play a sample committee; its key and its logins: {"committee": …, "logins": [{role, …}]}.

    What a run that was broken off has left is closed, and another one is begun.
    """
    at = clock.now()
    for left in Committee.objects.filter(code__startswith=_code(job), closed_at=None):
        close_sample(committee=left, by=None, at=at)
    tries = Committee.objects.filter(code__startswith=_code(job)).count()
    code = f"{_code(job)}-{tries}" if tries else _code(job)
    steps = count(1)

    def go_on(_day: date | None = None) -> None:
        tell(min(next(steps), STEPS), STEPS)

    def watch(_name: str, cases: Iterable[Case], _count: int) -> Iterable[Case]:
        for case in cases:
            go_on()
            yield case

    quiet = logging.getLogger("django.request")
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # a refusal that the plan expects is no warning
    try:
        year = Year.prepare(load(SCENARIO), 1, code, watch)
        _mark(year.people.committee)
        with year.own_clock():
            year.play()
            logins = settle_and_bring(year, 1, clock.today(), prefix=f"{code}-", passes=go_on)
    finally:
        quiet.setLevel(level)
    kept = []
    for login in logins:
        password = one_time_password()
        login.user.set_password(password)
        login.user.save(update_fields=["password"])
        kept.append(
            {
                "role": login.role.value,
                "scope": login.scope,
                "username": login.user.username,
                "password": password,
            }
        )
    return {"committee": year.people.committee.pk, "logins": kept}


def _mark(committee: Committee) -> None:
    """Say wherever the committee is named that it is invented."""
    committee.is_sample = True
    committee.name = _("%(name)s（示例）") % {"name": committee.name}
    committee.short_name = _("%(name)s（示例）") % {"name": committee.short_name}
    committee.save(update_fields=["is_sample", "name", "short_name"])


def _code(job: Job) -> str:
    return f"sample{job.pk}"
