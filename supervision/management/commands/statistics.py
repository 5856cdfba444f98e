"""Print the figures of a session, each with what it is a share of."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from members import clock
from members.models import Session
from proposals.statistics import Figure, Report
from supervision.statistics import report


class Command(BaseCommand):
    """``statistics SESSION [--at MOMENT]``; a session is its key or ``COMMITTEE:TERM-SESSION``."""

    help = "Figures of a session with numerator, denominator, base and as-of time."

    def add_arguments(self, parser: CommandParser) -> None:
        """The session, and the moment for which the figures are."""
        parser.add_argument("session", help="key, or committee:term-session, e.g. lingwu:15-1")
        parser.add_argument("--at", help="as-of time, e.g. 2022-12-31T18:00; now by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        session = find_session(options["session"])
        self.stdout.write(written(report(session, _moment(options["at"]))))


def find_session(name: str) -> Session:
    """The session named by key or by ``COMMITTEE:TERM-SESSION``; raises CommandError."""
    sessions = Session.objects.select_related("committee", "term")
    if name.isdecimal():
        found = sessions.filter(pk=int(name)).first()
    else:
        code, _colon, numbers = name.partition(":")
        term, _dash, number = numbers.partition("-")
        found = (
            sessions.filter(
                committee__code=code, term__number=int(term), number=int(number)
            ).first()
            if term.isdecimal() and number.isdecimal()
            else None
        )
    if found is None:
        raise CommandError(_("没有会议“%(name)s”，请写编号，或如 lingwu:15-1") % {"name": name})
    return found


def written(known: Report) -> str:
    """The report as text: a line a figure, then the tables."""
    moment = timezone.localtime(known.at).strftime("%Y-%m-%d %H:%M")
    lines = [_("%(session)s，截至 %(at)s") % {"session": known.session, "at": moment}, ""]
    lines += [_line(figure) for figure in known.figures]
    for table in known.tables:
        lines += ["", f"{table.label}（{table.base}，{table.total}）"]
        share = [Figure("", name, count, table.total) for name, count in table.rows]
        lines += [f"  {row.label}：{row.numerator}{_percent(row)}" for row in share]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    of = f" / {figure.denominator}" if figure.denominator is not None else ""
    return f"{figure.label}：{figure.numerator}{of}{_percent(figure)}（{figure.base}）"


def _percent(figure: Figure) -> str:
    return f" = {figure.percent}%" if figure.percent is not None else ""


def _moment(text: str | None) -> datetime:
    if not text:
        return clock.now()
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError(_("时间“%(text)s”无法识别，如 2022-12-31T18:00") % {"text": text})
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
