"""Lists are paged, and a client cannot ask for a page large enough to hurt."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`: 20 by default, at most 100."""

    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int | None:
        """As DRF's, but a size that is no positive number is an error and not silently the default."""
        given = request.query_params.get("page_size")
        if given is not None and not (given.isdecimal() and int(given) > 0):
            raise ValidationError({"page_size": [_("A positive whole number is required.")]})
        return super().get_page_size(request)
