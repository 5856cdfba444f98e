"""The case numbers given in a session, by series: the register that shows there is no gap."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.enums import PeriodKind, ProposerKind, Role
from members.models import Session
from members.pages.navigation import NavigationEntry, Section
from members.pages.sessions import chosen_session
from members.punctuation import listed
from members.reader import reader_of
from members.visibility import visible
from proposals.models import Proposal
from proposals.models.series import Series
from proposals.pages.worklists import OFFICE

PAGE = 100
"""Numbers of a page."""

NAMED = 20
"""Missing numbers that are named one by one."""


def series_of(session: Session, rows: QuerySet[Proposal]) -> list[dict[str, Any]]:
    """Every series of case numbers of the session: its last number, how many there are, and
    which are ``missing``; two queries."""
    drawn = dict(Series.objects.filter(session=session).values_list("name", "last"))
    held: dict[str, set[int]] = {}
    for name, serial in rows.order_by().values_list("case_series", "case_serial"):
        held.setdefault(name, set()).add(serial or 0)
    found = []
    for name in sorted({*held, *(name for name in drawn if name.startswith("case"))}, key=_order):
        numbers = held.get(name, set())
        last = max(drawn.get(name, 0), *numbers, 0)
        missing = sorted(set(range(1, last + 1)) - numbers)[:NAMED]
        found.append(
            {
                "name": name,
                "words": words(name),
                "last": last,
                "count": len(numbers),
                "missing": missing,
            }
        )
    return found


def _order(name: str) -> list[int]:
    """Plenary proposals before the others, as their kinds are declared."""
    kinds = [*PeriodKind.values, *ProposerKind.values]
    return [kinds.index(part) for part in name.split(":")[1:] if part in kinds]


def words(name: str) -> str:
    """What a series is of, in words."""
    kinds = {**dict(PeriodKind.choices), **dict(ProposerKind.choices)}
    parts = [str(kinds.get(part, part)) for part in name.split(":")[1:]]
    return listed(parts) or str(_("全部提案"))


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """The numbers given in the chosen session, in their order."""
    reader = reader_of(request)
    if not any(post.role in OFFICE | {Role.AUDITOR} for post in reader.posts):
        raise Http404
    session = chosen_session(reader)
    given: list[dict[str, Any]] = []
    page = None
    if session is not None:
        rows = visible(reader, Proposal.objects.filter(session=session))
        numbered = rows.filter(case_serial__isnull=False)
        given = series_of(session, numbered)
        chosen = request.GET.get("series", given[0]["name"] if given else "")
        in_series = numbered.filter(case_series=chosen).select_related("lead", "body")
        page = Paginator(in_series.order_by("case_serial"), PAGE).get_page(request.GET.get("page"))
    context = {"session": session, "series": given, "page": page, "chosen": chosen if page else ""}
    return TemplateResponse(request, "proposals/office/numbers.html", context)


REGISTER = NavigationEntry(
    section=Section.REVIEW,
    label=_("案号簿"),
    icon="list-numbers",
    address=("numbers",),
    roles=OFFICE | {Role.AUDITOR},
)
