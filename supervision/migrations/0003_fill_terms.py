"""Duties that are older than their terms: the date they have is the date that was set."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now, Substr


def fill(apps, schema_editor):
    Duty = apps.get_model("supervision", "Duty")
    Proposal = apps.get_model("proposals", "Proposal")
    of_it = Proposal.objects.filter(pk=OuterRef("proposal"))
    Duty.objects.update(
        dated_at=F("opened_at"),
        remind_at=Now(),  # the first bell finds out what is next
        title=Subquery(of_it.values(short=Substr("title", 1, 200))),
        is_key=Subquery(of_it.values("is_key")),
    )
    batch = []
    for duty in Duty.objects.only("opened_at", "due_at", "terms").iterator(chunk_size=1000):
        opened, due = duty.opened_at.isoformat(), duty.due_at.isoformat()
        duty.terms = {"anchor_at": opened, "set_at": opened, "set_to": due}
        batch.append(duty)
        if len(batch) == 1000:
            Duty.objects.bulk_update(batch, ["terms"])
            batch = []
    Duty.objects.bulk_update(batch, ["terms"])


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_clocks_and_reminders")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
