"""Every registered list: it opens in every order and with every filter that it offers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from members import clock
from members.pages.forms import Field
from members.pages.worklist import WORKLISTS, Worklist
from tests.proposals.subjects_in_every_state import NOW, PEOPLE, SubjectsInEveryState, chasing

pytestmark = pytest.mark.django_db


def browser(subjects: SubjectsInEveryState, name: str) -> Client:
    client = Client()
    client.force_login(subjects.users[name])
    return client


def reader_of(worklist: Worklist) -> str:
    """Somebody who has the list."""
    return next((PEOPLE[role] for role in PEOPLE if role in worklist.roles), "clerk")


def something(field: Field) -> str:
    """What one might look for in a filter."""
    if field.choices:
        return field.choices[0].value
    return "2024-05-06" if field.kind == "date" else "1"


@pytest.mark.parametrize("slug", sorted(WORKLISTS))
def test_a_list_takes_every_order_and_every_filter_that_it_offers(slug: str) -> None:
    subjects, worklist = SubjectsInEveryState("county"), WORKLISTS[slug]
    chasing(subjects)
    client = browser(subjects, reader_of(worklist))

    def get(**asked: str) -> Any:
        with clock.at(NOW):
            answer = client.get(worklist.url, asked)
        assert answer.status_code == 200, asked
        return answer.context["listing"]

    listing = get()
    for column in worklist.columns:
        if column.order:
            assert get(order=column.name).sorted_by == (column.name, False)
            assert get(order=f"-{column.name}").sorted_by == (column.name, True)
    for field in listing.fields:
        if field.kind in ("select", "several") and not field.choices:
            continue  # nothing to choose here
        found = get(**{field.name: something(field)})
        assert found.is_valid, (field.name, found.filterset.errors)
        assert [pill.label for pill in found.pills] == [field.label]


def test_what_was_reminded_of_has_a_name_also_where_the_date_has_no_title() -> None:
    subjects = SubjectsInEveryState("county")
    reminder = chasing(subjects)["reminder of unit A"]
    type(reminder.duty).objects.filter(pk=reminder.duty_id).update(title="")
    reminder.duty.refresh_from_db()

    with clock.at(NOW):
        page = browser(subjects, "clerk").get("/lists/reminders/").content.decode()

    link = page.split('class="main-link"')[1].split(">", 1)[1].split("</a>")[0]
    assert link.strip() == str(reminder.duty)
