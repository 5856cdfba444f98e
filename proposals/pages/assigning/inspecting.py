"""A reply before it goes out, as the inspection reads it: each suggestion beside its answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.pages.list_position import carried, list_position_of
from members.reader import reader_of
from members.visibility import visible
from proposals.machine.step import declared_step
from proposals.models import Assignment, Reply, Suggestion
from proposals.pages.step_pages import StepPage, attribute
from proposals.pages.steps import StepForm
from proposals.pages.subjects import row_or_404
from proposals.permissions import offers
from proposals.rules import entry_name

STEPS = (Reply.pass_inspection, Reply.send_back_from_inspection)
"""The two ways to decide."""


@require_safe
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """What was suggested, what is answered, and the decision beside it."""
    reader = reader_of(request)
    beside = ("assignment__unit", "proposal__lead", "proposal__body", "proposal__committee")
    reply: Any = row_or_404(reader, Reply.objects.select_related(*beside), pk)
    rules = reader.rules(reply.committee_id)
    wanted = [declared_step(step) for step in STEPS]
    offered = [offer.step for offer in offers(reader, reply) if offer.step in wanted]
    suggestions = Suggestion.objects.to_answer(reply.proposal_id)
    points = {point.suggestion_id: point for point in reply.points.all()}
    tasks = Assignment.objects.live().filter(proposal=reply.proposal_id).select_related("unit")
    others = visible(reader, tasks.exclude(pk=reply.assignment_id))
    context = {
        "reply": reply,
        "proposal": reply.proposal,
        "result": entry_name(rules.handling.result_classes, reply.result_class),
        "points": [
            (row.number_in(reply.proposal_id), row, points.get(row.pk)) for row in suggestions
        ],
        "commitments": list(reply.commitments.all()),
        "others": list(others.order_by("id")),
        "forms": [StepForm(reply, step, reader) for step in offered],
        "list_position": list_position_of(request, reader, pk, [request.path]),
        "carried": carried(request),
    }
    return TemplateResponse(request, "proposals/assigning/inspection.html", context)


STEP_PAGES = (StepPage(Reply.pass_inspection, initial={"result_class": attribute("result_class")}),)
