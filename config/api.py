"""Version 1 of the API: one router, filled by each app."""

from rest_framework.routers import DefaultRouter

from members.api import urls as members
from proposals.api import urls as proposals
from supervision.api import urls as supervision

router = DefaultRouter()
members.register(router)
proposals.register(router)
supervision.register(router)
