"""Makes the exports that users asked for."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from analytics.models import Export
from contents.models import Content
from core.redis import broker

DATABASE_AWAY = (OperationalError, InterfaceError)
# An export takes seconds; one that is still pending after this was lost on its way, and is sent again. While
# others wait in its queue it may be among them, and is given longer.
LOST_AFTER = timedelta(minutes=1)
LOST_AFTER_QUEUEING = timedelta(minutes=5)
QUEUE = "default"
# Long enough to fetch it, short enough not to keep a second copy of everyone's contents.
KEPT_FOR = timedelta(days=1)


@shared_task(autoretry_for=DATABASE_AWAY, retry_backoff=2, retry_backoff_max=60, max_retries=8)
def make_export(export_id: str) -> str:
    """Writes the document into the export's row; running twice writes the same.

    A row that is gone is no error: since the task was sent its owner was deleted, or the database restored.
    """
    export = Export.objects.select_related("owner").filter(pk=export_id).first()
    if export is None:
        return "gone"
    if export.status != Export.Status.PENDING:
        return export.status
    try:
        export.document = document(export)
        export.status = Export.Status.DONE
    except DATABASE_AWAY:
        # As in a failover: it is made a few seconds later.
        raise
    except Exception:
        Export.objects.filter(pk=export_id).update(status=Export.Status.FAILED, finished_at=timezone.now())
        raise
    export.finished_at = timezone.now()
    export.save(update_fields=["document", "status", "finished_at"])
    return export.status


def document(export: Export) -> dict[str, Any]:
    """Everything that the owner has written, with the state of its reviews."""
    rows = Content.objects.filter(author=export.owner).values(
        "title",
        "body",
        "category__name",
        "created_at",
        "schedules__next_review_date",
        "schedules__interval_index",
    )
    contents = [
        {
            "title": row["title"],
            "body": row["body"],
            "category": row["category__name"],
            "created_at": row["created_at"].isoformat(),
            "next_review_date": row["schedules__next_review_date"].isoformat(),
            "interval_index": row["schedules__interval_index"],
        }
        for row in rows.order_by("id")
    ]
    return {"email": export.owner.email, "count": len(contents), "contents": contents}


@shared_task
def sweep_exports() -> int:
    """Sends lost exports again and deletes old ones; returns how many were sent."""
    now = timezone.now()
    Export.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    age = LOST_AFTER_QUEUEING if broker().llen(QUEUE) else LOST_AFTER
    lost = Export.objects.filter(status=Export.Status.PENDING, created_at__lt=now - age)
    ids = [str(pk) for pk in lost.values_list("pk", flat=True)[:1000]]
    for export_id in ids:
        make_export.apply_async((export_id,), task_id=export_id)
    return len(ids)
