"""Every address of the product."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config.health import health
from config.views import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("members.pages.urls")),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("accounts/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include("config.api")),
    path("health/", health, name="health"),
    path("language/", login_not_required(set_language), name="set_language"),
]
