from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0017_fill_webhook_secrets'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='webhook',
            name='secret',
        ),
    ]
