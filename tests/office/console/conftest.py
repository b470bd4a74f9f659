"""A console over an office of the test's own, and people who look at it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.test.utils import override_settings

from office.place import Place

NAME, PASSWORD = "office", "four-words-of-one-test"


@pytest.fixture
def served(place: Place) -> Iterator[Place]:
    """The console serves this home."""
    with override_settings(WUZHA_HOME=place.home):
        yield place


@pytest.fixture
def anyone(served: Place) -> Client:
    """Somebody who has not logged in, in a browser that minds CSRF."""
    from office.console.entry import throttle

    throttle.forget()
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def user(served: Place) -> None:
    """The office's login."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user(NAME, password=PASSWORD)


@pytest.fixture
def inside(served: Place, user: None) -> Client:
    """Somebody who has logged in."""
    from django.contrib.auth import get_user_model

    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username=NAME))
    return client
