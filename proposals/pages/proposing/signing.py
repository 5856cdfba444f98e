"""An invitation to co-sign: the text that it is about, and the two answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from members.models import User
from proposals.models import Cosignature, Proposal
from proposals.pages.life import owed
from proposals.pages.subjects import SubjectPage, add
from proposals.permissions import visible, visible_row


def _text(signature: Cosignature, user: User, at: datetime) -> dict[str, Any]:
    """The text as it stands, for who sees the proposal; and until when an answer is awaited."""
    day = localdate(at)
    proposal = visible_row(
        user, Proposal.objects.select_related("lead__sector"), signature.proposal_id, day
    )
    if proposal is None:
        return {"text": None}
    files = visible(user, proposal.attachments.filter(stage="proposal", removed_at=None), day)
    return {
        "text": proposal,
        "suggestions": list(proposal.suggestions.all()),
        "files": list(files),
        "clock": owed("cosignature", [signature.pk], user, at).get(signature.pk),
        "is_asked": signature.member.user_id == user.pk,
    }


add(
    SubjectPage(
        Cosignature,
        "cosignatures",
        template="proposals/cosignature.html",
        related=("member", "proposal__lead", "proposal__committee"),
        context=_text,
    )
)
