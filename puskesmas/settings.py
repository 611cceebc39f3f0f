"""Every setting of Puskesos, read from the environment with defaults for one office on one PC.

``docs/configuration.md`` lists the variables. The defaults need no server: SQLite in
``PUSKESOS_DATA_DIR`` and a Celery broker in a second SQLite file.
"""

from pathlib import Path
from urllib.parse import urlsplit

from environs import Env
from whitenoise.compress import Compressor

from puskesmas import broker as _broker
from puskesmas import keys as _keys

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("PUSKESOS_DATA_DIR", str(BASE_DIR / "var" / "village")))
DATA_DIR.mkdir(parents=True, exist_ok=True)
KEYS = _keys.load_or_create(Path(env.str("PUSKESOS_KEYS_FILE", str(DATA_DIR / "keys.json"))))

# --- Where this installation answers -------------------------------------------------------
BASE_URL = env.str("PUSKESOS_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(BASE_URL)
_SECURE = _base.scheme == "https"
_LOOPBACK = _base.hostname in {"127.0.0.1", "localhost", "::1"}
# Plain HTTP leaves passwords readable on the wire: only on loopback, or by an explicit choice.
ALLOW_PLAIN_HTTP_ON_LAN = env.bool("PUSKESOS_ALLOW_PLAIN_HTTP_ON_LAN", False)
if not (_SECURE or _LOOPBACK or ALLOW_PLAIN_HTTP_ON_LAN):
    raise ValueError(
        f"PUSKESOS_BASE_URL={BASE_URL} is plain HTTP outside this machine. Use https, or set "
        "PUSKESOS_ALLOW_PLAIN_HTTP_ON_LAN=1 on a network you trust."
    )

SECRET_KEY = KEYS.secret_key
DEBUG = env.bool("PUSKESOS_DEBUG", False)
ALLOWED_HOSTS = env.list(
    "PUSKESOS_ALLOWED_HOSTS", [_base.hostname, "127.0.0.1", "localhost", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = f"puskesos_{_base.port or 'web'}"
CSRF_COOKIE_NAME = f"puskesos_csrf_{_base.port or 'web'}"
SESSION_COOKIE_AGE = env.int("PUSKESOS_SESSION_SECONDS", 10 * 3600)
_BEHIND_PROXY = env.bool("PUSKESOS_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _BEHIND_PROXY else None
# Only a proxy of ours can tell http from https here; without its word a redirect would never end.
SECURE_SSL_REDIRECT = _SECURE and _BEHIND_PROXY
# A container asks itself over plain HTTP whether it is well.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
# How many proxies in front append to X-Forwarded-For; 0 means the header is never believed.
TRUSTED_PROXIES = env.int("PUSKESOS_TRUSTED_PROXIES", 0)
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Apps: the order is the order of the layers ----------------------------------------------
INSTALLED_APPS = [
    "puskesmas",
    "reports.letters",
    "registry",
    "programs",
    "complaints",
    "referrals",
    "reports.figures",
    "moving",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "puskesmas.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "puskesmas.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "puskesmas.middleware.ActorMiddleware",
    "puskesmas.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "puskesmas.urls"
WSGI_APPLICATION = "puskesmas.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "puskesmas.context.shell",
            ],
            "builtins": ["puskesmas.templatetags.puskesos", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "puskesmas.forms.Renderer"

# --- Database ----------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'puskesos.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    # Measured: with Django's defaults five writers fail; with these none does.
    DATABASE["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # An on-disk test database: threads and worker processes of the tests must share it.
    DATABASE["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASE["CONN_MAX_AGE"] = 600
    DATABASE["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Celery: it only wakes the senders; the truth of delivery is the outbox table ---------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", f"sqla+sqlite:///{DATA_DIR / 'broker.sqlite3'}")
CELERY_BROKER_TRANSPORT_OPTIONS = _broker.transport_options(CELERY_BROKER_URL)
# A request never waits long for a broker that is gone: beat resends what the outbox holds.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Remote control needs a broadcast the embedded broker lacks; the heartbeat row tells who lives.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "puskesmas.beat.SteadyScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
OUTBOX_EVERY_SECONDS = env.float("PUSKESOS_OUTBOX_EVERY_SECONDS", 20.0)
FETCH_EVERY_SECONDS = env.float("PUSKESOS_FETCH_EVERY_SECONDS", 20.0)
# A sender's claim on a message; longer than any try lasts, so that only a dead sender loses it.
OUTBOX_LEASE_SECONDS = env.float("PUSKESOS_OUTBOX_LEASE_SECONDS", 90.0)
OUTBOX_FIRST_WAIT_SECONDS = env.float("PUSKESOS_OUTBOX_FIRST_WAIT_SECONDS", 5.0)
OUTBOX_LONGEST_WAIT_SECONDS = env.float("PUSKESOS_OUTBOX_LONGEST_WAIT_SECONDS", 900.0)
EXCHANGE_TIMEOUT_SECONDS = env.float("PUSKESOS_EXCHANGE_TIMEOUT_SECONDS", 20.0)
# Files of a referral travel apart from it, in parts, between messages.
FILES_EVERY_SECONDS = env.float("PUSKESOS_FILES_EVERY_SECONDS", 20.0)
FILES_SLICE_SECONDS = env.float("PUSKESOS_FILES_SLICE_SECONDS", 15.0)
FILES_PART_BYTES = env.int("PUSKESOS_FILES_PART_BYTES", 64 * 1024)
FILES_MAX_BYTES = env.int("PUSKESOS_FILES_MAX_BYTES", 10 * 1024 * 1024)
FILES_MAX_BYTES_PER_REFERRAL = env.int("PUSKESOS_FILES_MAX_BYTES_PER_REFERRAL", 40 * 1024 * 1024)
FILES_INCOMPLETE_DAYS = env.int("PUSKESOS_FILES_INCOMPLETE_DAYS", 14)
# Prints of whole lists name many people, and can be drawn again.
PRINTS_KEPT_DAYS = env.int("PUSKESOS_PRINTS_KEPT_DAYS", 14)
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "puskesmas.tasks.heartbeat", "schedule": 30.0},
    "send-due-messages": {
        "task": "puskesmas.tasks.send_due_messages",
        "schedule": OUTBOX_EVERY_SECONDS,
    },
    "send-files": {"task": "referrals.tasks.send_files", "schedule": FILES_EVERY_SECONDS},
    "tidy-packages": {"task": "referrals.tasks.tidy_packages", "schedule": 3600.0},
    "tidy-files": {"task": "referrals.tasks.tidy_files", "schedule": 3600.0},
    "fetch-answers": {"task": "referrals.tasks.fetch_answers", "schedule": FETCH_EVERY_SECONDS},
    "publish-records": {
        "task": "referrals.tasks.publish_records",
        "schedule": OUTBOX_EVERY_SECONDS,
    },
    "tell-verval-progress": {
        "task": "referrals.tasks.tell_verval_progress",
        "schedule": 3600.0,
    },
    # Looks whether an office's hour of the night has come, and goes on with what was asked for.
    "compare-lists": {"task": "referrals.tasks.compare_lists", "schedule": 60.0},
    "exchange-cards": {"task": "referrals.tasks.exchange_cards", "schedule": 600.0},
    "render-waiting-letters": {
        "task": "reports.letters.tasks.render_waiting_letters",
        "schedule": 60.0,
    },
    "lapse-letters": {"task": "reports.letters.tasks.lapse_letters", "schedule": 3600.0},
    "draw-waiting-prints": {"task": "programs.tasks.draw_waiting_prints", "schedule": 60.0},
    "tidy-prints": {"task": "programs.tasks.tidy_prints", "schedule": 3600.0},
    "load-waiting-lists": {"task": "registry.tasks.run_waiting_imports", "schedule": 60.0},
    "seal-history": {"task": "puskesmas.tasks.seal_history", "schedule": 3600.0},
    "tidy": {"task": "puskesmas.tasks.tidy", "schedule": 3600.0},
}

# --- E-mail: links to partners; without a server their letters carry a code instead --------------
_mail = env.dj_email_url("PUSKESOS_EMAIL_URL", "dummy://")
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
# Shorter than a sender's claim on the message.
EMAIL_TIMEOUT = env.float("PUSKESOS_EMAIL_TIMEOUT_SECONDS", 20.0)
EMAIL_FROM = DEFAULT_FROM_EMAIL = env.str("PUSKESOS_EMAIL_FROM", "")
if bool(EMAIL_HOST) != bool(EMAIL_FROM) or (EMAIL_HOST and "EMAIL_BACKEND" not in _mail):
    raise ValueError(
        "PUSKESOS_EMAIL_URL (submission://user:password@host) and PUSKESOS_EMAIL_FROM are set "
        "together, or neither."
    )
if EMAIL_HOST_PASSWORD and not (EMAIL_USE_TLS or EMAIL_USE_SSL):
    raise ValueError("PUSKESOS_EMAIL_URL would send its password unprotected: use submission://")
# How long a partner's link or code opens its page.
PARTNER_PAGE_DAYS = env.int("PUSKESOS_PARTNER_PAGE_DAYS", 180)

# --- Accounts ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "puskesmas.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "puskesmas.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {
    "login": "puskesmas.account_forms.LoginForm",
    "reauthenticate": "puskesmas.account_forms.ReauthenticateForm",
    "change_password": "puskesmas.account_forms.ChangePasswordForm",
}
# Several people share the office's PC: closing the browser ends the session.
ACCOUNT_SESSION_REMEMBER = False
# Our own database buckets limit log-ins (account first, address second): allauth's live in a
# per-process cache and would forget.
ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "puskesmas.account_forms.SecondFactorForm",
    "reauthenticate": "puskesmas.account_forms.SecondFactorAgainForm",
}
# In the session: a cookie with a name in it would be readable on the PC everybody shares.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# --- Language and time: stored in UTC, shown in the office's zone --------------------------------
LANGUAGE_CODE = "id"
# Each in its own words, whatever the page speaks.
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "puskesmas" / "locale"]
LANGUAGE_COOKIE_NAME = "puskesos_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
FORMAT_MODULE_PATH = ["puskesmas.formats"]

# --- Files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("PUSKESOS_STATIC_ROOT", str(DATA_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Source maps are for developers only; compressing them took most of the time of collectstatic.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
ATTACHMENT_MAX_BYTES = env.int("PUSKESOS_ATTACHMENT_MAX_BYTES", 10 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * 1024 * 1024
# What one hand-carried package holds at most, and how long its bytes are kept once all in it is
# settled.
PACKAGE_MAX_BYTES = env.int("PUSKESOS_PACKAGE_MAX_BYTES", 50 * 1024 * 1024)
PACKAGE_KEPT_DAYS = env.int("PUSKESOS_PACKAGE_KEPT_DAYS", 30)
IMPORT_MAX_BYTES = env.int("PUSKESOS_IMPORT_MAX_BYTES", 60 * 1024 * 1024)

# --- Content security: nothing from outside, no inline script or style ---------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- REST ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "puskesmas.api.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["puskesmas.api.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["puskesmas.api_requests.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "puskesmas.api_lists.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "puskesmas.schema.Schema",
    "EXCEPTION_HANDLER": "puskesmas.api.problem_response",
    "PAGE_SIZE": 20,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Puskesos",
    "VERSION": "1",
    "DESCRIPTION": "The same verbs as the screens, for programs. See docs/api.md.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    # Opened all at once, its hundreds of addresses keep a browser busy for half a minute.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CaseStateEnum": "complaints.workflow.CaseState",
        "CaseOutcomeEnum": "complaints.models.Complaint.Outcome",
        "VisitStateEnum": "complaints.models.VisitState",
        "PaperReviewEnum": "complaints.models.ComplaintPaper.Review",
        "LetterStateEnum": "reports.letters.workflow.LetterState",
        "InboxStateEnum": "referrals.workflow.Inbox",
        "AnswerEnum": "referrals.workflow.Answer",
        "DifferenceStandingEnum": "referrals.reconciliation.workflow.Standing",
        "StandingEnum": "programs.models.Judgement.Standing",
        "SourceByHandEnum": "referrals.api.BY_HAND",
        "ProposalKindEnum": "registry.models.proposals.Proposal.Kind",
        "ProposalStateEnum": "registry.proposals.workflow.ProposalState",
        "FindingEnum": "registry.models.verval.VervalRow.Finding",
        "MeetingOutcomeEnum": "registry.models.proposals.MeetingItem.Outcome",
        "RegisterResultEnum": "registry.models.registers.RegisterCheck.Result",
        "CriterionResultEnum": "registry.criteria.selectors.RESULTS",
        "CandidateResultEnum": "programs.models.calls.Candidate.Result",
        "CallStateEnum": "programs.models.calls.CallState",
        "DistributionStateEnum": "programs.models.distribution.DistributionState",
        "DistributionKindEnum": "programs.models.distribution.Distribution.Kind",
        "AidRecipientStateEnum": "programs.models.distribution.RecipientState",
        "WayEnum": "programs.models.distribution.AidRecipient.Way",
        "StruckByHandEnum": "programs.distribution.api.STRUCK_BY_HAND",
        "VervalStateEnum": "registry.models.verval.VervalState",
        "VervalOutcomeEnum": "registry.models.verval.VervalRow.Outcome",
        "RealisedEnum": "referrals.api.REALISED",
        "ListKindEnum": "registry.models.lists.Import.Kind",
        "ListStatusEnum": "registry.models.lists.Import.Status",
        "RowOutcomeEnum": "registry.models.lists.ImportRow.Outcome",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "puskesmas.schema.add_problems",
    ],
}

# --- Logs: one line a record, NIK, KK and phone numbers blanked everywhere -----------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "puskesmas.logs.RedactFilter"}},
    "formatters": {"line": {"()": "puskesmas.logs.LineFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("PUSKESOS_LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Else it writes by a handler of its own, and an address with what was typed into it.
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        "httpx": {"level": "WARNING"},
        # What beat wakes every few seconds is not news.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}

DEMO = env.bool("PUSKESOS_DEMO", False)
# Whether the domain's other hosts are https too, and its place in the browsers' preload lists, is
# for the owner of the domain to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
