"""The addresses of the console, and those that screens fetch from."""

from django.urls import path

from office.console.counts import counts, table
from office.console.entry import enter, leave
from office.console.publications import publications
from office.console.repository import content, metadata
from office.console.screens import look, screens, shot
from office.console.statics import static

urlpatterns = [
    path("", screens, name="screens"),
    path("screens/look/", look, name="look"),
    path("screens/<str:screen>/shot.jpg", shot, name="shot"),
    path("publications/", publications, name="publications"),
    path("counts/", counts, name="counts"),
    path("counts/table.csv", table, name="table"),
    path("login/", enter, name="login"),
    path("logout/", leave, name="logout"),
    path("static/<str:name>", static, name="static"),
    path("metadata/<str:name>", metadata, name="metadata"),
    path("content/<str:sha256>", content, name="content"),
]
