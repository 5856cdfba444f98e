"""An invitation to co-sign: the text that it is about, and the two answers."""

from typing import Any

from members.reader import Reader
from members.visibility import visible, visible_row
from proposals.due_dates import due_on
from proposals.models import Cosignature, Proposal
from proposals.pages.subjects import SubjectPage


def _text(signature: Cosignature, reader: Reader) -> dict[str, Any]:
    """The text as it stands, for who sees the proposal; and until when an answer is awaited."""
    proposal = visible_row(
        reader, Proposal.objects.select_related("lead__sector"), signature.proposal_id
    )
    if proposal is None:
        return {"text": None}
    files = visible(reader, proposal.attachments.beside_texts())
    return {
        "text": proposal,
        "suggestions": list(proposal.suggestions.all()),
        "files": list(files),
        "clock": due_on(signature, reader),
        "is_asked": signature.member.user_id == reader.user.pk,
    }


SUBJECT_PAGES = (
    SubjectPage(
        Cosignature,
        "cosignatures",
        template="proposals/cosignature.html",
        related=("member", "proposal__lead", "proposal__committee"),
        context=_text,
    ),
)
