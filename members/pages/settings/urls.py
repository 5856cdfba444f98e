"""Addresses of the settings; each is the address of the same row in the API without its root."""

from django.urls import URLPattern, path

from members.pages.settings import accounts, inviting, rows, service_tokens, webhooks
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
    path("service-tokens/new/", service_tokens.new, name="new_service_token"),
    path("service-tokens/<int:pk>/", service_tokens.show, name="service_token"),
    path("webhooks/<int:pk>/rotate-secret/", webhooks.rotate, name="rotate_secret"),
]
for row_list in (*ROW_LISTS, webhooks.WEBHOOKS):
    about, name = {"row_list": row_list}, row_list.row_name
    urlpatterns += [
        path(f"{row_list.slug}/new/", rows.new, about, name=f"new_{name}"),
        path(f"{row_list.slug}/<int:pk>/", rows.row, about, name=name),
    ]
