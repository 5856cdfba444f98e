"""Assignments, and what units ask for and record."""

from rest_framework import serializers

from proposals.api.serializers.base import STANDING, NamedSerializer, SubjectSerializer
from proposals.models import (
    Assignment,
    AssignmentBatch,
    ContactRecord,
    ExtensionRequest,
    PreAssignment,
    ReturnRequest,
)


class PreAssignmentSerializer(SubjectSerializer):
    """A unit asked before the assignment."""

    unit = NamedSerializer(read_only=True)

    class Meta:
        model = PreAssignment
        fields = [*STANDING, "proposal", "unit", "role", "answer", "suggested_unit"]


class AssignmentBatchSerializer(SubjectSerializer):
    """A batch of assignments."""

    class Meta:
        model = AssignmentBatch
        fields = [*STANDING, "committee", "name", "document_number", "held_on"]


class AssignmentSerializer(SubjectSerializer):
    """One unit's task in a list."""

    unit = NamedSerializer(read_only=True)
    title = serializers.CharField(source="proposal.title", read_only=True)
    case_no = serializers.CharField(source="proposal.case_no", read_only=True)

    class Meta:
        model = Assignment
        fields = [
            *STANDING,
            "proposal",
            "case_no",
            "title",
            "unit",
            "role",
            "round",
            "batch",
            "replaces",
            "issued_at",
            "acknowledged_at",
            "replied_at",
        ]


class ContactRecordSerializer(serializers.ModelSerializer[ContactRecord]):
    """A talk with the proposer."""

    class Meta:
        model = ContactRecord
        fields = ["id", "held_at", "way", "stage", "place", "persons", "outcome"]


class AssignmentDetailSerializer(AssignmentSerializer):
    """One unit's task by itself."""

    contact_records = ContactRecordSerializer(many=True, read_only=True)

    class Meta:
        model = Assignment
        fields = [
            *AssignmentSerializer.Meta.fields,
            "contact_records",
            "opinion",
            "opinion_document_number",
            "opinion_signed_by",
            "opinion_handler",
            "opinion_phone",
            "waiver_reason",
        ]


class ReturnRequestSerializer(SubjectSerializer):
    """A request to return a task."""

    suggested_unit = NamedSerializer(read_only=True)

    class Meta:
        model = ReturnRequest
        fields = [
            *STANDING,
            "assignment",
            "reason",
            "suggested_unit",
            "signed_by",
            "decision",
            "decided_at",
        ]


class ExtensionRequestSerializer(SubjectSerializer):
    """A request for more time."""

    class Meta:
        model = ExtensionRequest
        fields = [
            *STANDING,
            "assignment",
            "reason",
            "new_due_on",
            "proposer_consulted",
            "consents",
            "decision",
            "decided_at",
        ]
