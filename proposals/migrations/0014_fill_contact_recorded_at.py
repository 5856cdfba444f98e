from collections import defaultdict

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    """Each step ``record_contact`` made one record: the n-th event tells of the n-th record."""
    records = apps.get_model("proposals", "ContactRecord").objects
    records.update(recorded_at=F("held_at"))  # where the ledger tells nothing
    recorded = apps.get_model("proposals", "Event").objects.filter(
        subject_kind="assignment", action="record_contact"
    )
    moments = defaultdict(list)
    for task, at in recorded.order_by("sequence").values_list("subject_id", "at").iterator():
        moments[task].append(at)
    made = defaultdict(list)
    for task, record in records.order_by("pk").values_list("assignment", "pk").iterator():
        made[task].append(record)
    for task, ats in moments.items():
        for record, at in zip(made[task], ats, strict=False):
            records.filter(pk=record).update(recorded_at=at)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0013_contact_recorded_at")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
