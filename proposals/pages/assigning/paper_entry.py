"""Proposals on paper: the office types them in for their proposers, and keeps the scans."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from members.enums import Channel, Role
from members.pages.forms import Field
from members.pages.navigation import NavigationEntry, Section
from members.punctuation import clauses, reasons
from members.reader import reader_of
from proposals.api.actions import address_of, declared
from proposals.door import perform
from proposals.machine.step import declared_step
from proposals.models import Event, Proposal
from proposals.pages.step_pages import StepPage
from proposals.pages.steps import StepForm

SCANS = "scan"
"""The name of the field for scans."""


LABELS: dict[str, StrOrPromise] = {
    "proposer": _("第一提案人"),
    "cosigners": _("联名人"),
    "suggested_units": _("建议承办单位"),
}
"""What fields are called on the form, where their own label is that of any such field."""

PARTS: tuple[tuple[StrOrPromise, tuple[str, ...]], ...] = (
    (_("谁提出的"), ("received_at", "proposer", "cosigners", "body")),
    (_("正文"), ("title", "situation", "analysis", "suggestions", "background")),
    (
        _("其他"),
        (
            "suggested_units",
            "publicity_wish",
            "publicity_reason",
            "one_matter",
            "distinct_because",
        ),
    ),
)
"""The fields in the order in which they stand on paper."""


def arranged(form: StepForm) -> list[tuple[StrOrPromise, list[Field]]]:
    """The fields of the form by part; one that no part names stands in the last."""
    fields = {one.name: one for one in form.fields}
    for name, label in LABELS.items():
        if name in fields:
            fields[name].label = str(label)
    found = [
        (label, [fields.pop(name) for name in names if name in fields]) for label, names in PARTS
    ]
    found[-1][1].extend(fields.values())
    return found


def attach_scans(request: HttpRequest, event: Event) -> None:
    """Make the scans of a proposal typed in from paper its attachments, by acts of their own.

    A scan that is refused does not undo the entry: it says why, and can be added again.
    """
    attaching = declared_step(Proposal.attach)
    key = request.POST.get("key", "")[:80]
    for number, file in enumerate(request.FILES.getlist(SCANS)):
        try:
            perform(
                Proposal.objects.get(pk=event.subject_id),
                attaching,
                reader_of(request).user,
                declared(attaching.input(), {"file": file}),
                key=f"{key}:{number}" if key else None,
                channel=Channel.WEB,
                address=address_of(cast(Request, request)),
            )
        except APIException as error:
            text = _t("已代录，但扫描件“%(name)s”没有存入，请重新添加：%(why)s")
            why = {"name": file.name, "why": clauses(reasons(error.detail))}
            messages.error(request, text % why)


def _on_paper(request: HttpRequest, form: StepForm) -> dict[str, Any]:
    return {"sends_files": True, "scans": SCANS, "parts": arranged(form)}


STEP_PAGES = (
    StepPage(
        Proposal.enter,
        template="proposals/assigning/enter.html",
        context=_on_paper,
        then=attach_scans,
        full_page=True,
    ),
)
NAVIGATION = (
    NavigationEntry(
        section=Section.PROPOSALS,
        label=_("代录纸质提案"),
        icon="file-pencil",
        address=("proposal-begin", declared_step(Proposal.enter).slug),
        roles={Role.COMMITTEE_CLERK},
    ),
)
