"""Pages of bounded size."""

from typing import Any

from rest_framework.pagination import PageNumberPagination


class BoundedPagination(PageNumberPagination):
    """50 rows a page, up to 200 by ``page_size``, with the count of all."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of the page: on the first and the last one a link is null."""
        page = super().get_paginated_response_schema(schema)
        for link in ("next", "previous"):
            page["properties"][link] = {"type": ["string", "null"], "format": "uri"}
        return {**page, "required": list(page["properties"])}
