"""Key topics over the API: their steps, their files, and the board for leaders."""

from typing import Any, cast

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.filters import Id
from members.api.model_serializer import NamedSerializer, read_serializer
from members.visibility import visible
from proposals.api.actions import SubjectViewSet, VisibleViewSet, documented
from proposals.api.serializers.base import subject_serializer
from proposals.api.serializers.proposal import FamilySerializer
from proposals.api.views import as_download
from proposals.models import Proposal
from supervision.key_topic_board import board, current
from supervision.models import (
    Activity,
    Instruction,
    KeyTopic,
    Milestone,
    Problem,
    TopicFile,
)
from supervision.permissions import is_concerned, led_committees, works_on

# -- What is shown ----------------------------------------------------------------------------


MilestoneSerializer = subject_serializer(
    Milestone,
    "A milestone of a plan of supervision.",
    "topic name method due_on first_due_on despite note evidence settled_at",
)

InstructionSerializer = subject_serializer(
    Instruction,
    "A leader's instruction, and what one addressee did about it.",
    "topic number unit leader text given_on evidence settled_at",
    named="unit",
)

TopicFileSerializer = read_serializer(
    TopicFile,
    "A photograph or paper; its content is at ``topic-files/{id}/content/``.",
    "id topic activity name extension size sha256 uploaded_at",
)

ActivitySerializer = read_serializer(
    Activity,
    "Supervision on the spot or at a table, with its photographs and papers.",
    "id held_at place method people findings recorded_at files",
    rows={"files": TopicFileSerializer},
)

ProblemSerializer = read_serializer(
    Problem, "A problem that was reported upwards.", "id to_whom text reported_at"
)

KeyTopicSerializer = subject_serializer(
    KeyTopic,
    "What everybody reads who sees a key topic at all.",
    "committee session title theme proposals supervisors supervising_body methods meeting met_on "
    "announced_at concluded_at",
    named="supervising_body",
    texts="methods",
    rows={"proposals": FamilySerializer, "supervisors": NamedSerializer},
)

KeyTopicDetailSerializer = read_serializer(
    KeyTopic,
    "With what is kept of choosing and supervising it, as far as the reader is told.",
    "reason nominated_by nominator_role nominating_body nominating_unit note participants plan "
    "planned_at milestones activities problems instructions report reported_at review_note files",
    of="KeyTopicDetail",
    extends=KeyTopicSerializer,
    named="nominated_by nominating_body nominating_unit",
    rows={
        "milestones": MilestoneSerializer,
        "instructions": InstructionSerializer,
        "activities": ActivitySerializer,
        "problems": ProblemSerializer,
        "files": TopicFileSerializer,
    },
)


OF_THE_PLAN = ("plan", "participants")
"""Fields that the units of the topic read as well."""

OF_THE_WORK = ("report", "review_note")
ROWS_OF_THE_WORK = ("activities", "problems")
"""Fields for those who work on the topic only. Milestones, instructions and files are shown
as far as the reader sees them."""


class ReplyStateSerializer(serializers.Serializer[Any]):
    """How replies stand: none, open, overdue or replied; ``days`` are working days."""

    state = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)


class BoardProposalSerializer(serializers.Serializer[Any]):
    """A proposal of a topic on the board."""

    id = serializers.IntegerField(source="proposal.pk")
    case_no = serializers.CharField(source="proposal.case_no")
    title = serializers.CharField(source="proposal.title")
    state = serializers.CharField(source="proposal.state")
    state_label = serializers.CharField(source="proposal.get_state_display")
    units = NamedSerializer(many=True)
    reply = ReplyStateSerializer(source="replies")


class BoardMilestoneSerializer(serializers.Serializer[Any]):
    """A milestone on the board; ``days`` are working days, left or (negative) late."""

    id = serializers.IntegerField(source="milestone.pk")
    name = serializers.CharField(source="milestone.name")
    due_on = serializers.DateField(source="milestone.due_on")
    state = serializers.CharField(source="milestone.state")
    state_label = serializers.CharField(source="milestone.get_state_display")
    days = serializers.IntegerField(allow_null=True)
    contradicts = serializers.BooleanField()


class LastActSerializer(serializers.Serializer[Any]):
    """The last thing that happened."""

    label = serializers.CharField()
    subject_kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = NamedSerializer(allow_null=True)


class BoardSerializer(serializers.Serializer[Any]):
    """A key topic on the leaders' board."""

    id = serializers.IntegerField(source="topic.pk")
    title = serializers.CharField(source="topic.title")
    session = serializers.IntegerField(source="topic.session_id")
    state = serializers.CharField(source="topic.state")
    state_label = serializers.CharField(source="topic.get_state_display")
    link = serializers.CharField(source="topic.link")
    supervisors = NamedSerializer(source="topic.supervisors.all", many=True)
    supervising_body = NamedSerializer(source="topic.supervising_body", allow_null=True)
    proposals = BoardProposalSerializer(many=True)
    units = NamedSerializer(many=True)
    milestones = BoardMilestoneSerializer(many=True)
    next_milestone = BoardMilestoneSerializer(allow_null=True)
    reply = ReplyStateSerializer(source="replies")
    supervised_until = serializers.DateTimeField(allow_null=True)
    open_instructions = serializers.IntegerField()
    last_act = LastActSerializer(source="last_event", allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())


class BoardQuery(serializers.Serializer[Any]):
    """Which session; the current one if none is named."""

    session = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


# -- The operations ---------------------------------------------------------------------------


class KeyTopicFilter(filters.FilterSet):
    """Filters of the list of key topics."""

    proposal = Id(field_name="links__proposal")

    class Meta:
        model = KeyTopic
        fields = ["session", "state", "theme", "supervising_body", "supervisors"]


@documented("重点题目")
class KeyTopicViewSet(SubjectViewSet):
    """Key topics."""

    queryset = KeyTopic.objects.all()
    serializer_class = KeyTopicSerializer
    detail_serializer_class = KeyTopicDetailSerializer
    filterset_class = KeyTopicFilter
    related = ("supervising_body",)
    ordering_fields = ("id", "announced_at")

    def rows(self) -> QuerySet[KeyTopic]:
        """Topics, each with what the reader sees of what is in it."""
        rows: QuerySet[KeyTopic] = super().rows()
        fake = getattr(self, "swagger_fake_view", False)
        if fake or self.action not in ("list", "retrieve"):
            return rows
        proposals = Proposal.objects.select_related("lead", "body").order_by("pk")
        rows = rows.prefetch_related(
            "supervisors", Prefetch("proposals", visible(self.reader, proposals))
        )
        if self.action == "list":
            return rows
        instructions = Instruction.objects.select_related("unit")
        return rows.select_related(
            "nominated_by", "nominating_body", "nominating_unit"
        ).prefetch_related(
            Prefetch("milestones", visible(self.reader, Milestone.objects.all())),
            Prefetch("instructions", visible(self.reader, instructions)),
            Prefetch("files", visible(self.reader, TopicFile.objects.all())),
            "activities__files",
            "problems",
        )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One topic; findings, problems and report are for those who work on it, the plan also
        for the units that it concerns.

        A nominator reads the reason that they gave, and why the topic was passed over.
        """
        response = super().retrieve(request, *args, **kwargs)
        topic = KeyTopic(pk=response.data["id"], committee_id=response.data["committee"])
        body = response.data["supervising_body"]
        topic.supervising_body_id = body["id"] if body else None
        if works_on(self.reader, topic):
            return response
        hidden = [*OF_THE_WORK]
        if not is_concerned(self.reader, topic):
            hidden += OF_THE_PLAN
        if response.data["announced_at"] is not None:
            hidden += ["reason", "note"]
        response.data.update(dict.fromkeys(hidden, ""))
        response.data.update({name: [] for name in ROWS_OF_THE_WORK})
        return response

    @extend_schema(
        summary="领导督办看板",
        parameters=[OpenApiParameter("session", OpenApiTypes.INT, required=False)],
        responses=BoardSerializer(many=True),
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def board(self, request: Request) -> Response:
        """Every key topic of a session: milestones, days left, units, replies, the last event."""
        committees = led_committees(self.reader)
        if not committees:
            raise NotFound
        query = BoardQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data.get("session")
        which = Q(session=wanted) if wanted else current(committees)
        return Response(BoardSerializer(board(which, committees, self.reader), many=True).data)


@documented("督办节点")
class MilestoneViewSet(SubjectViewSet):
    """Milestones of plans of supervision."""

    queryset = Milestone.objects.all()
    serializer_class = MilestoneSerializer
    filterset_fields = ("topic", "state")
    ordering_fields = ("id", "due_on")


@documented("领导批示")
class InstructionViewSet(SubjectViewSet):
    """Leaders' instructions on key topics."""

    queryset = Instruction.objects.all()
    serializer_class = InstructionSerializer
    filterset_fields = ("topic", "state", "unit")
    related = ("unit",)


@documented("督办材料")
class TopicFileViewSet(VisibleViewSet):
    """Photographs and documents of the supervision."""

    queryset = TopicFile.objects.all()
    serializer_class = TopicFileSerializer
    filterset_fields = ("topic", "activity")

    @extend_schema(
        summary="下载督办材料", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def content(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The file, always as a download, never shown on our origin."""
        row = cast(TopicFile, self.get_object())
        return as_download(row.file, row.name)
