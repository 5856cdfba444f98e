from django.db import migrations

from members.rule_errors import RulesInvalid
from members.rules import Rules


def store_values(apps, schema_editor):
    """Give the values of rulebooks their kinds: forms used to store what they sent, as text."""
    for rulebook in apps.get_model("members", "Rulebook").objects.iterator(chunk_size=100):
        try:
            rulebook.document = Rules.stored(rulebook.document)
        except RulesInvalid:  # nothing that is in force; whoever edits it is told what is wrong
            continue
        rulebook.save(update_fields=["document"])


class Migration(migrations.Migration):
    dependencies = [("members", "0014_own_clock")]

    operations = [migrations.RunPython(store_values, migrations.RunPython.noop)]
