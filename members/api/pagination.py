"""Pages of bounded size."""

from rest_framework.pagination import PageNumberPagination


class BoundedPagination(PageNumberPagination):
    """50 rows a page, up to 200 by ``page_size``, with the count of all."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
