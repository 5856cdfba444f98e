"""What the API shows of duties."""

from rest_framework import serializers

from members import clock
from supervision.models import Duty


class DutySerializer(serializers.ModelSerializer[Duty]):
    """A duty; ``overdue`` is computed for the moment of reading."""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    title = serializers.CharField(source="proposal.title", read_only=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Duty
        fields = [
            "id",
            "kind",
            "kind_label",
            "subject_kind",
            "subject_id",
            "proposal",
            "title",
            "role",
            "unit",
            "member",
            "body",
            "opened_at",
            "due_at",
            "first_due_at",
            "basis",
            "closed_at",
            "closing",
            "overdue",
        ]

    def get_overdue(self, duty: Duty) -> bool:
        """Whether it is owed and late now."""
        return duty.is_overdue(clock.now())
