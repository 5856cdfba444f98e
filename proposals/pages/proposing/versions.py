"""The tab of a proposal that shows the versions of its text, two of them side by side."""

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.reader import Reader
from proposals.models import Proposal
from proposals.pages.proposal import Tab
from proposals.selectors.versions import compared


def _versions(proposal: Proposal, reader: Reader) -> dict[str, Any]:
    """All versions, and each compared with the one before it; the newest first."""
    rows = list(proposal.text_versions.select_related("author").order_by("number"))
    pairs = [
        {"version": new, "before": old, "parts": compared(old, new)} for old, new in pairwise(rows)
    ]
    if len(rows) > 2:  # what became of it altogether
        first, last = rows[0], rows[-1]
        pairs.append({"version": last, "before": first, "parts": compared(first, last)})
    return {"versions": rows, "pairs": pairs[::-1]}


def _handed_in(proposal: Proposal, reader: Reader) -> bool:
    return proposal.received_at is not None


TABS = (
    Tab(
        "versions",
        _("文本版本"),
        "versions",
        "proposals/tabs/_versions.html",
        _versions,
        is_for=_handed_in,
    ),
)
