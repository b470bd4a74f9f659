"""The door of the console: who comes in, who has to wait, who leaves."""

import math
import re
import time

import msgspec
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from office.addresses import network
from office.console.password_checks import Lane, PasswordChecks
from office.console.returning import came_before, comes_back, note_device, note_return
from office.console.throttle import RETURN_S, Throttle
from signage.errors import Words

MOST_NAME, MOST_PASSWORD = 150, 1000
WRONG = Words(zh="用户名或密码不对", en="Wrong name or password")

throttle = Throttle()
checks = PasswordChecks()
"""One of each for the process; a restart forgives."""
BUSY_S = 2.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who tries to come in, and from where."""

    name: str
    address: str
    place: str
    """What his failures count for: the browser that this name came in with, wherever it is, else his address."""
    known: bool


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Asks for name and password, and lets in who has them."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_onward(request))
    if request.method != "POST":
        return _ask(request, None)
    name, password = request.POST.get("name", "").strip(), request.POST.get("password", "")
    if len(name) > MOST_NAME or len(password) > MOST_PASSWORD or _CONTROL.search(name):
        return _ask(request, WRONG)
    address = request.META.get("REMOTE_ADDR", "")
    device = came_before(request, name)
    known = bool(device) or throttle.knows(address, name)
    caller = Caller(name=name, address=address, place=device or network(address), known=known)
    return _put_off(request, caller) or _check(request, caller, password)


def _put_off(request: HttpRequest, caller: Caller) -> HttpResponse | None:
    now = time.monotonic()
    wait_s = throttle.wait_s(caller.place, caller.name, now, known=caller.known)
    if wait_s > 0:
        seconds = math.ceil(wait_s)
        zh, en = f"错了太多次，请 {seconds} 秒后再试", f"Too many wrong tries: wait {seconds} s"
        return _later(request, seconds, Words(zh, en))
    if caller.known or not throttle.crowded(caller.address, now):
        return None
    if comes_back(request, caller.name, caller.place):
        return None
    response = _busy(request, RETURN_S)
    note_return(request, response, caller.name, caller.place)
    return response


def _check(request: HttpRequest, caller: Caller, password: str) -> HttpResponse:
    lane: Lane = "known" if caller.known else "strangers"
    with checks.turn(lane, f"{caller.place} {caller.name if caller.known else ''}") as granted:
        if not granted:
            return _busy(request, BUSY_S)
        # Counted before it is checked: a hundred guesses at once are a hundred failures.
        throttle.failed(caller.place, caller.name, time.monotonic())
        user = authenticate(request, username=caller.name, password=password)
    if user is None:
        return _ask(request, WRONG)
    throttle.succeeded(caller.place, caller.name)
    throttle.remember(caller.address, caller.name)
    login(request, user)
    response = HttpResponseRedirect(_onward(request))
    note_device(request, response, caller.name)
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("login")


def _ask(request: HttpRequest, why: Words | None, status: int = 200) -> HttpResponse:
    values = {"why": why, "next": _onward(request), "name": request.POST.get("name", "")[:MOST_NAME]}
    return render(request, "console/login.html", values, status=status)


def _busy(request: HttpRequest, wait_s: float) -> HttpResponse:
    seconds = math.ceil(wait_s)
    why = Words(f"请稍候：现在登录的人太多，请 {seconds} 秒后再试", f"Many log in just now: try again in {seconds} s")
    return _later(request, seconds, why)


def _later(request: HttpRequest, seconds: int, why: Words) -> HttpResponse:
    response = _ask(request, why, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _onward(request: HttpRequest) -> str:
    """Returns the path in the office that was asked for, else home.

    `redirect` takes text for the name of a page first, and raises where there is none: it is not for what was asked.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") and not _CONTROL.search(wanted) else "/"
