"""``manage.py reindex``: rebuild the index of similarity and search from the proposals."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from tqdm import tqdm

from members import clock
from proposals.matching import indexing
from proposals.models import IndexOrder, Proposal


class Command(BaseCommand):
    """Count the words, then index every proposal; the product may be in use meanwhile."""

    help = "Rebuild the index of similar proposals and search. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work through all proposals with a progress bar, on a terminal."""
        indexing.recount(at=clock.now(), always=True)
        with tqdm(total=Proposal.objects.count(), disable=None) as progress:
            for done in indexing.rebuild():
                progress.update(done - progress.n)
        left = IndexOrder.objects.filter(tries__gte=indexing.TRIES).count()
        self.stdout.write(
            _("已索引 %(done)s 件提案，%(left)s 件失败")
            % {"done": Proposal.objects.count() - left, "left": left}
        )
