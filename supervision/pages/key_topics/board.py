"""The leaders' board as a page: every key topic of a session at a glance."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.pages import navigation
from members.pages.navigation import Section
from members.pages.sessions import sessions_of
from members.reader import reader_of
from supervision.key_topic_board import board, current
from supervision.permissions import led_committees
from supervision.roles import OVERSEERS


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every decided key topic: of one session, or of the latest with all that go on."""
    reader = reader_of(request)
    committees = led_committees(reader)
    if not committees:
        raise Http404
    sessions = sessions_of(reader)
    asked = request.GET.get("session", "")
    session = next((row for row in sessions if str(row.pk) == asked), None)
    if asked and session is None:
        raise Http404
    rows = board(current(committees) if session is None else Q(session=session), committees, reader)
    context = {
        "rows": rows,
        "chosen": session,
        "sessions": [row for row in sessions if row.committee_id in committees],
        "at": reader.at,
        "late": sum(1 for row in rows if row.warnings),
    }
    return TemplateResponse(request, "supervision/key_topics/board.html", context)


NAVIGATION = (
    navigation.NavigationEntry(
        section=Section.SUPERVISION,
        label=_("督办看板"),
        icon="layout-kanban",
        address=("key_topic_board",),
        roles=OVERSEERS,
    ),
)
