"""The proposal as its printed sheet (提案表): what is handed in looks so on paper."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Body, Member
from members.permissions import sees_contact
from members.reader import Reader, reader_of
from members.visibility import visible
from proposals import permissions
from proposals.enums import CosignatureState
from proposals.models import Cosignature, Proposal
from proposals.pages.subjects import row_or_404
from proposals.rules import entry_name


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a proposal, for who sees it."""
    reader = reader_of(request)
    rows = Proposal.objects.select_related(
        "lead__sector", "body", "committee", "session__term__committee", "merged_into"
    )
    proposal = row_or_404(reader, rows, pk)
    inside = permissions.is_inside(reader, pk)
    context = {
        "proposal": proposal,
        "signers": _signers(proposal, reader),
        "suggestions": list(proposal.suggestions.all()),
        "units": list(proposal.suggested_units.all()),
        "files": list(visible(reader, proposal.attachments.beside_texts())),
        "inside": inside,
        "tasks": _tasks(proposal, reader, inside),
        **_review(proposal, reader),
    }
    return TemplateResponse(request, "proposals/sheet.html", context)


def _signers(proposal: Proposal, reader: Reader) -> list[dict[str, str]]:
    """The proposers in signing order: the body, or the initiator and who agreed to co-sign."""
    if proposal.body is not None:
        return [_body(proposal.body, reader)]
    rows = Cosignature.objects.filter(proposal=proposal, state=CosignatureState.AGREED)
    signed = visible(reader, rows).select_related("member__sector")
    members = [proposal.lead, *(row.member for row in signed.order_by("id"))]
    return [_member(member, reader) for member in members if member is not None]


def _member(member: Member, reader: Reader) -> dict[str, str]:
    """A line of the table; contacts are empty for who may not see them."""
    shown = {"name": member.name, "sector": str(member.sector or "")}
    if not sees_contact(reader, member):
        return shown
    address = member.address or member.employer
    return {**shown, "address": address, "postcode": member.postcode, "phone": member.phone}


def _body(body: Body, reader: Reader) -> dict[str, str]:
    """The line of a body; its contact is empty for who may not see it."""
    if not sees_contact(reader, body):
        return {"name": body.name}
    return {"name": body.name, "sector": body.contact_name, "phone": body.contact_phone}


def _tasks(proposal: Proposal, reader: Reader, inside: bool) -> list[Any]:
    """The units that handle it, for those who are told."""
    if not (inside or permissions.units_are_open(proposal, reader)):
        return []
    return list(proposal.assignments.live().select_related("unit").order_by("id"))


def _review(proposal: Proposal, reader: Reader) -> dict[str, str]:
    """What was decided of it, in the words of the rulebook."""
    if proposal.received_at is None:
        return {}
    review = reader.rules(proposal.committee).review
    return {
        "category": entry_name(review.categories, proposal.category),
        "ground": entry_name(review.grounds, proposal.ground),
        "disposition": entry_name(review.dispositions, proposal.disposition),
    }
