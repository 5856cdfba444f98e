"""The back office: the operator looks into the tables, and changes nothing there.

Whatever people do has its page and its step, with permissions and a ledger. The back office
answers what neither shows, such as why a row could not be indexed. It shows the rows of every
committee, so only those enter who can read the database anyway: the superusers that
``manage.py createsuperuser`` makes.
"""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SECRET = ("address", "digest", "password", "secret", "token", "value")
"""Parts of the names of columns that nobody reads: keys, and addresses that contain keys."""

LONG = (models.BinaryField, models.JSONField, models.TextField)
COLUMNS = 8
"""How many columns a list shows at most, beside the key."""


class BackOffice(admin.AdminSite):
    """The tables, for superusers only; the product's own sign-in is the only way in."""

    site_header = site_title = _("提案 Ti'an 数据表")
    index_title = _("只读：修改请到相应的页面")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether ``request`` comes from an operator."""
        return request.user.is_active and request.user.is_superuser


class Table(admin.ModelAdmin):
    """The rows of one table, 50 a page; a list takes as many queries whatever its length."""

    list_per_page = 50
    show_full_result_count = False
    list_display_links = ["pk"]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The first columns that fit a line, short ones first.

        Of a row elsewhere it is the key, which costs no query.
        """
        shown = [field for field in self._readable() if not field.primary_key]
        shown.sort(key=lambda field: isinstance(field, LONG))
        return ["pk", *[field.attname for field in shown][:COLUMNS]]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Whatever has few values."""
        flag = models.BooleanField
        return [f.name for f in self._readable() if f.choices or isinstance(f, flag)]

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Names, titles and numbers."""
        text = models.CharField
        return [f.name for f in self._readable() if isinstance(f, text) and not f.choices]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything but keys."""
        return [field.attname for field in self._readable()]

    get_readonly_fields = get_fields

    def _readable(self) -> list[models.Field]:
        fields = self.opts.concrete_fields
        return [f for f in fields if not any(part in f.name for part in SECRET)]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever enters sees every table."""
        return self.admin_site.has_permission(request)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    has_change_permission = has_delete_permission = has_add_permission


def tables() -> list[type[models.Model]]:
    """The tables of the product; rows without a key of their own have no page."""
    found = [
        model
        for name in ("members", "proposals", "supervision")
        for model in apps.get_app_config(name).get_models()
    ]
    return [model for model in found if not isinstance(model._meta.pk, models.CompositePrimaryKey)]


site = BackOffice()
site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
site.register(tables(), Table)
