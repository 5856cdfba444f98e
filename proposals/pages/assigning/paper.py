"""What comes in on paper: the office types it in for its proposer, and keeps the scan."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from members.enums import Role
from members.pages import navigation
from members.pages.forms import Field
from members.pages.navigation import Section
from members.punctuation import clauses, reasons
from members.reader import reader_of
from proposals.api.actions import address_of, declared
from proposals.door import perform
from proposals.enums import Channel
from proposals.machine.subject import Step
from proposals.models import Event, Proposal
from proposals.pages.steps import StepForm, taken
from proposals.pages.subjects import ALONE, FORMS

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


def enter(request: HttpRequest, subject: Any, step: Step) -> HttpResponse:
    """Type in a proposal handed in on paper; its scans become attachments by acts of their own.

    A scan that is refused does not undo the entry: it says why, and can be added again.
    """
    reader = reader_of(request)

    def attach(event: Event) -> None:
        entered: Any = event.subject
        attaching = entered.all_steps()["attach"]
        key = request.POST.get("key", "")[:80]
        for number, file in enumerate(request.FILES.getlist(SCANS)):
            try:
                perform(
                    Proposal.objects.get(pk=entered.pk),
                    attaching.name,
                    reader.user,
                    declared(attaching.input(), {"file": file}),
                    key=f"{key}:{number}" if key else None,
                    channel=Channel.WEB,
                    address=address_of(cast(Request, request)),
                )
            except APIException as error:
                text = _t("已代录，但扫描件“%(name)s”没有存入，请重新添加：%(why)s")
                why = {"name": file.name, "why": clauses(reasons(error.detail))}
                messages.error(request, text % why)

    return taken(
        request,
        subject,
        step,
        template="proposals/assigning/enter.html",
        extra=lambda form: {"sends_files": True, "scans": SCANS, "parts": arranged(form)},
        then=attach,
    )


FORMS[Proposal, "enter"] = enter
ALONE.add((Proposal, "enter"))

navigation.add(
    navigation.Entry(
        section=Section.PROPOSALS,
        label=_("代录纸质提案"),
        icon="file-pencil",
        address=("proposal-begin", "enter"),
        roles={Role.COMMITTEE_CLERK},
    )
)
