"""Duties and what follows from them over the API: read only, but for the calendar."""

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from members.enums import Role
from members.models import Committee
from members.reader import reader_of
from proposals.api.actions import SubjectViewSet, VisibleViewSet, documented
from proposals.machine.subject import Subject
from supervision import calendar_moves, lateness
from supervision.api.filters import ChaseNoticeFilter, DutyFilter
from supervision.api.serializers import (
    CalendarChangeSerializer,
    ChaseNoticeDetailSerializer,
    ChaseNoticeSerializer,
    DutySerializer,
    LatenessSerializer,
    MovesSerializer,
    ReminderSerializer,
    WhySerializer,
    YearSerializer,
)
from supervision.models import CalendarChange, ChaseNotice, Duty, Reminder
from supervision.selectors import calendar_for, why


@documented("任务")
class DutyViewSet(VisibleViewSet):
    """Who owes what by when."""

    queryset = Duty.objects.all()
    serializer_class = DutySerializer
    filterset_class = DutyFilter
    ordering_fields = ("due_at", "id")

    @extend_schema(summary="期限依据", responses=WhySerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def why(self, request: Request, pk: str | None = None) -> Response:
        """Anchor, rule and source, each day that was skipped, pauses, and how the date moved."""
        return Response(WhySerializer(why(self.get_object(), calendar_for(self.reader))).data)

    @extend_schema(
        summary="逾期与按期",
        parameters=[OpenApiParameter("by", str, OpenApiParameter.PATH, enum=["unit", "kind"])],
        responses=LatenessSerializer(many=True),
    )
    @action(detail=False, pagination_class=None, url_path="lateness/(?P<by>unit|kind)")
    def lateness(self, request: Request, by: str) -> Response:
        """Punctuality by unit or by kind of duty, in working days.

        Against the effective date and against the original one.
        """
        rows = self.filter_queryset(self.get_queryset())
        return Response(LatenessSerializer(lateness.by(by, rows, self.reader), many=True).data)


@documented("提醒记录")
class ReminderViewSet(VisibleViewSet):
    """Reminders sent, skipped or muted."""

    queryset = Reminder.objects.all()
    serializer_class = ReminderSerializer
    filterset_fields = ("duty", "step", "state", "recipient")
    related = ("recipient", "notice")
    ordering_fields = ("id",)


@documented("催办文书")
class ChaseNoticeViewSet(VisibleViewSet):
    """Numbered documents that chase overdue duties."""

    queryset = ChaseNotice.objects.all()
    serializer_class = ChaseNoticeSerializer
    detail_serializer_class = ChaseNoticeDetailSerializer
    filterset_class = ChaseNoticeFilter
    prefetched = ("lines",)
    ordering_fields = ("id", "issued_at")


@documented("工作日历变更")
class CalendarChangeViewSet(SubjectViewSet):
    """Days entered or imported; look at the moves before you apply them."""

    queryset = CalendarChange.objects.all()
    serializer_class = CalendarChangeSerializer
    filterset_fields = ("state", "year")
    ordering_fields = ("id",)

    def begin(self, request: Request) -> Subject:
        """The calendar is the whole platform's: a platform administrator names no committee."""
        roles = self.reader.roles
        if Role.PLATFORM_ADMINISTRATOR not in roles:
            return super().begin(request)
        top = Committee.objects.filter(parent=None).order_by("pk").first()
        if top is None:
            raise NotFound
        return CalendarChange(committee=top)

    @extend_schema(summary="哪些期限会变动", responses=MovesSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[])
    def moves(self, request: Request, pk: str | None = None) -> Response:
        """How many open duties the change would move; from when to when, of those one may see."""
        count, _shown, moves = calendar_moves.preview(self.get_object(), self.reader)
        return Response(MovesSerializer({"count": count, "moves": moves}).data)


class CalendarViewSet(viewsets.ViewSet):
    """The working days of a year, as the platform knows them."""

    lookup_field = "year"
    lookup_value_regex = r"20\d\d"

    @extend_schema(
        summary="工作日历",
        parameters=[OpenApiParameter("year", int, OpenApiParameter.PATH)],
        responses=YearSerializer,
    )
    def retrieve(self, request: Request, year: str) -> Response:
        """Every day of the year: worked or not, why, and how well the year is known."""
        calendar = calendar_for(reader_of(request))
        number = int(year)
        first = date(number, 1, 1)
        length = (date(number + 1, 1, 1) - first).days
        status = calendar.status(number)
        days = [calendar.day(first + timedelta(days=n)) for n in range(length)]
        shown: dict[str, Any] = {
            "year": number,
            "status": status,
            "status_label": status.label,
            "days": days,
        }
        return Response(YearSerializer(shown).data)
