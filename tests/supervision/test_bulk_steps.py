"""Every step that a list offers for many rows: asked for, and taken."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from members import clock
from members.enums import JobState
from members.models import Job
from members.pages.worklist import WORKLISTS, Worklist
from members.reader import Reader
from members.selectors import rules_for
from members.services.job import run
from proposals.machine.step import Step, declared_step
from tests.proposals.inputs import Writer
from tests.proposals.subjects_in_every_state import NOW, PEOPLE, SubjectsInEveryState

pytestmark = pytest.mark.django_db

STEPS = [
    (worklist, declared_step(step)) for worklist in WORKLISTS.values() for step in worklist.bulk
]


def test_every_step_on_all_rows_of_a_list_is_asked_for_and_taken() -> None:
    subjects = SubjectsInEveryState("county")
    models = {
        worklist.rows(Reader(subjects.users["clerk"], NOW)).model for worklist, _step in STEPS
    }
    for case in subjects.cases():
        if case.model in models:
            for state in case.states:
                case.make(state)

    for worklist, step in STEPS:
        readers = [PEOPLE[role] for role in PEOPLE if role in worklist.roles]
        assert any(taken(subjects, worklist, step, who) for who in readers), (
            worklist.slug,
            step.name,
        )


def taken(subjects: SubjectsInEveryState, worklist: Worklist, step: Step, who: str) -> bool:
    """Take the step on all rows of the list, and undo it; whether that person may."""
    client = Client()
    client.force_login(subjects.users[who])
    asked: dict[str, Any] = {"step": step.slug, "all": "1"}
    with clock.at(NOW), transaction.atomic():
        page = client.post(f"{worklist.url}bulk/", asked)
        if page.status_code == 302:  # the list has a page of its own for it
            return client.get(page["Location"]).status_code == 200
        assert page.status_code == 200
        if not (willing := page.context["willing"]):
            return False
        assert bool(page.context["recipients"]) == bool(step.tells)
        rules = rules_for(subjects.committee.pk, NOW.date())
        data = Writer(Random(1), willing[0], rules, NOW).write(step)
        filled = {key: value for key, value in data.items() if value is not None}
        answer = client.post(f"{worklist.url}bulk/", {**asked, **filled, "confirmed": "1"})
        assert answer.status_code == 302, answer.context["form"].faults
        number = Job.objects.get().pk
        run(number, lambda: NOW)  # what is done at once has been, and stays as it is
        job = Job.objects.get(pk=number)
        assert (job.state, job.trouble) == (JobState.DONE, "")
        assert len(job.result["results"]) == len(willing)
        transaction.set_rollback(True)
    return True
