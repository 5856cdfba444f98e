"""The reader's background jobs and their progress; one may leave the page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Job
from members.reader import reader_of
from members.visibility import visible


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The reader's jobs, the newest first; the list asks for itself again while any goes on."""
    rows = list(visible(reader_of(request), Job.objects.all())[:50])
    context = {"jobs": rows, "going_on": any(row.finished_at is None for row in rows)}
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        return TemplateResponse(request, "members/jobs.html#list", context)
    return TemplateResponse(request, "members/jobs.html", context)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: its progress, and what came of it."""
    found = get_object_or_404(visible(reader_of(request), Job.objects.all()), pk=pk)
    context = {"job": found, "results": found.result.get("results", [])}
    if request.htmx:  # type: ignore[attr-defined]  # of the middleware
        return TemplateResponse(request, "members/job.html#progress", context)
    return TemplateResponse(request, "members/job.html", context)
