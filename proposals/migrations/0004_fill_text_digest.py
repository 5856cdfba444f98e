"""Remember the texts that have been handed in before; of equal ones the first."""

from django.db import migrations

from proposals.rules import text_digest

WITHOUT = ["draft", "discarded", "withdrawn"]
HANDED_IN = ["original", "revised"]


def fill(apps, schema_editor):
    proposals = apps.get_model("proposals", "Proposal").objects
    versions = apps.get_model("proposals", "TextVersion").objects
    taken = set()
    rows = proposals.exclude(state__in=WITHOUT).filter(text_digest="").order_by("pk")
    for row in rows.values("pk", "session", "lead", "body").iterator(chunk_size=2000):
        text = versions.filter(proposal=row["pk"], kind__in=HANDED_IN).order_by("-number").first()
        if text is None:
            continue
        digest = text_digest(
            title=text.title,
            situation=text.situation,
            analysis=text.analysis,
            suggestions=text.suggestions,
        )
        whose = (row["session"], row["lead"], row["body"], digest)
        if whose not in taken:
            taken.add(whose)
            proposals.filter(pk=row["pk"]).update(text_digest=digest)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0003_text_digest")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
