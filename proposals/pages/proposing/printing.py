"""The proposal as its printed sheet (提案表): what is handed in looks so on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members import clock
from members.models import Body, Member, User
from members.pages.views import reader
from members.permissions import sees_contact
from members.selectors import rules_for
from proposals import permissions
from proposals.enums import CosignatureState
from proposals.models import Cosignature, Proposal


@dataclass(frozen=True)
class Signer:
    """A line of the table of proposers; contacts are empty for who may not see them."""

    name: str
    sector: str
    address: str
    postcode: str
    phone: str


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a proposal, for who sees it."""
    user, day = reader(request), clock.today()
    rows = Proposal.objects.select_related(
        "lead__sector", "body", "committee", "session__term__committee", "merged_into"
    )
    proposal = permissions.visible_row(user, rows, pk, day)
    if proposal is None:
        raise Http404
    inside = permissions.is_inside(user, pk, day)
    context = {
        "proposal": proposal,
        "signers": _signers(proposal, user),
        "suggestions": list(proposal.suggestions.all()),
        "units": list(proposal.suggested_units.all()),
        "files": list(
            permissions.visible(
                user, proposal.attachments.filter(stage="proposal", removed_at=None), day
            )
        ),
        "inside": inside,
        "tasks": _tasks(proposal, inside),
        **_review(proposal),
    }
    return TemplateResponse(request, "proposals/sheet.html", context)


def _signers(proposal: Proposal, user: User) -> list[Signer]:
    """The proposers in signing order: the body, or the initiator and who agreed to co-sign."""
    if proposal.body is not None:
        return [_body(proposal.body, user)]
    rows = Cosignature.objects.filter(proposal=proposal, state=CosignatureState.AGREED)
    signed = permissions.visible(user, rows, clock.today()).select_related("member__sector")
    members = [proposal.lead, *(row.member for row in signed.order_by("id"))]
    return [_member(member, user) for member in members if member is not None]


def _member(member: Member, user: User) -> Signer:
    told = sees_contact(user, member, clock.today())
    return Signer(
        member.name,
        str(member.sector or ""),
        (member.address or member.employer) if told else "",
        member.postcode if told else "",
        member.phone if told else "",
    )


def _body(body: Body, user: User) -> Signer:
    told = sees_contact(user, body, clock.today())
    contact = body.contact_name if told else ""
    return Signer(body.name, contact, "", "", body.contact_phone if told else "")


def _tasks(proposal: Proposal, inside: bool) -> list[Any]:
    """The units that handle it, for those who are told."""
    if not (inside or permissions.units_are_open(proposal, clock.today())):
        return []
    return list(proposal.assignments.live().select_related("unit").order_by("id"))


def _review(proposal: Proposal) -> dict[str, str]:
    """What was decided of it, in the words of the rulebook."""
    if proposal.received_at is None:
        return {}
    review = rules_for(proposal.committee, clock.today()).review
    tables = {
        "category": (proposal.category, review.categories),
        "ground": (proposal.ground, review.grounds),
        "disposition": (proposal.disposition, review.dispositions),
    }
    return {
        name: next((entry.name for entry in entries if entry.code == code), code)
        for name, (code, entries) in tables.items()
    }
