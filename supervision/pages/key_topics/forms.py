"""What can be chosen in the forms of key topics, so that nobody types a key."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.http import HttpRequest

from members.enums import BodyKind, Role, SupervisionMethod
from members.models import Body, Post
from members.pages.forms import Choice, choices_of
from members.punctuation import aside
from members.reader import Reader
from members.visibility import visible
from proposals.enums import FILED_STATES
from proposals.inputs.fields import keys_of
from proposals.models import Proposal, Theme
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.steps import StepForm
from supervision.inputs.key_topics import Method
from supervision.models import KeyTopic

MOST = 500
"""Proposals that a form offers, the latest first; others are nominated from their own page."""


@choices_of.register
def _methods(declared: Method) -> list[Choice]:
    rules = declared.context.get("rules")
    known = rules.key_proposals.methods if rules is not None else tuple(SupervisionMethod)
    return [Choice(str(code), str(SupervisionMethod(code).label)) for code in known]


def proposals(topic: KeyTopic, reader: Reader) -> list[Choice]:
    """The filed proposals that the reader may name, those of the topic among them."""
    filed = Proposal.objects.filter(committee=topic.committee_id, state__in=FILED_STATES)
    rows = visible(reader, filed)
    own: Iterable[int] = getattr(topic, "asked", ())
    if topic.pk is not None:
        own = topic.links.values_list("proposal_id", flat=True)
    keys = set(own)
    said = rows.values_list("pk", "case_no", "title")  # of many, so nothing else is read
    found = [*said.filter(pk__in=keys).order_by("pk")]
    found += said.exclude(pk__in=keys).order_by("-filed_at", "-pk")[: MOST - len(found)]
    return [Choice(str(pk), f"{case_no} {title}") for pk, case_no, title in found]


def themes(topic: KeyTopic, reader: Reader) -> list[Choice]:
    """The themes that were made of merge candidates."""
    rows = Theme.objects.filter(committee=topic.committee_id).select_related("session__term")
    seen = visible(reader, rows)[:100]
    return [Choice(str(row.pk), aside(row.name, row.session)) for row in seen]


def supervisors(topic: KeyTopic, reader: Reader) -> list[Choice]:
    """Who holds the post of a leading supervisor in the committee."""
    posts = Post.objects.held_on(reader.day).filter(
        role=Role.LEADING_SUPERVISOR, committee=topic.committee_id, user__is_active=True
    )
    people = {post.user_id: post.user for post in posts.select_related("user").order_by("user_id")}
    return [Choice(str(key), str(person)) for key, person in people.items()]


def special_committees(topic: KeyTopic, reader: Reader) -> list[Choice]:
    """The special committees of the committee."""
    rows = Body.objects.filter(
        committee=topic.committee_id, kind=BodyKind.SPECIAL_COMMITTEE, is_active=True
    )
    return [Choice(str(row.pk), str(row)) for row in rows.order_by("name")]


def asked_for(request: HttpRequest) -> dict[str, Any]:
    """The proposals, or the theme, that the address names to begin a nomination with."""
    return {
        "proposals": keys_of(request.GET.getlist("proposals")[:100]),
        "theme": next(iter(keys_of([request.GET.get("theme", "")])), None),
    }


def plan(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    """The form of a plan or of a further milestone, beside the dates that it must keep to."""
    return {"limits": cast(KeyTopic, form.subject).time_limits()}


PLAN = "supervision/key_topics/plan.html"
NAMES = {"proposals": proposals, "theme": themes}
"""The fields that say which proposals a topic has."""

NAMED: dict[str, Callable[[KeyTopic, Reader], Any]] = {
    "title": attribute("title"),
    "theme": attribute("theme_id"),
    "proposals": lambda topic, _reader: list(topic.links.values_list("proposal_id", flat=True)),
}

STEP_PAGES = (
    StepPage(
        KeyTopic.nominate,
        template="supervision/key_topics/nominate.html",
        from_address=asked_for,
        choices=NAMES,
        full_page=True,
    ),
    StepPage(KeyTopic.amend, initial=NAMED, choices=NAMES, full_page=True),
    StepPage(KeyTopic.correct, initial=NAMED, choices=NAMES, full_page=True),
    StepPage(
        KeyTopic.decide,
        choices={"supervisors": supervisors, "supervising_body": special_committees},
        full_page=True,
    ),
    StepPage(KeyTopic.make_plan, template=PLAN, context=plan, full_page=True),
    StepPage(KeyTopic.add_milestone, template=PLAN, context=plan),
    StepPage(KeyTopic.record_activity, full_page=True),
)
