from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0018_remove_webhook_secret'),
    ]

    operations = [
        migrations.AddField(
            model_name='heartbeat',
            name='queue',
            field=models.CharField(default='prompt', max_length=20, unique=True, verbose_name='队列'),
            preserve_default=False,
        ),
    ]
