"""Django settings, all from the environment. docs/application.md lists every variable.

Logging is in config/logs.py, Celery in config/celery.py.
"""

from datetime import timedelta
from pathlib import Path

from config.environment import database, env, required
from config.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = required("SECRET_KEY")
# Keys that are read and not signed by: the new one before a rotation, the old one after it.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ENVIRONMENT = env.str("ENVIRONMENT", default="local")
FRONTEND_URL = env.str("FRONTEND_URL", default="http://localhost:8080").rstrip("/")
# The kubelet's probes ask for `localhost`; everything else must be listed.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[]), "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = list(dict.fromkeys([*env.list("CSRF_TRUSTED_ORIGINS", default=[]), FRONTEND_URL]))

INSTALLED_APPS = [
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt",  # for its sentences in Korean
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "accounts",
    "categories",
    "contents",
    "reviews",
    "notifications",
    "analytics",
    "outbox",
    "health",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.middleware.MetricsMiddleware",
    "core.kept.KeptAnswersMiddleware",
    "core.language.LanguageMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.database.DatabaseLossMiddleware",
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
            ],
        },
    }
]

DATABASES = {"default": database("DATABASE_URL")}
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = database("DATABASE_REPLICA_URL")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
DATABASE_ROUTERS = ["core.replica.ReplicaRouter"]
# Seconds for which a user who has just written reads from the primary: above the usual lag.
REPLICA_LAG_SECONDS = env.int("REPLICA_LAG_SECONDS", default=10)
# How long a migration waits for a lock before it gives way to the traffic (PostgreSQL's form).
MIGRATE_LOCK_TIMEOUT = env.str("MIGRATE_LOCK_TIMEOUT", default="5s")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL")
CACHE_URL = required("CACHE_URL")
CACHES = {
    "default": {
        "BACKEND": "core.redis.Cache",
        "LOCATION": CACHE_URL,
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "accounts.passwords.AddressSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
    )
]
# Whose answers may come from Redis (core.kept).
KEPT_PATHS = ("/api/review/today/",)

# Off where tiers are sold: then only the admin changes them.
TIER_SELF_SERVICE = env.bool("TIER_SELF_SERVICE", default=True)

LANGUAGE_CODE = "en-us"
# With its country: REST framework has Korean as `ko_KR` only, which Django does not look for under `ko`.
LANGUAGES = [("en-us", "English"), ("ko-kr", "한국어")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Seoul")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# nginx ends TLS and says so; cookies are secure wherever users come over https.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = FRONTEND_URL.startswith("https://")
X_FRAME_OPTIONS = "DENY"
# As nginx's client_max_body_size: 20 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

EMAIL_HOST = env.str("EMAIL_HOST", default="")
# Without a mail server the messages are written to the log's stream: stage Local.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Resee <noreply@resee.local>")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.Pages",
    "PAGE_SIZE": 20,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["core.throttles.AnonThrottle", "core.throttles.UserThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("THROTTLE_ANON", default="100/hour"),
        "user": env.str("THROTTLE_USER", default="1000/hour"),
        "login": env.str("THROTTLE_LOGIN", default="5/min"),
    },
    # nginx appends the client's address to X-Forwarded-For; what stands before it is hearsay.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=1),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "EXCEPTION_HANDLER": "core.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=60),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    # A changed password ends every session.
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": True,
}

# Seconds for which a refresh token that was used is answered with the one that was made for it.
REFRESH_GRACE_SECONDS = env.int("REFRESH_GRACE_SECONDS", default=30)

SPECTACULAR_SETTINGS = {
    "TITLE": "Resee",
    "DESCRIPTION": "Spaced repetition: contents, reviews, reminders.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.schema.describe_times",
        "core.schema.describe_errors",
    ],
}

# Asked every few seconds by the kubelet and Prometheus: counted, but not worth a line each.
LOG_SKIP_PATHS = tuple(env.list("LOG_SKIP_PATHS", default=["/api/health/", "/metrics"]))
SLACK_WEBHOOK_URL = env.str("SLACK_WEBHOOK_URL", default="")
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"), slack=bool(SLACK_WEBHOOK_URL))

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, environment=ENVIRONMENT, send_default_pii=False)
