"""The view sets of the proposal's life; their operations come from the machines."""

import logging
from typing import Any, ClassVar, cast

from django.db.models import Prefetch, QuerySet
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.visibility import visible, visible_row
from proposals import merge_preview, models, permissions
from proposals.api import filters
from proposals.api.actions import SubjectViewSet, VisibleViewSet, documented
from proposals.api.search import SearchOperations
from proposals.api.serializers import handling, ledger, merging, replying
from proposals.api.serializers import proposal as proposing
from proposals.api.similar import SimilarOperations
from proposals.inputs.reviewing import MOST_TAKEN_IN
from proposals.machine.step import declared_step

logger = logging.getLogger(__name__)


class InternalFieldsViewSet(SubjectViewSet):
    """Details with fields that units and offices write for each other, not for proposers."""

    internal: ClassVar[tuple[str, ...]] = ()

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The detail; the ``internal`` fields are empty for those who do not work on it."""
        response = super().retrieve(request, *args, **kwargs)
        if not permissions.works_on(self.reader, response.data["proposal"]):
            response.data.update(dict.fromkeys(self.internal, ""))
        return response


@documented("提案")
class ProposalViewSet(SearchOperations, SimilarOperations, SubjectViewSet):
    """Proposals."""

    queryset = models.Proposal.objects.all()
    serializer_class = proposing.ProposalSerializer
    detail_serializer_class = proposing.ProposalDetailSerializer
    filterset_class = filters.ProposalFilter
    related = ("lead", "body", "committee", "session")
    prefetched = (
        "suggestions",
        "suggested_units",
        "consultations",
        "follow_ups",
    )
    ordering_fields = ("id", "received_at", "filed_at", "case_serial", "concluded_at")

    def rows(self) -> QuerySet[models.Proposal]:
        """All rows; the detail shows the signatures and members that the reader sees."""
        rows = super().rows()
        if self.action != "retrieve":
            return rows
        signatures = models.Cosignature.objects.select_related("member")
        members = models.Proposal.objects.select_related("lead", "body").order_by("id")
        return rows.prefetch_related(
            Prefetch("cosignatures", visible(self.reader, signatures)),
            Prefetch("merged_from", visible(self.reader, members)),
        )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The detail; reasons that a proposer gave the office are not for other members."""
        self.is_inside = permissions.is_inside(self.reader, int(kwargs["pk"]))
        response = super().retrieve(request, *args, **kwargs)
        if not self.is_inside:
            response.data.update(publicity_reason="", withdrawal_reason="")
        return response

    def host_of(self, proposal: models.Proposal) -> models.Proposal | None:
        """The proposal that it was merged into, if the reader sees that one."""
        if proposal.merged_into_id is None:
            return None
        rows = models.Proposal.objects.select_related("lead", "body")
        return visible_row(self.reader, rows, proposal.merged_into_id)

    def tells_units(self, proposal: models.Proposal) -> bool:
        """Whether the reader may see who handles it."""
        return self.is_inside or permissions.units_are_open(proposal, self.reader)

    @extend_schema(
        summary="并案预览",
        parameters=[
            OpenApiParameter(
                "members",
                {"type": "array", "items": {"type": "integer"}, "maxItems": MOST_TAKEN_IN},
                required=True,
                description="Keys of the proposals to be merged into this one.",
            )
        ],
        responses=merging.MergePreviewSerializer,
    )
    @action(detail=True, url_path="merge-preview", pagination_class=None, filter_backends=[])
    def merge_preview(self, request: Request, pk: str | None = None) -> Response:
        """What ``take_in`` would refuse, bring along, end and tell; for those who may take it."""
        host = self.get_object()
        permissions.require(self.reader, declared_step(models.Proposal.take_in), host)
        wanted = ",".join(request.query_params.getlist("members"))
        query = merging.MergePreviewQuery(data={"members": [*filter(None, wanted.split(","))]})
        query.is_valid(raise_exception=True)
        members = query.validated_data["members"]
        found = merge_preview.preview(self.reader, host, members)
        return Response(merging.MergePreviewSerializer(found).data)

    @extend_schema(summary="文本版本", responses=proposing.TextVersionSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def versions(self, request: Request, pk: str | None = None) -> Response:
        """The text at each stage: original, revised, edited, published."""
        rows = self.get_object().text_versions.select_related("author")
        return Response(proposing.TextVersionSerializer(rows, many=True).data)

    @extend_schema(summary="审查意见", responses=proposing.ReviewOpinionSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def opinions(self, request: Request, pk: str | None = None) -> Response:
        """The opinions of the rounds of review; for those who read the whole record."""
        proposal = self.get_object()
        rows = models.ReviewOpinion.objects.none()
        if permissions.is_official(self.reader, proposal.committee_id):
            rows = proposal.review_opinions.select_related("reviewer").prefetch_related(
                "duplicates"
            )
        return Response(proposing.ReviewOpinionSerializer(rows, many=True).data)


@documented("提案线索")
class ClueViewSet(SubjectViewSet):
    """Matters that members may write on."""

    queryset = models.Clue.objects.all()
    serializer_class = proposing.ClueSerializer
    filterset_fields = ("committee", "session", "state")
    related = ("committee",)
    ordering_fields = ("id", "published_at")


@documented("联名")
class CosignatureViewSet(SubjectViewSet):
    """Invitations to co-sign."""

    queryset = models.Cosignature.objects.all()
    serializer_class = proposing.CosignatureSerializer
    filterset_fields = ("proposal", "member", "state")
    related = ("member", "proposal__committee", "proposal__lead")


@documented("预交办")
class PreAssignmentViewSet(SubjectViewSet):
    """Units asked before the assignment."""

    queryset = models.PreAssignment.objects.all()
    serializer_class = handling.PreAssignmentSerializer
    filterset_fields = ("proposal", "unit", "state")
    related = ("unit", "proposal__committee")


@documented("交办批次")
class AssignmentBatchViewSet(SubjectViewSet):
    """Batches of assignments."""

    queryset = models.AssignmentBatch.objects.all()
    serializer_class = handling.AssignmentBatchSerializer
    filterset_fields = ("committee", "held_on")
    related = ("committee",)


@documented("交办")
class AssignmentViewSet(InternalFieldsViewSet):
    """Units' tasks."""

    queryset = models.Assignment.objects.all()
    serializer_class = handling.AssignmentSerializer
    detail_serializer_class = handling.AssignmentDetailSerializer
    filterset_class = filters.AssignmentFilter
    related = ("unit", "proposal__committee")
    prefetched = ("contact_records",)
    ordering_fields = ("id", "issued_at", "replied_at")
    internal = (
        "opinion",
        "opinion_document_number",
        "opinion_signed_by",
        "opinion_handler",
        "opinion_phone",
        "waiver_reason",
    )


@documented("退办申请")
class ReturnRequestViewSet(SubjectViewSet):
    """Requests to return a task."""

    queryset = models.ReturnRequest.objects.all()
    serializer_class = handling.ReturnRequestSerializer
    filterset_fields = ("assignment", "assignment__proposal", "state")
    related = ("suggested_unit", "assignment__proposal__committee")


@documented("延期申请")
class ExtensionRequestViewSet(SubjectViewSet):
    """Requests for more time."""

    queryset = models.ExtensionRequest.objects.all()
    serializer_class = handling.ExtensionRequestSerializer
    filterset_fields = ("assignment", "assignment__proposal", "state")
    related = ("assignment__proposal__committee",)


@documented("答复")
class ReplyViewSet(InternalFieldsViewSet):
    """Replies."""

    queryset = models.Reply.objects.all()
    serializer_class = replying.ReplySerializer
    detail_serializer_class = replying.ReplyDetailSerializer
    filterset_class = filters.ReplyFilter
    related = ("assignment", "proposal__committee")
    prefetched = ("points", "commitments", "deliveries__member", "deliveries__body")
    ordering_fields = ("id", "delivered_at")
    internal = ("inspection_note",)


@documented("征询意见表")
class FeedbackViewSet(SubjectViewSet):
    """Feedback forms."""

    queryset = models.Feedback.objects.all()
    serializer_class = replying.FeedbackSerializer
    filterset_class = filters.FeedbackFilter
    related = ("member", "body", "proposal__committee")


@documented("承诺事项")
class CommitmentViewSet(SubjectViewSet):
    """Promises made in replies."""

    queryset = models.Commitment.objects.all()
    serializer_class = replying.CommitmentSerializer
    filterset_class = filters.CommitmentFilter
    related = ("proposal__committee", "reply__assignment")
    ordering_fields = ("id", "due_on")


def as_download(file: FieldFile, name: str) -> FileResponse:
    """A file of ours, never shown on our origin; a 404 where the store has lost it."""
    try:
        content = file.open("rb")
    except (FileNotFoundError, ValueError) as error:  # the row names no file at all
        logger.exception("The file %r of %r is not in the store", file.name, name)
        raise Http404 from error
    return FileResponse(
        content, as_attachment=True, filename=name, content_type="application/octet-stream"
    )


@documented("附件")
class AttachmentViewSet(VisibleViewSet):
    """Files; only those who see what a file belongs to can download it."""

    queryset = models.Attachment.objects.all()
    serializer_class = replying.AttachmentSerializer
    filterset_fields = ("proposal", "reply", "stage")

    @extend_schema(
        summary="下载附件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    @action(detail=True, pagination_class=None, filter_backends=[])
    def content(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        """The file, always as a download, never shown on our origin."""
        row = cast(models.Attachment, self.get_object())
        return as_download(row.file, row.name)


@documented("事件")
class EventViewSet(VisibleViewSet):
    """The ledger, as far as the reader sees it."""

    queryset = models.Event.objects.all()
    serializer_class = ledger.EventSerializer
    filterset_class = filters.EventFilter
    related = ("actor", "on_behalf_of")

    def get_serializer_class(self) -> Any:
        """Officials see every event when they filter by one of their proposals."""
        if getattr(self, "swagger_fake_view", False) or self._reads_all():
            return ledger.FullEventSerializer
        return ledger.EventSerializer

    def _reads_all(self) -> bool:
        reach = self.reader.reach
        whole = bool(reach.officials) or reach.platform
        return whole and not (reach.members or reach.bodies or reach.units)
