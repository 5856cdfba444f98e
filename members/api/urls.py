"""Addresses of people, bodies and rules under the API's root."""

from django.urls import path
from rest_framework.routers import BaseRouter

from members.api.views import committees, delivery, own_account, people, rulebooks, service_tokens


def register(router: BaseRouter) -> None:
    """Add the view sets of this application to the API."""
    router.register("committees", committees.CommitteeViewSet)
    router.register("terms", committees.TermViewSet)
    router.register("sessions", committees.SessionViewSet)
    router.register("bodies", committees.BodyViewSet)
    router.register("units", committees.UnitViewSet)
    router.register("members", people.MemberViewSet)
    router.register("posts", people.PostViewSet)
    router.register("users", people.UserViewSet)
    router.register("rulebooks", rulebooks.RulebookViewSet)
    router.register("notices", own_account.NoticeViewSet)
    router.register("notice-channels", delivery.NoticeChannelViewSet)
    router.register("stand-ins", delivery.StandInViewSet)
    router.register("deliveries", delivery.DeliveryViewSet)
    router.register("service-tokens", service_tokens.ServiceTokenViewSet)
    router.register("webhooks", delivery.WebhookViewSet)
    router.register("webhook-calls", delivery.WebhookCallViewSet)


urlpatterns = [
    path("me/", own_account.MeView.as_view(), name="me"),
    path("me/calendar/", own_account.CalendarView.as_view(), name="my-calendar"),
    path("auth/login/", own_account.LoginView.as_view(), name="auth-login"),
    path("auth/logout/", own_account.LogoutView.as_view(), name="auth-logout"),
    path("auth/logoutall/", own_account.LogoutAllView.as_view(), name="auth-logoutall"),
]
