"""Settings of the site. Where it keeps its data and finds the servers comes from the environment of a run."""

import os

FOLDER = os.environ["W"]
SECRET_KEY = "only for measuring"  # noqa: S105 - nobody signs in
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "helpdesk_site.urls"
STATIC_URL = "/static/"
MEDIA_ROOT, MEDIA_URL = f"{FOLDER}/files", "/files/"
INSTALLED_APPS = [
    *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "humanize", "messages", "sessions")),
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "rest_framework",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
_CONTEXT = ("django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", *_CONTEXT]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{FOLDER}/helpdesk.db",
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"},  # as careful as ours
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_PORT"])
DEFAULT_FROM_EMAIL = "helpdesk@example.org"
HELPDESK_TEAMS_MODE_ENABLED = False  # would need one more package
