"""Celery. The database is the truth and the broker a hint: messages carry ids only."""

from __future__ import annotations

from kombu.entity import Queue

from adforge.broker import broker_url
from adforge.settings.base import ADFORGE_VAR
from adforge.settings.env import env_int, env_str

CELERY_BROKER_URL = env_str("CELERY_BROKER_URL") or broker_url(ADFORGE_VAR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_TASK_TRACK_STARTED = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 60
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

RENDER_TASK_SECONDS = env_int("RENDER_TASK_SECONDS", 3600)
CELERY_TASK_SOFT_TIME_LIMIT = RENDER_TASK_SECONDS
CELERY_TASK_TIME_LIMIT = RENDER_TASK_SECONDS + 60

CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if CELERY_BROKER_URL.startswith("redis"):
    # A task that outlives the visibility timeout is started a second time, so the timeout stays well above
    # it; the short restore sweep brings the task of a killed worker back within seconds.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3 * RENDER_TASK_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "socket_timeout": 30,
    }
elif CELERY_BROKER_URL.startswith("amqp"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
    # Quorum queues survive a lost node and count deliveries. RabbitMQ from 3.12 reads its patience with an
    # unacknowledged task from the queue; before, the server's consumer_timeout must exceed the longest task.
    QUEUE_ARGUMENTS = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 5,
        "x-consumer-timeout": 1000 * (CELERY_TASK_TIME_LIMIT + 60),
    }
    CELERY_TASK_DEFAULT_QUEUE_TYPE = CELERY_TASK_CREATE_MISSING_QUEUE_TYPE = "quorum"
    CELERY_TASK_QUEUES = [Queue(name, queue_arguments=QUEUE_ARGUMENTS) for name in ("io", "cpu")]

CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_TASK_ROUTES = {
    "renderer.tasks.render_variant": {"queue": "cpu"},
    "renderer.tasks.*": {"queue": "io"},
    "campaigns.tasks.*": {"queue": "io"},
}
CELERY_BEAT_SCHEDULE = {
    "reap-stalled-jobs": {"task": "renderer.tasks.reap_stalled_jobs", "schedule": 15.0},
    "resend-waiting": {"task": "campaigns.tasks.resend_waiting", "schedule": 60.0},
    "purge-uploads": {"task": "campaigns.tasks.purge_uploads", "schedule": 3600.0},
    "purge-checks": {"task": "renderer.tasks.purge_checks", "schedule": 3600.0},
    "check-audit-chain": {"task": "campaigns.tasks.check_audit_chain", "schedule": 86400.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(ADFORGE_VAR / "run" / "beat-schedule")
