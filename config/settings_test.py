"""Settings of the test suite; tests/services.py has set up the environment that they read."""

import os

os.environ.setdefault("SECRET_KEY", "a-key-that-guards-nothing-but-the-rows-of-test-databases")

from config.settings import *  # noqa: F403

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if DATABASES["default"]["ENGINE"] == "config.sqlite":  # noqa: F405
    # A file, unlike memory, can be shared with threads and with a Celery worker.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
CELERY_BROKER_TRANSPORT_OPTIONS |= {  # noqa: F405 -- each process of a test run has its queues
    "global_keyprefix": os.environ.get("TEST_PREFIX", f"test-{os.getpid()}-{WORKER}:"),
}
MEDIA_ROOT = DATA_DIR / f"attachments-{WORKER}"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, for tests only
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # nothing has collected the static files
