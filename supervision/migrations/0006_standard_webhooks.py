import json

from django.db import migrations

BATCH = 500


def rewrite(apps, schema_editor):
    """Let calls that wait, or are made again, tell of their event in the shape of Standard Webhooks."""
    calls = apps.get_model("members", "WebhookCall")
    rows = calls.objects.order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        keys = [call.event for call in batch]
        events = apps.get_model("proposals", "Event").objects.in_bulk(keys)
        for call in batch:
            told = json.loads(call.body)
            event = events.get(call.event)
            proposal = told.get("proposal") or {}
            data = {
                "id": call.event,
                "call_id": told.get("call_id"),
                "subject_kind": told.get("kind"),
                "subject_id": told.get("subject"),
                "version": event.sequence if event else None,
                "committee": told.get("committee"),
                "proposal": proposal.get("id"),
                "case_no": proposal.get("case_no") or "",
                "action": told.get("action"),
                "source": told.get("from"),
                "target": told.get("to"),
                "channel": event.channel if event else None,
            }
            at = (told.get("at") or "").replace("+00:00", "Z")
            payload = {"type": call.kind, "timestamp": at, "data": data}
            call.body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        calls.objects.bulk_update(batch, ["body"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0018_remove_webhook_secret"),
        ("proposals", "0016_record_posts"),
        ("supervision", "0005_duty_without_person"),
    ]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
