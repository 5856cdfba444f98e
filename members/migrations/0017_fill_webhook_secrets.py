from base64 import b64encode, urlsafe_b64decode

from django.db import migrations

PREFIX = "whsec_"


def rewritten(secret):
    """The same 256 bits, in the base64 that Standard Webhooks wants."""
    bits = secret.removeprefix(PREFIX)
    return PREFIX + b64encode(urlsafe_b64decode(bits + "=" * (-len(bits) % 4))).decode()


def move(apps, schema_editor):
    """Give every webhook its secret as a row of its own."""
    secrets = apps.get_model("members", "WebhookSecret")
    rows = apps.get_model("members", "Webhook").objects.values_list("pk", "secret", "made_at")
    secrets.objects.bulk_create(
        secrets(webhook_id=pk, value=rewritten(secret), made_at=made_at)
        for pk, secret, made_at in rows.iterator(chunk_size=500)
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0016_webhook_secrets")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
