"""What tests of mergers share."""

from members.models import Notice
from proposals.models import Proposal
from tests.proposals.conftest import Life

CONSENT = {"consent_way": "phone", "consent_at": "2024-01-10T01:00:00Z"}


def host_of(life: Life) -> Proposal:
    """A filed proposal of another member."""
    return life.filed(life.submitted("member", title="关于停车难的建议"))


def silenced() -> None:
    """Everything told so far is forgotten."""
    Notice.objects.all().delete()
