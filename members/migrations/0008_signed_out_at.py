from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0007_sign_in_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='signed_out_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='上次全部退出'),
        ),
    ]
