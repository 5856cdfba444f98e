"""The sample: an invented committee to try things on, and taking it away again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import services
from members.enums import Role
from members.models import Committee, Job
from members.pages.navigation import NavigationEntry, Section
from members.permissions import refusal_to_administer_platform, require
from members.reader import reader_of
from members.services.job import WORK, ask
from members.visibility import visible

SAMPLE = "sample"
"""The kind of job that makes it; an application above registers what is done."""


@never_cache
@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """The sample committees with their logins, and what loading and removing one means."""
    reader = reader_of(request)
    require(refusal_to_administer_platform(reader))
    jobs = visible(reader, Job.objects.filter(kind=SAMPLE))
    by_committee = {job.result.get("committee"): job for job in jobs}
    context = {
        "samples": [
            {"committee": row, "logins": _logins(by_committee.get(row.pk))}
            for row in visible(reader, Committee.objects.filter(is_sample=True))
        ],
        "going_on": Job.objects.going_on().filter(kind=SAMPLE, owner=reader.user).first(),
        "can_load": SAMPLE in WORK,
    }
    return TemplateResponse(request, "members/start/sample.html", context)


def _logins(job: Job | None) -> list[dict[str, Any]]:
    if job is None:
        return []
    return [{**row, "label": Role(row["role"]).label} for row in job.result.get("logins", [])]


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Have the sample played in the background; only one at a time."""
    reader = reader_of(request)
    require(refusal_to_administer_platform(reader))
    if Job.objects.filter(kind=SAMPLE).going_on().exists():
        messages.warning(request, _("示例数据正在载入"))
        return redirect("sample")
    job = ask(
        kind=SAMPLE,
        title=_("载入示例数据"),
        by=reader,
        order={"language": get_language()},
        link=reverse("sample"),
    )
    return redirect("job", job.pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a sample committee, and forget the passwords of its people."""
    reader = reader_of(request)
    committee = get_object_or_404(Committee.objects.filter(is_sample=True), pk=pk)
    services.close_sample(committee=committee, by=reader)
    Job.objects.filter(kind=SAMPLE, result__committee=pk).update(result={"committee": pk})
    messages.success(request, _("示例已移除：%(what)s") % {"what": committee})
    return redirect("sample")


NAVIGATION = (
    NavigationEntry(
        section=Section.SETTINGS,
        label=gettext_lazy("示例数据"),
        icon="flask",
        address=("sample",),
        roles={Role.PLATFORM_ADMINISTRATOR},
    ),
)
