"""GET /api/schema/: the API as OpenAPI 3."""

from typing import Any

from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView


class SchemaView(APIView):
    """Hands over to drf-spectacular, which is imported at the first call: it costs a start 100 ms."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        from drf_spectacular.views import SpectacularAPIView

        view = SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[])
        return view(request, *args, **kwargs)


urlpatterns = [path("", SchemaView.as_view(), name="schema")]
