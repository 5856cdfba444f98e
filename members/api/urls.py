"""Addresses of people, bodies and rules under the API's root."""

from django.urls import path
from rest_framework.routers import BaseRouter

from members.api.views import committees, outside, own, people, rulebooks


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
    router.register("notices", own.NoticeViewSet)
    router.register("notice-channels", outside.NoticeChannelViewSet)
    router.register("stand-ins", outside.StandInViewSet)
    router.register("deliveries", outside.DeliveryViewSet)
    router.register("webhooks", outside.WebhookViewSet)
    router.register("webhook-calls", outside.WebhookCallViewSet)


urlpatterns = [
    path("me/", own.MeView.as_view(), name="me"),
    path("auth/login/", own.LoginView.as_view(), name="auth-login"),
    path("auth/logout/", own.LogoutView.as_view(), name="auth-logout"),
    path("auth/logoutall/", own.LogoutAllView.as_view(), name="auth-logoutall"),
]
