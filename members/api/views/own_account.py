"""Endpoints for everybody: signing in and out, their account, their notices."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox import views as knox
from knox.models import AuthToken
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from members import clock, services
from members.api import filters
from members.api.authentication import TokenAuthentication
from members.api.serializers import (
    CalendarAddressSerializer,
    CalendarSerializer,
    LoginSerializer,
    MeSerializer,
    NoticeSerializer,
    TokenSerializer,
)
from members.api.views.base import IsPerson, VisibleViewSet, described
from members.authentication import (
    account_called,
    check_second_factor,
    has_second_factor,
    is_by_directory,
    owed_first,
)
from members.models import CalendarFeed, Notice, User
from members.reader import Reader, reader_of
from members.visibility import visible


class AccountThrottle(ScopedRateThrottle):
    """Counts the attempts on one account too, from wherever they come."""

    def get_cache_key(self, request: Request, view: Any) -> str:
        data = request.data if isinstance(request.data, dict) else {}
        text = str(data.get("username", ""))[:150]
        account = account_called(text)  # the same whatever it is called
        ident = str(account.pk) if account else sha256(text.casefold().encode()).hexdigest()
        return self.cache_format % {"scope": f"{self.scope}_account", "ident": ident}


class LoginView(APIView):
    """A token in exchange for a login name and a password."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle, AccountThrottle]
    throttle_scope = "login"

    def get_authenticate_header(self, request: Request) -> str:
        """What to send instead, so that a failed attempt is a 401."""
        return "Token"

    @extend_schema(
        summary="登录，取得令牌", request=LoginSerializer, responses=TokenSerializer, auth=[]
    )
    def post(self, request: Request) -> Response:
        """One answer for an unknown name, a wrong password and a disabled account.

        403 while the person must do something on the pages first; 400 without the ``code`` of an
        account that asks for more than the password.
        """
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        user = authenticate(request, username=data["username"], password=data["password"])
        if not isinstance(user, User):
            raise exceptions.AuthenticationFailed(_("用户名或密码错误，或账号已停用"))
        owed = owed_first(Reader(user, clock.now()), by_password=not is_by_directory(user))
        if owed is not None:
            raise exceptions.PermissionDenied(owed.label)
        if has_second_factor(user):
            _require_second_factor(user, data.get("code", ""))
        row, token = AuthToken.objects.create(user)
        user_logged_in.send(sender=type(user), request=request, user=user)
        return Response(TokenSerializer({"token": token, "expiry": row.expiry}).data)


def _require_second_factor(user: User, code: str) -> None:
    if not code:
        asked = _("此账号已开启双因素验证，请同时提供动态验证码或恢复码")
        raise exceptions.ValidationError({"code": [asked]}, code="required")
    try:
        check_second_factor(user, code)
    except ValidationError as error:
        raise exceptions.ValidationError({"code": error.messages}) from error


@extend_schema(summary="注销当前令牌", request=None, responses={204: None})
class LogoutView(knox.LogoutView):
    """Deletes the token of the request."""

    authentication_classes = (TokenAuthentication,)


@extend_schema(summary="注销本人全部令牌", request=None, responses={204: None})
class LogoutAllView(knox.LogoutAllView):
    """Deletes every token of the person."""

    authentication_classes = (TokenAuthentication,)


class MeView(APIView):
    """The signed-in person."""

    @extend_schema(summary="我是谁、任何职务", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The account, its posts of today and how many notices are unread."""
        return Response(MeSerializer(request.user, context={"request": request}).data)


class CalendarView(APIView):
    """The person's dates as a calendar, at a secret address."""

    permission_classes = [IsAuthenticated, IsPerson]

    @extend_schema(
        operation_id="me_calendar_retrieve",
        summary="日历订阅是否开启",
        responses=CalendarSerializer,
    )
    def get(self, request: Request) -> Response:
        """Since when the present address is good; null while the calendar is off."""
        known = visible(reader_of(request), CalendarFeed.objects.all()).first()
        return Response(CalendarSerializer({"made_at": known and known.made_at}).data)

    @extend_schema(
        operation_id="me_calendar_create",
        summary="开启日历订阅，或更换地址",
        request=None,
        responses={201: CalendarAddressSerializer},
    )
    def post(self, request: Request) -> Response:
        """A new address, shown only once; the old one leads nowhere from now on."""
        reader = reader_of(request)
        secret = services.make_calendar_address(user=reader.user, at=reader.at)
        path = reverse("calendar_feed", args=[secret])
        url = (
            f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)
        )
        said = CalendarAddressSerializer({"made_at": reader.at, "url": url})
        return Response(said.data, status=201)

    @extend_schema(
        operation_id="me_calendar_destroy",
        summary="关闭日历订阅",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """The address leads nowhere from now on."""
        services.close_calendar(user=reader_of(request).user)
        return Response(status=204)


@described("通知", "list", "retrieve")
class NoticeViewSet(VisibleViewSet):
    """The person's own notices."""

    permission_classes = [IsAuthenticated, IsPerson]
    queryset = Notice.objects.select_related("on_behalf_of")
    serializer_class = NoticeSerializer
    filterset_class = filters.NoticeFilters

    @extend_schema(summary="标为已读", request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark a notice as read; the first reading counts."""
        notice = self.get_object()
        services.mark_read(notices=self.get_queryset().filter(pk=notice.pk), at=self.reader.at)
        notice.refresh_from_db()
        return Response(self.get_serializer(notice).data)

    @extend_schema(summary="全部标为已读", request=None, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read-all", pagination_class=None)
    def read_all(self, request: Request) -> Response:
        """Mark every notice of the person as read."""
        services.mark_read(notices=self.get_queryset(), at=self.reader.at)
        return Response(status=204)
