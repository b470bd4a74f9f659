"""The addresses that the office answers."""

from django.urls import include, path

urlpatterns = [path("", include("office.console.urls"))]
