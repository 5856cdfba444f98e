"""Figures as of a day: what was put on record later does not change them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from proposals.models import ContactRecord, Proposal
from proposals.statistics import report

pytestmark = pytest.mark.django_db


def test_a_talk_counts_from_the_day_on_which_it_was_recorded(life):
    task = life.at_work()["A"]
    session = Proposal.objects.get(pk=task.proposal_id).session
    begun = life.now
    held = begun + timedelta(days=5)
    life.later(days=60)
    life["A handler"].does(
        "record_contact",
        task,
        held_at=held.isoformat(),
        way="visit",
        stage="before",
        persons="提案人",
        outcome="满意",
    )

    def counts(day: int) -> tuple[int, int]:
        figures = report(session, begun + timedelta(days=day), ["handling"])
        return figures.count("contacted"), figures.count("met")

    assert counts(20) == (0, 0)
    assert counts(59) == (0, 0)
    assert counts(60) == (1, 1)
    record = ContactRecord.objects.get()
    assert (record.held_at, record.recorded_at) == (held, life.now)


def test_records_of_before_take_the_moment_from_the_ledger(life):
    task = life.at_work(assist="B")["A"]
    life.written(task)  # two talks
    told = [row.recorded_at for row in ContactRecord.objects.order_by("pk")]
    other = task.proposal.assignments.exclude(pk=task.pk).get()
    unknown = other.contact_records.create(
        held_at=life.now - timedelta(days=3),
        recorded_at=life.now,
        way="phone",
        stage="before",
        persons="提案人",
        outcome="满意",
        recorded_by=life.users["B handler"],
    )
    ContactRecord.objects.update(recorded_at=life.now + timedelta(days=9))

    import_module("proposals.migrations.0014_fill_contact_recorded_at").fill(apps, None)

    kept = [row.recorded_at for row in task.contact_records.order_by("pk")]
    assert kept == told
    unknown.refresh_from_db()
    assert unknown.recorded_at == unknown.held_at
