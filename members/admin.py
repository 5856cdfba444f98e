"""The back office of platform administrators; lists read a bounded number of rows."""

import json
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from members import clock, models, services
from members.presets import NAMES, preset
from members.reader import Operator, reader_of
from members.services.outbox import resend
from members.services.rulebook import require_free_day

admin.site.unregister(Group)  # only posts say what people may do
# How people prove who they are is theirs, and the settings say where they come from.
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])
admin.site.login = secure_admin_login(admin.site.login)  # one door


class ForPlatformAdministrators(admin.ModelAdmin):
    """Platform administrators, and the operator's superuser, see and change everything.

    Rows beside one are read with the list that shows them, and looked up where one is chosen.
    """

    list_per_page = 50
    show_full_result_count = False

    def get_list_select_related(self, request: HttpRequest) -> Any:
        return self.list_select_related or [
            field.name for field in self._relations() if field.name in self.list_display
        ]

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return [field.name for field in self._relations()]

    def _relations(self) -> list[Field]:
        fields = [*self.opts.fields, *self.opts.many_to_many]
        return [field for field in fields if field.is_relation]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user = request.user
        if user.is_active and user.is_superuser:
            return True
        return reader_of(request).reach.platform

    has_module_permission = has_add_permission = has_view_permission
    has_change_permission = has_delete_permission = has_view_permission


admin.site.register(
    models.Committee,
    ForPlatformAdministrators,
    list_display=["code", "name", "level", "parent"],
    list_filter=["level"],
    search_fields=["code", "name", "short_name"],
)
admin.site.register(
    models.Term,
    ForPlatformAdministrators,
    list_display=["committee", "number", "begins_on", "ends_on"],
    search_fields=["committee__name", "committee__short_name"],
)
admin.site.register(
    models.Session,
    ForPlatformAdministrators,
    list_display=["__str__", "opens_on", "closes_on", "collection_closes_at"],
    list_select_related=["committee", "term__committee"],
    search_fields=["committee__name", "committee__short_name"],
)
admin.site.register(
    models.Body,
    ForPlatformAdministrators,
    list_display=["name", "kind", "committee", "is_active"],
    list_filter=["kind", "is_active"],
    search_fields=["name", "committee__short_name"],
)
admin.site.register(
    models.Unit,
    ForPlatformAdministrators,
    list_display=["name", "kind", "committee", "is_active"],
    list_filter=["kind", "is_active"],
    search_fields=["name", "short_name", "committee__short_name"],
)
admin.site.register(
    models.Member,
    ForPlatformAdministrators,
    list_display=["number", "name", "committee", "sector", "party"],
    search_fields=["name", "number", "committee__short_name"],
)


class PostForm(forms.ModelForm):
    """The form of a post, with the reason for giving it or changing its dates."""

    reason = forms.CharField(label=_("事由"), max_length=200)

    class Meta:
        model = models.Post
        fields = ["user", "role", "committee", "unit", "body", "member", "since", "until"]


@admin.register(models.Post)
class PostAdmin(ForPlatformAdministrators):
    """Every change goes on record; a post ends and is never deleted."""

    form = PostForm
    list_display = ["user", "role", "committee", "unit", "body", "since", "until"]
    list_filter = ["role"]
    search_fields = ["user__name", "user__username", "committee__short_name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Post | None = None
    ) -> list[str]:
        return ["user", "role", "committee", "unit", "body", "member"] if obj else []

    def save_model(self, request: HttpRequest, obj: models.Post, form: Any, change: bool) -> None:
        services.keep_post(obj, reason=form.cleaned_data["reason"], by=reader_of(request))


class PasswordForm(AdminPasswordChangeForm):
    """A password that an administrator sets; its owner changes it first."""

    def save(self, commit: bool = True) -> models.User:
        self.user.must_change_password = True
        account = cast(models.User, super().save(commit))
        AuthToken.objects.filter(user=account).delete()
        return account


DATES = ("last_login", "date_joined")


@admin.register(models.User)
class AccountAdmin(ForPlatformAdministrators, UserAdmin):
    actions = ["forget_second_factor"]
    change_password_form = PasswordForm
    list_display = ["username", "name", "home", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username", "name"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "phone", "home"]}),
        (_("登录"), {"fields": ["is_active", "is_staff", "must_change_password", *DATES]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["username", "usable_password", "password1", "password2", "name", "home"]},
        ),
    ]
    readonly_fields = DATES

    def save_model(self, request: HttpRequest, obj: models.User, form: Any, change: bool) -> None:
        if not change:
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    @admin.action(description=_("取消双因素验证（手机、密钥均已丢失）"), permissions=["change"])
    def forget_second_factor(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Let the chosen people in by password alone again."""
        by = Operator(clock.now()) if request.user.is_superuser else reader_of(request)
        count = sum(
            bool(services.forget_second_factor(account=account, by=by)) for account in queryset
        )
        self.message_user(request, _("已取消双因素验证的账号：%(count)s") % {"count": count})


class OnlyRead(ForPlatformAdministrators):
    """The admin of a record, which nobody edits by hand."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_change_permission


class NeverDeleted(OnlyRead):
    """The admin of a record that cannot be deleted by hand either."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.register(  # to look up when somebody says they got no notice
    models.Notice,
    OnlyRead,
    list_display=["title", "recipient", "needs_action", "statutory", "created_at", "read_at"],
    list_filter=["needs_action", "statutory"],
    search_fields=["recipient__name", "recipient__username"],
)
admin.site.register(  # arranged on the pages by the people themselves
    models.StandIn,
    OnlyRead,
    list_display=["user", "stand_in", "since", "until", "reason", "made_by"],
    search_fields=["user__name", "user__username", "stand_in__name"],
)
admin.site.register(  # made and changed by the committees' administrators
    models.Webhook,
    NeverDeleted,
    list_display=["url", "committee", "is_active", "made_by", "made_at"],
    list_filter=["is_active"],
    search_fields=["url", "committee__short_name"],
)
admin.site.register(  # a change moves dates, so it is an act of its own
    models.CalendarDay,
    NeverDeleted,
    list_display=["day", "is_working", "name", "source"],
    list_filter=["is_working"],
    date_hierarchy="day",
)


class OutboxAdmin(NeverDeleted):
    """Outgoing messages with their states, and dead letters."""

    list_filter = ["state"]
    actions = ["resend_dead"]

    @admin.action(description=_("重发已停止的"), permissions=["view"])
    def resend_dead(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Send the chosen dead letters again."""
        count = resend(queryset, at=clock.now(), states=(models.OutgoingState.DEAD,))
        self.message_user(request, _("已重新排入发送：%(count)s") % {"count": count})


admin.site.register(
    models.Delivery,
    OutboxAdmin,
    list_display=["notice", "recipient", "means", "state", "attempts", "due_at", "last_error"],
    list_filter=["state", "means"],
    search_fields=["recipient__name", "recipient__username"],
)
admin.site.register(
    models.WebhookCall,
    OutboxAdmin,
    list_display=["kind", "webhook", "state", "attempts", "status_code", "due_at", "last_error"],
    search_fields=["webhook__url", "kind"],
)

# -- Rulebook ------------------------------------------------------------------------------


class ReadableJSON(json.JSONEncoder):
    """One setting a line, Chinese as Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"indent": 2, "ensure_ascii": False, "sort_keys": False})


class RulebookForm(forms.ModelForm):
    """The document as text that a person can read, checked with the day it begins."""

    document = forms.JSONField(
        label=_("规则"),
        encoder=ReadableJSON,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 100, "spellcheck": "false"}),
    )

    class Meta:
        model = models.Rulebook
        fields = ["committee", "effective_from", "note", "document"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        committee, day = data.get("committee"), data.get("effective_from")
        if committee and day and day != self.instance.effective_from:
            try:
                require_free_day(committee, day, clock.today())
            except ValidationError as error:
                self.add_error(None, error)
        return data


@admin.register(models.Rulebook)
class RulebookAdmin(ForPlatformAdministrators):
    """Future rules can be edited; rules in force are read-only."""

    form = RulebookForm
    actions = None
    list_display = ["committee", "effective_from", "note", "author", "updated_at"]
    search_fields = ["committee__name", "committee__short_name"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Rulebook]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        listing = match is not None and str(match.url_name).endswith("changelist")
        return rows.defer("document") if listing else rows

    def get_fields(self, request: HttpRequest, obj: models.Rulebook | None = None) -> Any:
        last = "document" if _may_change(obj) else "readable"
        return ["committee", "effective_from", "note", last]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Rulebook | None = None
    ) -> list[str]:
        return ["readable", "committee"] if obj else ["readable"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            links = format_html_join(
                " · ", '<a href="?preset={}">{}</a>', ((n, preset(n)["name"]) for n in NAMES)
            )
            form.base_fields["document"].help_text = format_html("{} {}", _("从样本开始："), links)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = {**super().get_changeform_initial_data(request)}
        name = initial.pop("preset", None)
        if name in NAMES:
            initial["document"] = preset(name)
        return initial

    def save_model(
        self, request: HttpRequest, obj: models.Rulebook, form: Any, change: bool
    ) -> None:
        obj.author = cast(models.User, request.user)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("规则"))
    def readable(self, obj: models.Rulebook) -> str:
        """The document of rules in force, as text."""
        return format_html("<pre>{}</pre>", ReadableJSON().encode(obj.document))


def _may_change(rulebook: models.Rulebook | None) -> bool:
    return rulebook is None or rulebook.is_future(clock.today())
