"""Every URL of the product."""

from allauth.account.views import LoginView, logout
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import back_office
from config.demo_logins import logins
from config.handbook import handbook
from config.health import health
from config.views import home, not_found

# Who the invented people are is known up here; a template calls what it is given.
login = LoginView.as_view(extra_context={"demo_logins": logins})

handler400 = "config.error_pages.bad_request"
handler500 = "config.error_pages.server_error"

handler404 = not_found
urlpatterns = [
    path("", home, name="home"),
    path("", include("members.pages.urls")),
    path("", include("proposals.pages.urls")),
    path("", include("supervision.pages.urls")),
    path("accounts/login/", login, name="account_login"),
    path("accounts/", include("members.pages.signing_in.urls")),
    path("admin/logout/", logout, name="admin_logout"),  # the one way out
    path("admin/", back_office.site.urls),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include("config.api")),
    path("handbook/<slug:name>/", handbook, name="handbook"),
    path("health/", health, name="health"),
    path("language/", login_not_required(set_language), name="set_language"),
]
