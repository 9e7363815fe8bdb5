"""/api/health/: plain views without users, tokens or throttles, so that they say one thing only."""

import logging

from django.http import HttpRequest, JsonResponse

from health import checks

logger = logging.getLogger(__name__)


def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The process answers. Touches nothing: a restart would not mend a database."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 where a request would succeed: database and Redis answer, the image's migrations are applied. With
    a replica, where a read would."""
    results = checks.run()
    return _answer(results, {check.name: check.error or "ok" for check in results})


def detailed(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Each dependency with its latency; the status code is that of `ready`."""
    results = checks.run()
    return _answer(
        results,
        {check.name: {"status": check.error or "ok", "latency_ms": check.milliseconds} for check in results},
    )


def _answer(results: list[checks.Check], parts: dict[str, object]) -> JsonResponse:
    failed = [f"{check.name}: {check.error}" for check in results if check.error]
    if failed:
        logger.warning("not ready: %s", "; ".join(failed))
    served = checks.serves(results)
    status = "ok" if not failed else "reading only" if served else "unavailable"
    return JsonResponse({"status": status, "checks": parts}, status=200 if served else 503)
