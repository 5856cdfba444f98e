from django.db import migrations, models

STATES = [('waiting', '待发送'), ('sending', '发送中'), ('failed', '失败，将重试'), ('sent', '已发送'), ('dead', '多次失败，已停止'), ('needless', '无需再发送')]


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_delivery'),
    ]

    operations = [
        migrations.AlterField(
            model_name=model,
            name='state',
            field=models.CharField(choices=STATES, default='waiting', max_length=8, verbose_name='状态'),
        )
        for model in ('delivery', 'webhookcall')
    ]
