"""What the pages of the life share: forms of steps, many at once, presence, what is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

from members import clock
from members.models import FormDraft, Job, SavedView
from members.pages.form_data import data_of
from members.pages.forms import fields_of, kind_of
from members.pages.worklist import WORKLISTS
from members.reader import Reader
from members.selectors import rules_for
from members.services import job
from proposals.enums import ProposalState
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event, Presence, Proposal
from proposals.pages.step_pages import step_page
from proposals.pages.subjects import PAGES, page_of
from proposals.permissions import offers
from tests.proposals.inputs import Writer
from tests.proposals.subjects_in_every_state import NOW, SubjectsInEveryState

pytestmark = pytest.mark.django_db


def browser(life: Any, name: str) -> Client:
    """The browser of somebody who is signed in."""
    client = Client()
    client.force_login(life.users[name])
    return client


def get(life: Any, name: str, path: str, **more: Any) -> Any:
    with clock.at(life.now):
        return browser(life, name).get(path, more)


def post(life: Any, name: str, path: str, data: dict[str, Any], **headers: Any) -> Any:
    with clock.at(life.now):
        return browser(life, name).post(path, data, headers=headers or None)


# -- Every step has a form ---------------------------------------------------------------------


def as_sent(form: Any, data: dict[str, Any], sent: QueryDict, files: Any, prefix: str = "") -> None:
    """Fill in a form as a browser sends it."""
    for name, declared in form.fields.items():
        value, key = data.get(name), f"{prefix}{name}"
        kind = kind_of(declared)
        if value is None:
            continue
        if kind == "rows":
            for number, row in enumerate(value):
                as_sent(declared.child, row, sent, files, f"{key}[{number}]")
        elif kind == "file":
            files.setlist(key, value if isinstance(value, list) else [value])
        elif kind in ("several", "texts"):
            sent.setlist(key, [str(one) for one in value])
        elif kind != "checkbox" or value:
            sent[key] = str(value).lower() if isinstance(value, bool) else str(value)


def test_every_step_of_everybody_has_a_form_that_says_what_the_api_would_be_told():
    """The declaration is the only list: no step is without a form, and none loses an input."""
    subjects = SubjectsInEveryState("county")
    steps_seen, checked = set(), 0
    for case in subjects.cases():
        for state in case.states:
            subject = case.make(state)
            for user in subjects.users.values():
                with clock.at(NOW):
                    offered = offers(Reader(user, NOW), subject)
                for offer in offered:
                    if (case.model, offer.step.name, state) in steps_seen:
                        continue
                    steps_seen.add((case.model, offer.step.name, state))
                    checked += 1
                    _form_holds_what_the_input_wants(user, subject, offer.step)
    steps = {(model, name) for model, name, _state in steps_seen}
    people = {(m, s.name) for m in ALL_SUBJECTS for s in m.all_steps().values() if s.who.roles()}
    missing = {(m, name) for m, name in people - steps if not m.all_steps()[name].creates}
    assert missing == set()
    assert checked > 150


def _form_holds_what_the_input_wants(user: Any, subject: Any, step: Any) -> None:
    client = Client()
    client.force_login(user)
    with clock.at(NOW):
        answer = client.get(page_of(subject).step_url(subject, step))
        text = answer.content.decode()
        assert answer.status_code == 200, (subject.kind, step.name, text[:500])
        rules = rules_for(subject.committee_id, clock.today())
        for name, declared in step.input().fields.items():
            assert f'name="{name}' in text or not declared.required, (subject.kind, step.name, name)
        boxes = [n for n, d in step.input().fields.items() if kind_of(d) == "checkbox"]
        unticked = dict.fromkeys(boxes, False)  # a box is ticked or not; there is no third
        data = unticked | Writer(Random(1), subject, rules, NOW).write(step)
        sent, files = QueryDict(mutable=True), MultiValueDict()
        as_sent(step.input(), data, sent, files)
        got = data_of(step.input(), sent, files)
        assert validated(step, subject, rules, got) == validated(step, subject, rules, data)
        fields_of(
            step.input(context={"subject": subject, "rules": rules}),
            got,
            choices=step_page(step).choices_for(subject, Reader(user, NOW)),
        )


def validated(step: Any, subject: Any, rules: Any, data: dict[str, Any]) -> Any:
    """What the step's body is given; or why it is refused."""
    form = step.input(data=data, context={"subject": subject, "rules": rules, "at": NOW})
    told = form.validated_data if form.is_valid() else form.errors
    return _plain(told)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if name != "file"}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, serializers.ErrorDetail) else value


# -- Refusals lose nothing ---------------------------------------------------------------------


def test_a_refused_form_keeps_its_text_and_names_the_field(life):
    proposal = life.submitted()
    url = f"/proposals/{proposal.pk}/return-for-revision/"

    answer = post(life, "clerk", url, {"reason": "理" * 3000})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "理" * 3000 in text
    assert 'href="#id-reason"' in text
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUBMITTED


def test_what_is_left_empty_is_asked_for_by_its_name(life):
    proposal = life.submitted()
    chosen = post(life, "reviewer", f"/proposals/{proposal.pk}/review/", {"outcome": ""})
    written = post(life, "clerk", f"/proposals/{proposal.pk}/return-for-revision/", {"reason": " "})

    for answer, field, asked in (
        (chosen, "outcome", "请选择审查意见"),
        (written, "reason", "请填写理由"),
    ):
        text = answer.content.decode()
        assert answer.status_code == 422
        assert text.count(f"{asked}<") == 2  # above the form, and beside the field
        assert f'href="#id-{field}"' in text
        assert "合法选项" not in text


def test_a_form_that_is_sent_twice_acts_once(life):
    proposal = life.submitted()
    url = f"/proposals/{proposal.pk}/return-for-revision/"
    sent = {"reason": "请补充调研情况", "key": "the-form-once"}

    answers = [post(life, "clerk", url, sent) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Event.objects.filter(action="return_for_revision", subject_id=proposal.pk).count() == 1


def test_who_edits_what_has_changed_sees_both_texts(life):
    proposal = life.drafted()
    url = f"/proposals/{proposal.pk}/edit/"
    version = proposal.version
    life["lead"].does("edit", proposal, situation="先保存的内容")

    answer = post(life, "lead", url, {"situation": "后保存的内容", "version": version})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "先保存的内容" in text
    assert "后保存的内容" in text
    proposal.refresh_from_db()
    assert proposal.situation == "先保存的内容"


def test_what_is_typed_comes_back_and_is_gone_once_sent(life):
    proposal = life.submitted()
    url = f"/proposals/{proposal.pk}/return-for-revision/"
    post(life, "clerk", "/kept/", {"path": url, "reason": "写到一半的理由"})

    assert "写到一半的理由" in get(life, "clerk", url).content.decode()
    assert "写到一半的理由" not in get(life, "director", url).content.decode()

    post(life, "clerk", url, {"reason": "写完的理由"})

    assert not FormDraft.objects.exists()


# -- Worklists -------------------------------------------------------------------------------


def test_a_list_exports_exactly_what_its_filters_leave(life):
    wanted = life.submitted(title="关于社区养老的提案")
    life.submitted(title="关于道路照明的提案")
    wanted.refresh_from_db()

    answer = get(life, "clerk", "/lists/proposals/", number=wanted.receipt_no, format="xlsx")

    with ZipFile(BytesIO(answer.content)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        texts = sheet + (
            file.read("xl/sharedStrings.xml").decode()
            if "xl/sharedStrings.xml" in file.namelist()
            else ""
        )
    assert wanted.title in texts
    assert "道路照明" not in texts


@pytest.mark.parametrize("name", ["lead", "clerk"])
def test_categories_are_chosen_and_read_in_words(life, name):
    wanted, _other = life.submitted(), life.submitted()
    category = rules_for(wanted.committee, clock.now()).review.categories[0]
    Proposal.objects.filter(pk=wanted.pk).update(category=category.code)

    listing = get(life, name, "/lists/proposals/", category=category.code).context["listing"]

    choices = listing.filterset.form.fields["category"].choices
    assert (category.code, category.name) in list(choices)
    assert [pill.value for pill in listing.pills] == [category.name]
    found = listing.prepared(list(listing.rows))
    assert [(row, row.category_name) for row in found] == [(wanted, category.name)]


def test_a_view_is_seen_by_those_it_is_shared_with(life):
    post(
        life,
        "clerk",
        "/lists/proposals/views/new/",
        {"name": "急件", "in": "urgent=true", "shared_with": "committee_clerk"},
    )
    post(life, "director", "/lists/proposals/views/new/", {"name": "月末", "in": "is_key=true"})

    assert "急件" in get(life, "clerk", "/lists/proposals/").content.decode()
    assert "月末" not in get(life, "clerk", "/lists/proposals/").content.decode()
    assert "急件" not in get(life, "director", "/lists/proposals/").content.decode()
    assert SavedView.objects.get(name="急件").query == "urgent=true"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_takes_as_many_queries_for_one_as_for_three(life, rows, django_assert_num_queries):
    for number in range(rows):
        life.submitted(title=f"关于第{number}件事的提案")
    client = browser(life, "clerk")
    with clock.at(life.now), django_assert_num_queries(LIST_QUERIES):
        answer = client.get("/lists/proposals/")
    assert answer.content.decode().count("data-line") == rows


LIST_QUERIES = 11
"""One of them reads the rules, which name the categories."""


def test_previous_and_next_stay_within_the_filter(life):
    first, second, third = (life.submitted(title=f"关于养老的提案之{n}") for n in "一二三")
    life.drafted(by="cosigner", title="关于照明的提案")
    listing = get(life, "clerk", "/lists/proposals/", state="submitted", order="received")
    urls = [line["url"] + "?" + line["query"] for line in listing.context["rows"]]

    page = browser(life, "clerk")
    with clock.at(life.now):
        middle = page.get(urls[1]).context["list_position"]

    assert [url.split("?")[0] for url in urls] == [
        f"/proposals/{p.pk}/" for p in (first, second, third)
    ]
    assert middle.previous.split("?")[0] == urls[0].split("?")[0]
    assert middle.next.split("?")[0] == urls[2].split("?")[0]
    assert (middle.position, middle.count) == (2, 3)


@pytest.mark.parametrize("order", ["number", "-number"])
def test_rows_without_what_they_are_sorted_by_stand_last(life, order):
    numbered, bare = life.filed(), life.submitted()
    listing = get(life, "clerk", "/lists/proposals/", order=order)

    assert [line["row"] for line in listing.context["rows"]] == [numbered, bare]


# -- Many at once ------------------------------------------------------------------------------


def bulk_of(life: Any, **more: Any) -> Any:
    chosen = [str(p.pk) for p in Proposal.objects.all()]
    data = {"step": "return-for-revision", "rows": chosen, "key": "k", **more}
    return post(life, "clerk", "/lists/proposals/bulk/", data)


@pytest.fixture
def _all_proposals_can_be_returned(monkeypatch):
    changed = replace(WORKLISTS["proposals"], bulk=(Proposal.return_for_revision,))
    monkeypatch.setitem(WORKLISTS, "proposals", changed)


@pytest.mark.usefixtures("_all_proposals_can_be_returned")
def test_many_at_once_are_asked_about_before_and_told_of_one_by_one(life):
    ready, filed = life.submitted(), life.filed()

    asked = bulk_of(life)

    assert [bool(one["refusal"]) for one in asked.context["affected"]].count(True) == 1
    assert Proposal.objects.filter(state=ProposalState.RETURNED).count() == 0

    answer = bulk_of(life, confirmed="1", reason="请补充")

    done = Job.objects.get()
    assert answer.url == f"/jobs/{done.pk}/"
    assert [row["id"] for row in done.result["results"]] == [ready.pk]
    ready.refresh_from_db()
    filed.refresh_from_db()
    assert (ready.state, filed.state) == (ProposalState.RETURNED, ProposalState.FILED)


@pytest.mark.usefixtures("_all_proposals_can_be_returned")
def test_fifty_are_moved_only_once_their_number_is_typed(life, monkeypatch):
    monkeypatch.setattr("proposals.pages.bulk.TYPED_FROM", 2)
    monkeypatch.setattr("proposals.pages.bulk.AT_ONCE", 0)
    life.submitted()
    life.submitted()

    refused = bulk_of(life, confirmed="1", reason="请补充", number="3")
    assert refused.context["form"].refusals
    assert not Job.objects.exists()

    bulk_of(life, confirmed="1", reason="请补充", number="2")
    waiting = Job.objects.get()
    assert Proposal.objects.filter(state=ProposalState.RETURNED).count() == 0
    with clock.at(life.now):
        assert job.run(waiting.pk, clock.now)
        assert not job.run(waiting.pk, clock.now)
    assert Proposal.objects.filter(state=ProposalState.RETURNED).count() == 2


# -- Two people, one item ----------------------------------------------------------------------


def test_colleagues_see_each_other_and_one_can_take_over(life):
    proposal = life.submitted()
    url = f"/here/proposal/{proposal.pk}/"
    post(life, "clerk", url, {"writing": "1"})

    seen = post(life, "director", url, {"writing": "1"}).content.decode()
    assert str(life.users["clerk"]) in seen

    post(life, "director", url, {"writing": "1", "take": "1"})
    told = post(life, "clerk", url, {"writing": "1"}).content.decode()
    assert str(life.users["director"]) in told
    assert "已接手" in told

    life.now += timedelta(minutes=5)
    assert "已接手" not in post(life, "director", url, {}).content.decode()


def test_proposers_are_not_told_who_reads(life):
    proposal = life.submitted()
    url = f"/here/proposal/{proposal.pk}/"
    post(life, "clerk", url, {})

    assert str(life.users["clerk"]) not in post(life, "lead", url, {}).content.decode()
    assert (
        post(life, "stranger" if "stranger" in life.users else "C liaison", url, {}).status_code
        == 404
    )
    assert Presence.objects.count() == 2


def test_every_kind_of_subject_has_a_page():
    assert set(ALL_SUBJECTS) == {page.model for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_a_beginning_that_nobody_declared_is_not_there(life, page):
    for name in ("clerk", "A handler"):
        assert get(life, name, f"/{page.slug}/a/").status_code == 404
