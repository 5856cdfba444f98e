"""Verify a webhook call of Ti'an: nothing but the standard library of Python 3.

    python3 verify_webhook.py SECRET ID TIMESTAMP SIGNATURES < body

SECRET is the secret of the webhook, ``whsec_…``. ID, TIMESTAMP and SIGNATURES are the headers
``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``. The exit code is 0 for a genuine
call, and 1 for any other.
"""

import base64
import hashlib
import hmac
import sys
import time

TOLERANCE = 5 * 60
"""Seconds by which the clocks may differ; an older call may be a replayed one."""


def is_genuine(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Whether the holder of ``secret`` sent ``body``, the bytes as they came, just now."""
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is rotated there are several signatures: one of them must be ours.
    given = signatures.encode().split()
    return any(hmac.compare_digest(expected.encode(), one) for one in given)


if __name__ == "__main__":
    genuine = is_genuine(*sys.argv[1:5], sys.stdin.buffer.read())
    print("genuine" if genuine else "refused")
    sys.exit(not genuine)
