"""Addresses of the pages of what administrators keep; each is that of the API without its root."""

from django.urls import URLPattern, path

from members.pages.settings import accounts, inviting, rows, webhooks
from members.pages.settings.lists import ROW_LISTS

urlpatterns: list[URLPattern] = [
    path("users/new/", accounts.new, name="new_user"),
    path("users/<int:pk>/", accounts.account, name="user"),
    path("users/<int:pk>/password/", accounts.reset_password, name="reset_password"),
    path("users/<int:pk>/mail/", accounts.mail_password, name="mail_password"),
    path("users/<int:pk>/switch/", accounts.switch, name="switch_account"),
    path("users/<int:pk>/second-factor/", accounts.forget_second_factor, name="forget_factor"),
    path("users/<int:pk>/posts/new/", accounts.give_post, name="give_post"),
    path("posts/<int:pk>/end/", accounts.end_post, name="end_post"),
    path("invitations/", inviting.invitations, name="invitations"),
    path("webhooks/<int:pk>/rotate-secret/", webhooks.rotate, name="rotate_secret"),
]
for kept in (*ROW_LISTS, webhooks.WEBHOOKS):
    urlpatterns += [
        path(f"{kept.slug}/new/", rows.new, {"kept": kept}, name=f"new_{kept.row_name}"),
        path(f"{kept.slug}/<int:pk>/", rows.row, {"kept": kept}, name=kept.row_name),
    ]
