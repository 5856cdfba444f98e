"""What is printed comes on A4, whatever paper the browser would take by itself."""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse

from proposals.models import Assignment, AssignmentBatch, Reply
from supervision.models import ChaseNotice, KeyTopic

pytestmark = pytest.mark.browser

A4 = (595, 842)
"""Width and height in points."""

BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")


def printed() -> Iterator[tuple[str, str]]:
    """Who prints, and the address of one of each kind of page that has a button for it."""
    task = Assignment.objects.order_by("pk").last()
    assert task is not None
    yield "leading_supervisor", reverse("dashboard")
    yield "committee_clerk", reverse("key_topic_board")
    yield "committee_clerk", reverse("this_year")
    yield "committee_clerk", "/lists/overdue/?format=print"
    yield "committee_clerk", reverse("proposal-print", args=[task.proposal_id])
    yield "committee_clerk", reverse("letters", args=[task.proposal_id])
    for name, model in (
        ("keytopic", KeyTopic),
        ("reply-print", Reply),
        ("batch_letters", AssignmentBatch),
    ):
        yield "committee_clerk", reverse(name, args=[model.objects.order_by("pk")[0].pk])
    notice = ChaseNotice.objects.order_by("pk")[0]
    yield "committee_clerk", f"{reverse('chase_notice', args=[notice.pk])}?format=print"
    yield "member", f"{reverse('record')}?format=print"


def test_every_page_with_a_button_for_it_is_printed_on_a4(full_committee, visit):
    pages = {}
    found = {}
    for role, address in printed():
        page = pages.setdefault(role, visit(full_committee.person(role)))
        page.goto(address)
        boxes = BOX.findall(page.pdf(prefer_css_page_size=True))
        found[address] = {(round(float(width)), round(float(height))) for width, height in boxes}

    assert {address for address, sizes in found.items() if sizes != {A4}} == set()
    assert len(found) == 11
