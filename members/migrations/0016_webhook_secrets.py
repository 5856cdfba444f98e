import django.db.models.deletion
import members.models.webhook
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0015_rulebook_values'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(default=members.models.webhook.new_secret, editable=False, max_length=100)),
                ('made_at', models.DateTimeField(verbose_name='启用时间')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='members.webhook')),
            ],
            options={
                'verbose_name': '推送密钥',
                'verbose_name_plural': '推送密钥',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at', None)), fields=('webhook',), name='webhook_secret_current')],
            },
        ),
    ]
