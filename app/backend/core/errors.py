"""Errors are JSON, with the field at fault where there is one."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import exception_handler


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, with a list of errors put under a field's name."""
    response = exception_handler(exc, context)
    if response is not None and isinstance(response.data, list):
        response.data = {"non_field_errors": response.data}
    return response


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    """Replaces Django's HTML page for an unknown path."""
    return JsonResponse({"detail": _("Not found.")}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    """Replaces Django's HTML page for a request that it refuses (an unknown host, a broken form)."""
    return JsonResponse({"detail": _("Bad request.")}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    """Replaces Django's HTML page for a refused request."""
    return JsonResponse({"detail": _("Forbidden.")}, status=403)


def server_error(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Replaces Django's HTML page for a failed view; the log line of the failure carries the request id."""
    return JsonResponse({"detail": _("The server failed. The failure has been recorded.")}, status=500)
