from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0006_saved_views'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['name'], name='user_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['phone'], name='user_phone'),
        ),
    ]
