from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0011_clues'),
    ]

    operations = [
        migrations.RenameField(model_name='event', old_name='act', new_name='call_id'),
    ]
