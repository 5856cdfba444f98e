"""Addresses of the pages of this application."""

from django.urls import include, path

from members.pages import drafts, glossary, jobs, lists, outbox, own_account, palette, tours, views
from members.pages.signing_in import cookies, resume_post

urlpatterns = [
    path("", include("members.pages.settings.urls")),
    path("", include("members.pages.rulebooks.urls")),
    path("", include("members.pages.start.urls")),
    path("glossary/", glossary.glossary, name="glossary"),
    path("tour/", tours.tour, name="tour"),
    path("tour/done/", tours.toured, name="toured"),
    path("cookies/", cookies.cookies, name="cookies"),
    path("counts/", views.counts, name="counts"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_notice, name="open_notice"),
    path("look/session/", views.choose_session, name="choose_session"),
    path("look/theme/", views.choose_theme, name="choose_theme"),
    path("lists/<slug:slug>/", lists.worklist, name="worklist"),
    path("lists/<slug:slug>/look/", lists.look, name="worklist_look"),
    path("lists/<slug:slug>/views/", lists.view_counts, name="view_counts"),
    path("lists/<slug:slug>/views/new/", lists.save_view, name="save_view"),
    path("outbox/resend/", outbox.resend_all, name="resend_all"),
    path("outbox/<int:pk>/", outbox.delivery, name="outgoing_delivery"),
    path("outbox/<int:pk>/resend/", outbox.resend, name="resend_delivery"),
    path("webhook-calls/<int:pk>/", outbox.call, name="outgoing_call"),
    path("webhook-calls/<int:pk>/replay/", outbox.replay, name="replay_call"),
    path("views/<int:pk>/delete/", lists.drop_view, name="drop_view"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("palette/", palette.palette, name="palette"),
    path("kept/", drafts.keep, name="keep_draft"),
    path("kept/drop/", drafts.drop, name="drop_draft"),
    path("resume/", resume_post.resume, name="resume_post"),
    path("me/", own_account.account, name="account"),
    path("me/channels/<slug:means>/", own_account.channel, name="channel"),
    path("me/channels/<slug:means>/remove/", own_account.remove_channel, name="remove_channel"),
    path("me/sign-out-everywhere/", own_account.sign_out_everywhere, name="sign_out_everywhere"),
    path("me/stand-ins/new/", own_account.new_stand_in, name="new_stand_in"),
    path("me/stand-ins/<int:pk>/end/", own_account.end_stand_in, name="end_stand_in"),
]
