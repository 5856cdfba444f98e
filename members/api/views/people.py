"""Members, posts and accounts."""

from functools import partial
from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from members import permissions, services
from members.api import filters, serializers
from members.api.views.base import (
    CommitteeRows,
    EditableViewSet,
    ServiceWritesMixin,
    VisibleViewSet,
    described,
)
from members.enums import Channel
from members.models import Member, Post, User
from members.reader import reader_of
from members.visibility import visible


@described("政协委员", "list", "retrieve", "create", "partial_update")
class MemberViewSet(CommitteeRows):
    """Members; an account given to one also gets the member's post."""

    queryset = Member.objects.select_related(
        "committee", "sector", "party", "group"
    ).prefetch_related("special_committees", "terms")
    serializer_class = serializers.MemberSerializer
    filterset_class = filters.MemberFilters
    ordering_fields = ["number", "name"]


@described("职务", "list", "retrieve", "create")
class PostViewSet(ServiceWritesMixin, mixins.CreateModelMixin, VisibleViewSet):
    """Own posts; administrators see, give and end those of their committee."""

    queryset = Post.objects.select_related("user", "committee", "unit", "body")
    serializer_class = serializers.PostSerializer
    filterset_class = filters.PostFilters
    ordering_fields = ["role", "since", "until"]
    add = partial(services.give_post, channel=Channel.API)

    def check_permissions(self, request: Any) -> None:
        """Refuse those who administer nothing before looking at the data."""
        super().check_permissions(request)
        if self.action in {"create", "end"}:
            permissions.require(permissions.refusal_to_see_accounts(reader_of(request)))

    @extend_schema(
        summary="结束职务（默认自今天起）",
        request=serializers.PostEndSerializer,
        responses=serializers.PostSerializer,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a post from a day on."""
        serializer = serializers.PostEndSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = {"until": self.reader.day, **serializer.validated_data}
        post = services.end_post(
            post=self.get_object(), **data, by=self.reader, channel=Channel.API
        )
        return Response(self.get_serializer(post).data)


@described("账号（管理员）", "list", "retrieve", "create", "partial_update")
class UserViewSet(EditableViewSet):
    """Accounts of the committee, for administrators only; a search needs two characters."""

    queryset = User.objects.order_by("username")
    serializer_class = serializers.AccountSerializer
    filterset_class = filters.UserFilters
    ordering_fields = ["username", "name"]

    def check_permissions(self, request: Any) -> None:
        """Nobody but administrators looks people up."""
        super().check_permissions(request)
        if request.user.is_authenticated:
            permissions.require(permissions.refusal_to_see_accounts(reader_of(request)))

    def get_queryset(self) -> QuerySet:
        posts = Post.objects.select_related("user", "committee", "unit", "body")
        shown = visible(self.reader, posts)
        with_posts = Prefetch("posts", queryset=shown, to_attr="posts_shown")
        return super().get_queryset().prefetch_related(with_posts)

    def perform_create(self, serializer: BaseSerializer) -> None:
        data = {**serializer.validated_data}
        data.pop("is_active", None)  # a new account is always enabled
        account = services.create_account(**data, by=self.reader)
        serializer.instance = self.get_queryset().get(pk=account.pk)

    def perform_update(self, serializer: BaseSerializer) -> None:
        account = services.change_account(
            account=cast(User, serializer.instance), **serializer.validated_data, by=self.reader
        )
        serializer.instance = self.get_queryset().get(pk=account.pk)
