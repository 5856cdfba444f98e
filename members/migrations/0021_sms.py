from django.db import migrations, models

MEANS = [('email', '电子邮件'), ('sms', '短信'), ('apprise', '机器人')]


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0020_service_tokens'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='noticechannel',
            name='channel_has_an_address',
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name='means',
                field=models.CharField(choices=MEANS, max_length=8, verbose_name='渠道'),
            )
            for model in ('delivery', 'noticechannel')
        ),
        migrations.AddConstraint(
            model_name='noticechannel',
            constraint=models.CheckConstraint(condition=models.Q(('means__in', ['email', 'sms']), ('address__gt', ''), _connector='OR'), name='channel_has_an_address'),
        ),
    ]
