"""What can be chosen in the forms of key topics, so that nobody types a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from members.enums import BodyKind, Role, SupervisionMethod
from members.models import Body, Post
from members.pages.forms import Choice, choices_of
from members.punctuation import aside
from members.reader import Reader
from members.visibility import visible
from proposals.enums import FILED_STATES
from proposals.inputs.fields import keys_of
from proposals.machine.subject import Step
from proposals.models import Proposal, Theme
from proposals.pages.inputs import CHOICES, FILLED
from proposals.pages.steps import taken
from proposals.pages.subjects import ALONE, FORMS
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


def _as_it_is(topic: KeyTopic) -> Mapping[str, Any]:
    return {
        "title": topic.title,
        "theme": topic.theme_id,
        "proposals": list(topic.links.values_list("proposal_id", flat=True)),
    }


def nominate(request: HttpRequest, topic: Any, step: Step) -> HttpResponse:
    """The form of a nomination; the address may name the proposals, or a theme, to begin with."""
    topic.asked = keys_of(request.GET.getlist("proposals")[:100])
    topic.asked_theme = next(iter(keys_of([request.GET.get("theme", "")])), None)
    return taken(request, topic, step, template="supervision/key_topics/nominate.html")


def plan(request: HttpRequest, topic: Any, step: Step) -> HttpResponse:
    """The form of a plan or of a further milestone, beside the dates that it must keep to."""
    limits = {"limits": topic.time_limits()}
    return taken(request, topic, step, template="supervision/key_topics/plan.html", extra=limits)


for _name in ("nominate", "amend", "correct"):
    CHOICES[KeyTopic, _name, "proposals"] = proposals
    CHOICES[KeyTopic, _name, "theme"] = themes
for _name in ("amend", "correct"):
    FILLED[KeyTopic, _name] = _as_it_is
CHOICES[KeyTopic, "decide", "supervisors"] = supervisors
CHOICES[KeyTopic, "decide", "supervising_body"] = special_committees
FILLED[KeyTopic, "nominate"] = lambda topic: {
    "proposals": topic.asked,
    "theme": topic.asked_theme,
}
FORMS[KeyTopic, "nominate"] = nominate
FORMS[KeyTopic, "make_plan"] = FORMS[KeyTopic, "add_milestone"] = plan
ALONE.update(
    (KeyTopic, name)
    for name in ("nominate", "amend", "correct", "decide", "make_plan", "record_activity")
)
