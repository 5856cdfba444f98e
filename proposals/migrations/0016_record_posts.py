from django.db import migrations

from members import clock

from proposals.models import Event

REASON = "任职先于台账的记载"


def record(apps, schema_editor):
    """Give every post of before its first event: who holds it, and that nobody knows why."""
    at = clock.now()
    events = apps.get_model("proposals", "Event")
    posts = apps.get_model("members", "Post").objects.filter(version=0)
    related = posts.select_related("user", "unit", "body", "member", "committee").order_by("pk")
    for post in related.iterator(chunk_size=500):
        scope = post.unit or post.body or post.member
        place = post.committee.name if post.committee else ""
        event = events(
            subject_kind="post",
            subject_id=post.pk,
            sequence=1,
            committee_id=post.committee_id,
            action="appoint",
            source="",
            target="held" if post.until is None else "ended",
            channel="system",
            at=at,
            input={
                "holder": post.user.name or post.user.username,
                "scope": scope.name if scope else place,
                "reason": REASON,
                "user": post.user_id,
                "role": post.role,
                "unit": post.unit_id,
                "body": post.body_id,
                "member": post.member_id,
                "since": post.since and post.since.isoformat(),
                "until": post.until and post.until.isoformat(),
            },
        )
        event.hash = post.ledger_hash = Event.digest(event)
        event.save(force_insert=True)
        post.version = 1
        post.save(update_fields=["version", "ledger_hash"])


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_post_on_record"),
        ("proposals", "0015_event_without_committee"),
    ]

    operations = [migrations.RunPython(record, migrations.RunPython.noop)]
