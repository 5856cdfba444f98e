"""Addresses of the setting up."""

from django.urls import path

from members.pages.settings import importing
from members.pages.start import sample, views

urlpatterns = [
    path("start/", views.start, name="start"),
    path("start/sample/", sample.sample, name="sample"),
    path("start/sample/load/", sample.load, name="load_sample"),
    path("start/sample/<int:pk>/remove/", sample.remove, name="remove_sample"),
    path("start/<slug:name>/", views.step, name="start_step"),
    path("import/", importing.bring, name="bring_in"),
    path("import/<slug:kind>.<slug:form>", importing.blank, name="blank_table"),
]
