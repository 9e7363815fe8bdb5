"""Celery: queues, routing, what happens to a task whose worker dies, and the schedule that beat follows.

docs/application.md gives the reason of each figure.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init, setup_logging
from kombu import Exchange, Queue

from config import redis_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

QUEUES = ("default", "reviews", "email")
# Seconds. The grace period of worker Pods must be longer, the visibility timeout is.
TASK_TIME_LIMIT = int(os.environ.get("CELERY_TASK_TIME_LIMIT", "120"))

# Without an environment (collectstatic while an image is built) there is no broker to reach.
_BROKER = redis_servers.from_environment().broker(os.environ.get("REDIS_URL") or "redis://unused/0")

app = Celery("resee")
app.conf.update(
    broker_url=_BROKER["broker_url"],
    broker_transport=_BROKER["broker_transport"],
    broker_use_ssl=_BROKER.get("broker_use_ssl", False),
    timezone=os.environ.get("CELERY_TIMEZONE", "Asia/Seoul"),
    # Each queue has a key of its own. Left to the defaults they would share one, and every task would be
    # put into all of them.
    task_queues=[Queue(name, Exchange("resee", type="direct"), routing_key=name) for name in QUEUES],
    task_default_queue="default",
    task_default_exchange="resee",
    task_default_routing_key="default",
    # A task sent to a queue that is not listed is an error at once, not a message that nobody reads.
    task_create_missing_queues=False,
    task_routes={
        "reviews.*": {"queue": "reviews"},
        "notifications.*": {"queue": "reviews"},
        "outbox.*": {"queue": "email"},
    },
    # A task is taken off the queue when it is done; one whose process or Pod dies is run again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    task_time_limit=TASK_TIME_LIMIT,
    task_soft_time_limit=TASK_TIME_LIMIT - 10,
    broker_transport_options={
        **_BROKER["broker_transport_options"],
        # Above the longest task, else a running task would be delivered a second time.
        "visibility_timeout": TASK_TIME_LIMIT + 30,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        # Seconds. Who dies while it looks holds up all others for so long.
        "unacked_mutex_expire": 10,
        "socket_connect_timeout": 5,
        "socket_timeout": 30,
        "socket_keepalive": True,
    },
    # A broker that is away is waited for, for ever; a restart of the process would not bring it back.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry_policy={
        "max_retries": 2,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.5,
    },
    # Results that somebody waits for are rows (analytics.Export); all others would fill Redis unread.
    task_ignore_result=True,
    result_expires=None,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=1000,
    beat_scheduler="config.beat:LockedScheduler",
    beat_max_loop_interval=5,
    beat_schedule={
        # On the hour everywhere: the clocks of India and Nepal are 30 and 45 minutes off the others'.
        "send-reminders": {
            "task": "notifications.tasks.send_reminders",
            "schedule": crontab(minute="0,15,30,45"),
        },
        # New e-mails wake the sender themselves; this is for those put off, and for a lost wake-up.
        "deliver-outbox": {"task": "outbox.tasks.deliver", "schedule": 60.0},
        "clean-up-outbox": {"task": "outbox.tasks.clean_up", "schedule": crontab(minute="50", hour="4")},
        "sweep-exports": {"task": "analytics.tasks.sweep_exports", "schedule": 60.0},
        "clean-up-tokens": {
            "task": "accounts.tasks.clean_up_tokens",
            "schedule": crontab(minute="30", hour="4"),
        },
    },
)
app.autodiscover_tasks()


@celeryd_init.connect
def _heartbeats(**_: object) -> None:
    """Only a worker needs these steps; importing them costs every web process time."""
    from config.heartbeats import ConsumerHeartbeat, WorkerHeartbeat

    app.steps["worker"].add(WorkerHeartbeat)
    app.steps["consumer"].add(ConsumerHeartbeat)


@setup_logging.connect
def _keep_django_logging(**_: object) -> None:
    """With a receiver here Celery leaves the logging that Django has set up as it is."""
