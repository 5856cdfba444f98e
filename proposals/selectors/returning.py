"""Why proposals were sent back to their proposers."""

from collections.abc import Collection

from proposals.models import Event, Proposal


def reasons(keys: Collection[int]) -> dict[int, str]:
    """The last reason for each of these proposals: what the step told their proposers."""
    rows = Event.objects.filter(proposal__in=keys, action=Proposal.return_for_revision.__name__)
    found = rows.order_by("id").values_list("proposal_id", "input")
    return {key: str(said.get("reason", "")) for key, said in found if key is not None}
