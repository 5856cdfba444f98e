"""The first page of who proposes: what waits to be answered, drafts, and where their own stand."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat
from django.utils.timezone import localdate

from members.enums import Role
from members.models import FormDraft
from members.pages.home import HomeSection
from members.reader import Reader
from members.selectors import NoSession, Placement, placed, sessions_of, window
from members.visibility import visible
from proposals import rules as checks
from proposals.due_dates import add_due_dates, due_dates
from proposals.enums import ENDED, TEXT_WITH_PROPOSER, CosignatureState, FeedbackState
from proposals.enums import ProposalState as S
from proposals.machine.step import declared_step
from proposals.models import Cosignature, Event, Feedback, Proposal
from proposals.pages.stages import bar, waiting_on
from proposals.pages.subjects import page_of_model
from proposals.pages.worklists import own

PROPOSERS = frozenset({Role.MEMBER, Role.COLLECTIVE_CONTACT})
"""Who proposes."""

WRITING = (Proposal.draft.__name__, Proposal.edit.__name__)
"""The steps by which a proposer writes."""

SHOWN = 6
"""Proposals, drafts and forms of each kind on the first page; the worklists have all."""


def invitations(reader: Reader) -> QuerySet[Cosignature]:
    """Invitations to co-sign that the reader has not answered."""
    members = reader.reach.members
    rows = Cosignature.objects.filter(member__in=members, state=CosignatureState.INVITED)
    return visible(reader, rows).select_related("proposal__lead", "proposal__committee", "member")


def to_rate(reader: Reader) -> QuerySet[Feedback]:
    """Forms on replies that the reader has not filled in."""
    asked = Q(member__in=reader.reach.members) | Q(body__in=reader.reach.bodies)
    rows = Feedback.objects.filter(asked, state=FeedbackState.SENT)
    return visible(reader, rows).select_related(
        "proposal", "reply__assignment__unit", "member", "body"
    )


def led(reader: Reader, *states: str) -> QuerySet[Proposal]:
    """Proposals in these states that the reader initiated, or their body proposes."""
    first = Q(lead__in=reader.reach.members) | Q(body__in=reader.reach.bodies)
    rows = Proposal.objects.filter(first, state__in=states)
    return visible(reader, rows).select_related("lead", "body", "committee")


def opening(reader: Reader) -> dict[str, Any] | None:
    """The window in which proposals are collected, what one handed in now counts as, and the way
    to write one."""
    posts = [post for post in reader.posts if post.role in PROPOSERS]
    committee = posts[0].committee_id if posts else None
    if committee is None:
        return None
    sessions = sessions_of(committee)
    place: Placement | None = None
    trouble = ""
    try:
        place = placed(sessions, reader.at)
    except NoSession as error:
        trouble = str(error)
    else:
        rules = reader.rules(committee)
        problems = checks.proposing_problems(rules, body_kind=None, period=place.period)
        trouble = " ".join(said for sentences in problems.values() for said in sentences)
    around = window(sessions, reader.at)
    return {
        "window": around,
        "days_left": (localdate(around.turns_at) - reader.day).days if around else 0,
        "place": place,
        "trouble": trouble,
    }


def waiting(reader: Reader) -> dict[str, Any]:
    """What the reader answers on the spot: invitations, texts sent back, replies to rate; and
    the drafts."""
    signing = list(invitations(reader).order_by("id")[:SHOWN])
    forms = list(to_rate(reader).order_by("id")[:SHOWN])
    texts = drafts(reader)
    add_due_dates(Cosignature, signing, reader)
    add_due_dates(Feedback, forms, reader)
    return {
        "invitations": signing,
        "forms": forms,
        "returned": [text for text in texts if text.state == S.RETURNED][:SHOWN],
        "drafts": [text for text in texts if text.state == S.DRAFT][:SHOWN],
    }


def mine(reader: Reader) -> dict[str, Any]:
    """The latest of the reader's proposals as cards, those that go on before the others."""
    handed_in = own(reader).exclude(state__in=TEXT_WITH_PROPOSER)
    over = When(state__in=ENDED, then=Value(1))
    rows = handed_in.annotate(over=Case(over, default=Value(0)))
    rows = visible(reader, rows).select_related("lead", "body", "committee")
    found: list[Any] = list(rows.order_by("over", "-received_at", "-id")[: SHOWN + 1])
    return {
        "cards": cards(found[:SHOWN], reader),
        "more": len(found) > SHOWN,
    }


def cards(proposals: list[Proposal], reader: Reader) -> list[dict[str, Any]]:
    """Where these proposals stand: the bar of their life, with whom they are, until when."""
    shown = due_dates().clocks(proposals, reader) if proposals else {}
    return [
        {
            "proposal": row,
            "bar": bar(row),
            "waiting_on": waiting_on(row, shown.get(row.pk), reader),
            "clock": shown.get(row.pk),
        }
        for row in proposals
    ]


def drafts(reader: Reader) -> list[Any]:
    """The texts that are with the reader, the last changed first; one query.

    Each with when it was ``changed_at``, what has been ``typed_at`` since and not been sent, and
    the ``reason`` why it came back, if it did.
    """
    form = page_of_model(Proposal).step_url(Proposal(pk=0), declared_step(Proposal.edit))
    before, _zero, after = form.partition("0")
    typed = FormDraft.objects.filter(
        user=reader.user,
        path=Concat(Value(before), Cast(OuterRef("pk"), CharField()), Value(after)),
    )
    back = Event.objects.filter(
        proposal=OuterRef("pk"), action=Proposal.return_for_revision.__name__
    )
    rows = led(reader, *TEXT_WITH_PROPOSER).annotate(
        changed_at=Max("events__at", filter=Q(events__action__in=WRITING)),
        typed_at=Subquery(typed.values("saved_at")[:1]),
        reason=Case(
            When(
                state=S.RETURNED,
                then=Subquery(back.order_by("-id").values(reason=KT("input__reason"))[:1]),
            )
        ),
    )
    return list(rows.order_by("-changed_at", "-id")[: 2 * SHOWN])


HOME_SECTIONS = (
    HomeSection("proposals/first_page/_opening.html", opening, roles=PROPOSERS, order=4),
    HomeSection("proposals/first_page/_waiting.html", waiting, roles=PROPOSERS, order=6),
    HomeSection("proposals/first_page/_mine.html", mine, roles=PROPOSERS, order=20),
)
