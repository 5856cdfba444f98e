"""A proposal is never merged into itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0004_fill_text_digest")]

    operations = [
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", True), models.Q(("merged_into", models.F("id")), _negated=True), _connector="OR"),
                name="proposal_not_merged_into_itself",
            ),
        ),
    ]
