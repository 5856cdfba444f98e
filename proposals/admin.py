"""The record in the back office: read only, since every change goes through the door."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from proposals import models


class ReadOnly(admin.ModelAdmin):
    """Shows rows and changes none."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


@admin.register(models.Proposal)
class ProposalAdmin(ReadOnly):
    """Proposals."""

    list_display = ["receipt_no", "case_no", "title", "state", "received_at"]
    list_filter = ["state", "proposer_kind", "period_kind", "committee"]
    list_select_related = ["committee"]
    search_fields = ["title", "case_no", "receipt_no"]


@admin.register(models.Assignment)
class AssignmentAdmin(ReadOnly):
    """Units' tasks."""

    list_display = ["proposal", "unit", "role", "state", "issued_at", "replied_at"]
    list_filter = ["state", "role"]
    list_select_related = ["proposal", "unit"]


@admin.register(models.Reply)
class ReplyAdmin(ReadOnly):
    """Replies."""

    list_display = ["document_number", "proposal", "state", "result_class", "delivered_at"]
    list_filter = ["state", "result_class"]
    list_select_related = ["proposal"]


@admin.register(models.Event)
class EventAdmin(ReadOnly):
    """The ledger."""

    list_display = ["id", "at", "subject_kind", "subject_id", "action", "target", "actor"]
    list_filter = ["subject_kind", "channel"]
    list_select_related = ["actor"]
