"""The door of the console: who comes in, who has to wait, who leaves."""

import math
import time

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from office.console.throttle import Throttle
from signage.errors import Words

MOST_NAME, MOST_PASSWORD = 150, 1000
WRONG = Words(zh="用户名或密码不对", en="Wrong name or password")

throttle = Throttle()
"""One for the process; a restart forgives."""


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Asks for name and password, and lets in who has them."""
    if request.user.is_authenticated:
        return redirect(_onward(request))
    if request.method != "POST":
        return _ask(request, None)
    name, password = request.POST.get("name", "").strip(), request.POST.get("password", "")
    address, now = request.META.get("REMOTE_ADDR", ""), time.monotonic()
    wait_s = throttle.wait_s(address, name, now)
    if wait_s > 0:
        return _wait(request, wait_s)
    if len(name) > MOST_NAME or len(password) > MOST_PASSWORD:
        return _ask(request, WRONG)
    # Counted before it is checked: a hundred guesses at once are a hundred failures.
    throttle.failed(address, name, now)
    user = authenticate(request, username=name, password=password)
    if user is None:
        return _ask(request, WRONG)
    throttle.succeeded(address, name)
    login(request, user)
    return redirect(_onward(request))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("login")


def _ask(request: HttpRequest, why: Words | None, status: int = 200) -> HttpResponse:
    values = {"why": why, "next": _onward(request), "name": request.POST.get("name", "")[:MOST_NAME]}
    return render(request, "console/login.html", values, status=status)


def _wait(request: HttpRequest, wait_s: float) -> HttpResponse:
    seconds = math.ceil(wait_s)
    why = Words(zh=f"错了太多次，请 {seconds} 秒后再试", en=f"Too many wrong tries: wait {seconds} s")
    response = _ask(request, why, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe else "/"
