"""What comes in on paper: the office types it in for its proposer, and keeps the scan."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from members.pages.views import reader
from proposals.api.actions import address_of, declared
from proposals.door import perform
from proposals.enums import Channel
from proposals.lifecycle.subject import Step
from proposals.models import Event, Proposal
from proposals.pages.steps import taken
from proposals.pages.subjects import ALONE, FORMS

SCANS = "scan"
"""The name of the field for scans."""


def enter(request: HttpRequest, subject: Any, step: Step) -> HttpResponse:
    """Type in a proposal handed in on paper; its scans become attachments by acts of their own.

    A scan that is refused does not undo the entry: it says why, and can be added again.
    """
    user = reader(request)

    def attach(event: Event) -> None:
        entered: Any = event.subject
        attaching = entered.all_steps()["attach"]
        key = request.POST.get("key", "")[:80]
        for number, file in enumerate(request.FILES.getlist(SCANS)):
            try:
                perform(
                    Proposal.objects.get(pk=entered.pk),
                    attaching.name,
                    user,
                    declared(attaching.input(), {"file": file}),
                    key=f"{key}:{number}" if key else None,
                    channel=Channel.WEB,
                    address=address_of(cast(Request, request)),
                )
            except APIException as error:
                text = _("已代录，但扫描件“%(name)s”没有存入，请重新添加：%(why)s")
                why = {"name": file.name, "why": _words(error.detail)}
                messages.error(request, text % why)

    return taken(
        request,
        subject,
        step,
        template="proposals/assigning/enter.html",
        extra={"sends_files": True, "scans": SCANS},
        then=attach,
    )


def _words(detail: Any) -> str:
    if isinstance(detail, dict):
        return "；".join(_words(part) for part in detail.values())
    if isinstance(detail, list):
        return "；".join(_words(part) for part in detail)
    return str(detail)


FORMS[Proposal, "enter"] = enter
ALONE.add((Proposal, "enter"))
