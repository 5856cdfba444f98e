"""Assignments, and what units ask for and record."""

from rest_framework import serializers

from members.api.model_serializer import read_serializer
from proposals.api.serializers.base import subject_serializer
from proposals.models import (
    Assignment,
    AssignmentBatch,
    ContactRecord,
    ExtensionRequest,
    PreAssignment,
    ReturnRequest,
)

PreAssignmentSerializer = subject_serializer(
    PreAssignment,
    "A unit asked before the assignment.",
    "proposal unit role answer suggested_unit",
    named="unit",
)

AssignmentBatchSerializer = subject_serializer(
    AssignmentBatch, "A batch of assignments.", "committee name document_number held_on"
)

AssignmentSerializer = subject_serializer(
    Assignment,
    "One unit's task in a list.",
    "proposal case_no title unit role round batch replaces issued_at acknowledged_at replied_at",
    named="unit",
    title=serializers.CharField(source="proposal.title", read_only=True),
    case_no=serializers.CharField(source="proposal.case_no", read_only=True),
)

ContactRecordSerializer = read_serializer(
    ContactRecord,
    "A talk with the proposer.",
    "id held_at way stage place persons outcome recorded_at",
)

AssignmentDetailSerializer = read_serializer(
    Assignment,
    "One unit's task by itself.",
    "contact_records opinion opinion_document_number opinion_signed_by opinion_handler "
    "opinion_phone waiver_reason",
    of="AssignmentDetail",
    extends=AssignmentSerializer,
    rows={"contact_records": ContactRecordSerializer},
)

ReturnRequestSerializer = subject_serializer(
    ReturnRequest,
    "A request to return a task.",
    "assignment reason suggested_unit signed_by decision decided_at",
    named="suggested_unit",
)

ExtensionRequestSerializer = subject_serializer(
    ExtensionRequest,
    "A request for more time.",
    "assignment reason new_due_on proposer_consulted consents decision decided_at",
    texts="consents",
)
