"""What wraps every request: its id, one log line, its measurement, the limit of its body.

These stand before Django's own middleware, so that a refused host or a broken view is counted too.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from core import metrics, request_id

logger = logging.getLogger("resee.access")

Next = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives the request its id and writes the one line that its answer leaves in the log."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.current.set(request_id.accept(request.headers.get(request_id.HEADER)))
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            response[request_id.HEADER] = request_id.current.get()
            self._log(request, response, time.perf_counter() - start)
            return response
        finally:
            request_id.current.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        if request.path.startswith(settings.LOG_SKIP_PATHS) and response.status_code < 400:
            return
        logger.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
            },
        )


class MetricsMiddleware:
    """Measures each request by route, and answers /metrics itself.

    /metrics is answered here because Prometheus asks by the Pod's address, which is no allowed host;
    nginx passes on /api and /admin only, so it is not reached from outside.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/metrics":
            return metrics.exposition()
        start = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        metrics.REQUESTS.labels(
            request.method, match.route if match else "unmatched", response.status_code
        ).observe(time.perf_counter() - start)
        return response


class BodyLimitMiddleware:
    """Refuses a body above DATA_UPLOAD_MAX_MEMORY_SIZE before it is read.

    Django looks at the size only where a view reads `request.body`; the JSON parser reads the stream.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not length.isdigit() or int(length) > limit:
            sentence = _("The body must not exceed %(limit)d bytes.") % {"limit": limit}
            return JsonResponse({"detail": sentence}, status=413)
        return self.get_response(request)
