"""Duties over the API: read only, they follow from events."""

from proposals.api.actions import VisibleViewSet, documented
from supervision.api.filters import DutyFilter
from supervision.api.serializers import DutySerializer
from supervision.models import Duty


@documented("任务")
class DutyViewSet(VisibleViewSet):
    """Who owes what by when."""

    queryset = Duty.objects.all()
    serializer_class = DutySerializer
    filterset_class = DutyFilter
    related = ("proposal",)
    ordering_fields = ("due_at", "id")
