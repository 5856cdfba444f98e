from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0012_event_call_id")]

    operations = [
        migrations.AddField(
            model_name="contactrecord",
            name="recorded_at",
            field=models.DateTimeField(
                default=datetime(1970, 1, 1, tzinfo=UTC), verbose_name="记录时间"
            ),
            preserve_default=False,
        )
    ]
