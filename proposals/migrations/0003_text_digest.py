"""The same proposer hands in the same text once a session."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0002_index")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="text_digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="文本摘要"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lead__isnull", False), ("text_digest__gt", "")),
                fields=("session", "lead", "text_digest"),
                name="text_once_of_a_member_in_its_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("body__isnull", False), ("text_digest__gt", "")),
                fields=("session", "body", "text_digest"),
                name="text_once_of_a_body_in_its_session",
            ),
        ),
    ]
