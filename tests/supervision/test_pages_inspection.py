"""Offices decide what units ask, chase what is late, and read figures, in the browser."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils.timezone import localdate

from members import clock
from members.enums import DutyKind
from members.reader import Reader
from proposals.models import ExtensionRequest, ReturnRequest
from supervision.models import ChaseNotice, Duty
from supervision.models.reminder import ChaseLine, Reminder
from supervision.pages.figures import SHEETS, late_of
from tests import MOST_QUERIES
from tests.proposals.browser import Browser, queries
from tests.proposals.conftest import Life, due, rules, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(db: None) -> Life:
    """The county's committee, in its session."""
    return Life()


@pytest.fixture
def assigner(life: Life) -> Browser:
    return Browser(life, "assigner")


def returned(life: Life, to: str = "A", instead: str = "B") -> ReturnRequest:
    """A unit has asked to return its task."""
    task = life.assigned(to=to)[to]
    life[f"{to} liaison"].does(
        "request_return",
        task,
        reason="不属职责范围",
        suggested_unit=life.units[instead].pk,
        signed_by="局长",
    )
    return ReturnRequest.objects.latest("pk")


def test_a_return_is_decided_with_its_history_before_one(life, assigner):
    """From the list to the page, granted as the unit suggests: the other unit has it now."""
    request = returned(life)
    line = assigner.get("/lists/returns/").context["rows"][0]
    assert (line["row"], line["url"]) == (request, f"/return-requests/{request.pk}/")
    page = assigner.get(line["url"])
    assert [task.unit for task, _asked in page.context["history"]] == [life.units["A"]]
    assert page.context["levels"][0][1] == "now"
    form = assigner.get(f"/return-requests/{request.pk}/grant/").context["form"]
    (unit,) = (field for field in form.fields if field.name == "unit")
    assert unit.value == str(life.units["B"].pk)
    assigner.post(f"/return-requests/{request.pk}/grant/", unit=unit.value, note="同意")
    assert state(request) == "granted"
    assert request.assignment.proposal.assignments.live().get().unit == life.units["B"]
    assert not assigner.get("/lists/returns/").context["rows"]
    history = assigner.get(line["url"]).context["history"]
    assert [(task.unit, len(asked)) for task, asked in history] == [
        (life.units["A"], 1),
        (life.units["B"], 0),
    ]


def test_the_next_request_in_the_list_comes_after_a_decision(life, assigner):
    """Rows with pages of their own keep their place in the list."""
    first, second = returned(life), returned(life)
    line = assigner.get("/lists/returns/").context["rows"][0]
    page = assigner.get(f"{line['url']}?{line['query']}")
    place = page.context["list_position"]
    assert (place.position, place.count) == (1, 2)
    assert place.next.startswith(f"/return-requests/{second.pk}/")
    answer = assigner.post(
        f"/return-requests/{first.pk}/refuse/?{page.context['carried']}",
        reason="遵照办理",
        after="next",
    )
    assert answer["Location"].startswith(f"/return-requests/{second.pk}/")


def test_more_time_shows_both_dates_and_who_has_yet_to_consent(life, assigner):
    """The clerk reads it, the director consents, and the date moves."""
    task = life.at_work()["A"]
    was = due(DutyKind.REPLY)
    wanted = was.replace(day=min(was.day, 28), month=was.month % 12 + 1)
    if wanted.month == 1:
        wanted = wanted.replace(year=was.year + 1)
    life["A liaison"].does(
        "request_extension", task, reason="须调研", new_due_on=wanted.isoformat()
    )
    request = ExtensionRequest.objects.get()
    page = assigner.get(f"/extension-requests/{request.pk}/")
    assert localdate(page.context["owed"].due_at) == was
    assert [consent["given"] for consent in page.context["consents"]] == [False]
    director = Browser(life, "director")
    assert director.get("/lists/extensions/").context["rows"][0]["row"] == request
    director.post(f"/extension-requests/{request.pk}/consent/", note="同意")
    assert due(DutyKind.REPLY) == wanted
    page = assigner.get(f"/extension-requests/{request.pk}/")
    assert [change.cause for change in page.context["changes"]] == ["extended"]
    assert Browser(life, "B liaison").get(f"/extension-requests/{request.pk}/").status_code == 404


def test_pages_of_decisions_stay_within_their_queries(life, assigner):
    """The same for one request and for three, in the list and on the page."""
    counts = []
    for more in (1, 2):
        for _number in range(more):
            request = returned(life)
        counts.append(queries(assigner, "/lists/returns/"))
    assert counts[0] == counts[1] <= MOST_QUERIES
    assert queries(assigner, f"/return-requests/{request.pk}/") <= MOST_QUERIES


def chased(life: Life, duty: Duty) -> ChaseNotice:
    """A document about what a unit owes."""
    notice = ChaseNotice.objects.create(
        committee=life.committee,
        kind="chase",
        year=2024,
        serial=1,
        number="提督〔2024〕1号",
        unit=duty.unit,
        addressee=str(duty.unit),
        copied_to="督查室",
        title="催办单：答复",
        text="请抓紧办理。",
        issued_at=life.now,
    )
    ChaseLine.objects.create(
        notice=notice, duty=duty, date_version=1, kind="chase", due_at=duty.due_at, days_late=3
    )
    Reminder.objects.create(
        duty=duty, date_version=1, step="+3d", state="nobody", moment=life.now, at=life.now
    )
    return notice


def test_what_chases_is_listed_read_and_printed(life):
    """By the offices and by the unit that is chased; other units do not know of it."""
    life.at_work()
    duty = Duty.objects.open().get(kind=DutyKind.REPLY)
    notice = chased(life, duty)
    inspector = Browser(life, "inspector")
    assert inspector.get("/lists/chase-notices/").context["rows"][0]["row"] == notice
    assert inspector.get("/lists/reminders/").context["rows"][0]["url"] == f"/duties/{duty.pk}/"
    page = inspector.get(f"/chase-notices/{notice.pk}/")
    assert [row["proposal"] for row in page.context["lines"]] == [duty.proposal]
    printed = inspector.get(f"/chase-notices/{notice.pk}/?format=print").content.decode()
    assert "提督〔2024〕1号" in printed
    assert "督查室" in printed
    assert Browser(life, "A liaison").get(f"/chase-notices/{notice.pk}/").status_code == 200
    assert Browser(life, "B liaison").get(f"/chase-notices/{notice.pk}/").status_code == 404


def test_figures_say_how_they_are_counted_and_open_their_lists(life):
    """Two filed of three: the figure, its share, and a list of exactly these two."""
    life.submitted()
    life.filed()
    life.filed()
    clerk = Browser(life, "clerk")
    page = clerk.get("/figures/")
    (shown,) = (one for one in page.context["figures"] if one["figure"].code == "filed")
    assert (shown["figure"].numerator, shown["figure"].denominator) == (2, 3)
    assert len(clerk.get(shown["url"]).context["rows"]) == 2
    assert shown["figure"].base in page.content.decode()
    for sheet in SHEETS:
        assert queries(clerk, f"/figures/{sheet.slug}/") <= MOST_QUERIES


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("clerk", "overdue"),
        ("inspector", "overdue"),
        ("auditor", "time-limits"),
        ("supervisor", "time-limits"),
        ("administrator", None),
        ("reviewer", None),
    ],
)
def test_charts_lead_to_lists_that_the_reader_has(life, name, slug):
    browser, reader = Browser(life, name), Reader(life.users[name], life.now)
    with clock.at(life.now):
        urls = [late_of("kind", "reply", "", reader), late_of("unit", "1", "甲局", reader)]
    for url in urls:
        assert url.startswith(f"/lists/{slug}/?") if slug else url == ""
        assert not slug or browser.get(url).context["listing"].is_valid


def test_figures_are_exported_and_kept_from_others(life):
    """As a workbook, with the base of each; a member or a unit has no such page."""
    life.at_work()
    answer = Browser(life, "director").get("/figures/units/?format=xlsx")
    with ZipFile(BytesIO(answer.content)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert life.units["A"].name in texts
    assert "口径" in texts
    assert Browser(life, "lead").get("/figures/").status_code == 404
    assert Browser(life, "A liaison").get("/figures/").status_code == 404


def test_the_inspection_sees_nothing_before_it_is_assigned(db):
    """A return that waits is listed for those who decide, not for the inspection."""
    life = Life(rules(handling={"inspection": True}))
    returned(life)
    assert Browser(life, "inspector").get("/lists/returns/").status_code == 404
