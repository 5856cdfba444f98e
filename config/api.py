"""Version 1 of the API: what each app registers and adds."""

from rest_framework.routers import DefaultRouter

from members.api import urls as members
from proposals.api import urls as proposals
from supervision.api import urls as supervision

router = DefaultRouter()
router.include_format_suffixes = False  # one address for each thing
members.register(router)
proposals.register(router)
supervision.register(router)

urlpatterns = [*members.urlpatterns, *router.urls]
