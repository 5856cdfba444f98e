"""What the rulebook and the committee call things, by the codes and keys that rows keep."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from members.enums import AssignmentRole
from members.models import Unit
from members.punctuation import aside
from members.rules import Rules
from proposals.models import Proposal, ReviewOpinion
from proposals.rules import entry_name


def opinions_of(proposal: Proposal) -> list[ReviewOpinion]:
    """The opinions on a proposal in their order, read once."""
    rows = ReviewOpinion.objects.select_related("reviewer").order_by("id")
    if "review_opinions" not in getattr(proposal, "_prefetched_objects_cache", {}):
        prefetch_related_objects([proposal], Prefetch("review_opinions", rows))
    return list(proposal.review_opinions.all())


def with_names(
    opinions: Iterable[ReviewOpinion], rules: Rules, units: Mapping[int, str] | None = None
) -> list[ReviewOpinion]:
    """The opinions with their codes and keys in words; ``units`` are names that are known."""
    rows = list(opinions)
    known = dict(units or {})
    keys = {row["unit"] for opinion in rows for row in opinion.units} - set(known)
    if keys:
        known |= {unit.pk: str(unit) for unit in Unit.objects.filter(pk__in=keys)}
    review = rules.review
    for opinion in rows:
        said: Any = opinion
        said.category_name = entry_name(review.categories, opinion.category)
        said.ground_name = entry_name(review.grounds, opinion.ground)
        said.disposition_name = entry_name(review.dispositions, opinion.disposition)
        said.unit_names = [
            aside(known[row["unit"]], AssignmentRole(row["role"]).label)
            for row in opinion.units
            if row["unit"] in known
        ]
    return rows
