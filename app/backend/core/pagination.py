"""Lists are paged, and a client cannot ask for a page large enough to hurt."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`: 20 by default, at most 100."""

    page_size_query_param = "page_size"
    max_page_size = 100
