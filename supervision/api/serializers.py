"""What the API shows of duties, reminders, chase documents and the calendar."""

from typing import Any, ClassVar

from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.api.model_serializer import read_serializer
from members.reader import Reader, reader_of
from proposals.api.serializers.base import subject_serializer
from supervision import deadlines
from supervision.calendar import DayKind
from supervision.deadlines import Terms
from supervision.models import (
    CalendarChange,
    ChaseLine,
    ChaseNotice,
    DateChange,
    Duty,
    Pause,
    Reminder,
)
from supervision.selectors import calendar_for


class AsOfNow(serializers.ModelSerializer[Duty]):
    """What depends on the day of reading, of a duty."""

    overdue = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()
    assumed_years = serializers.SerializerMethodField()

    class Meta:
        model = Duty
        fields: ClassVar[list[str]] = []

    @property
    def reader(self) -> Reader:
        """The reader of the request."""
        return reader_of(self.context["request"])

    def get_overdue(self, duty: Duty) -> bool:
        """Whether it is owed and late now."""
        return duty.is_overdue(self.reader.at)

    def get_days(self, duty: Duty) -> int:
        """Working days until the date; negative once it has passed."""
        return calendar_for(self.reader).left(self.reader.day, localdate(duty.due_at))

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_assumed_years(self, duty: Duty) -> list[int]:
        """Years that are only assumed."""
        terms = Terms.model_validate(duty.terms)
        return deadlines.assumed_years(terms, duty.due_at, calendar_for(self.reader))


DutySerializer = read_serializer(
    Duty,
    "A duty; what depends on the day is computed for the moment of reading.\n\n"
    "``days`` are working days: left when positive, late when negative. ``assumed_years`` are\n"
    "years whose working days nobody has announced yet and on which the date rests.",
    "id kind kind_label subject_kind subject_id proposal title is_key role unit member body "
    "opened_at due_at first_due_at date_version paused_at basis closed_at closing overdue days "
    "assumed_years",
    extends=AsOfNow,
)


DateChangeSerializer = read_serializer(
    DateChange,
    "A due date that moved.",
    "version cause cause_label due_before due_after reason asked_by decided_by event made_at",
    decided_by=serializers.CharField(source="event.actor", read_only=True, allow_null=True),
    asked_by=serializers.CharField(read_only=True, allow_null=True),
)


PauseSerializer = read_serializer(
    Pause, "An interval in which the clock stands still.", "ground reason began_at ended_at"
)


class CountedDaySerializer(serializers.Serializer[Any]):
    """One day on the way to a due date."""

    day = serializers.DateField()
    counted = serializers.BooleanField()
    paused = serializers.BooleanField()
    kind = serializers.ChoiceField(choices=DayKind.choices)
    name = serializers.CharField()


class WhySerializer(serializers.Serializer[Any]):
    """Why a duty is due when it is."""

    anchor_at = serializers.DateTimeField()
    basis = serializers.CharField()
    source = serializers.CharField()
    due_at = serializers.DateTimeField()
    first_due_at = serializers.DateTimeField()
    days = CountedDaySerializer(many=True)
    skipped = CountedDaySerializer(many=True)
    pauses = PauseSerializer(many=True)
    changes = DateChangeSerializer(many=True)
    assumed_years = serializers.ListField(child=serializers.IntegerField())


ReminderSerializer = read_serializer(
    Reminder,
    "A step of a ladder: sent to whom, or why not.",
    "id duty date_version step recipient recipient_name state state_label moment at read_at",
    recipient_name=serializers.CharField(source="recipient", read_only=True, allow_null=True),
    read_at=serializers.DateTimeField(source="notice.read_at", read_only=True, allow_null=True),
)


ChaseLineSerializer = read_serializer(
    ChaseLine, "A duty in a chase document.", "duty date_version due_at days_late"
)


ChaseNoticeSerializer = read_serializer(
    ChaseNotice,
    "A numbered chase document.",
    "id kind kind_label number unit addressee copied_to title issued_at",
)


ChaseNoticeDetailSerializer = read_serializer(
    ChaseNotice,
    "With its text and what it is about.",
    "text lines",
    of="ChaseNoticeDetail",
    extends=ChaseNoticeSerializer,
    rows={"lines": ChaseLineSerializer},
)


class ChangedDaySerializer(serializers.Serializer[Any]):
    """A working day or day off that a change of the calendar enters."""

    day = serializers.DateField()
    is_working = serializers.BooleanField()
    name = serializers.CharField()


CalendarChangeSerializer = subject_serializer(
    CalendarChange,
    "A change of the calendar.",
    "committee year days source applied_at",
    rows={"days": ChangedDaySerializer},
)


class MoveSerializer(serializers.Serializer[Any]):
    """A duty that a change of the calendar would move."""

    duty = serializers.IntegerField(source="duty.pk")
    kind = serializers.CharField(source="duty.kind")
    kind_label = serializers.CharField(source="duty.get_kind_display")
    title = serializers.CharField(source="duty.title")
    committee = serializers.IntegerField(source="duty.committee_id")
    unit = serializers.IntegerField(source="duty.unit_id", allow_null=True)
    due_before = serializers.DateTimeField(source="duty.due_at")
    due_after = serializers.DateTimeField()


class MovesSerializer(serializers.Serializer[Any]):
    """How many duties would move, and the first of them."""

    count = serializers.IntegerField()
    moves = MoveSerializer(many=True)


class DaySerializer(serializers.Serializer[Any]):
    """A day of the working calendar."""

    date = serializers.DateField()
    is_working = serializers.BooleanField()
    kind = serializers.ChoiceField(choices=DayKind.choices)
    name = serializers.CharField()


class YearSerializer(serializers.Serializer[Any]):
    """A year of the working calendar; ``status`` says how well it is known."""

    year = serializers.IntegerField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    days = DaySerializer(many=True)


class LatenessSerializer(serializers.Serializer[Any]):
    """Punctuality of one unit or kind, with the longest delay in working days by both dates."""

    key = serializers.CharField()
    label = serializers.CharField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    most_days_late = serializers.IntegerField()
    most_days_late_originally = serializers.IntegerField()
    done = serializers.IntegerField()
    on_time = serializers.IntegerField()
    on_time_originally = serializers.IntegerField()
