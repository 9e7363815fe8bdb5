"""Answers kept in Redis for a minute, for the page that is asked for most.

One round trip says whether the answer is still true, counts the request for the throttle and fetches it. It
is served only for the same address, to the same user, with a token that was verified and has not run out,
whose user has changed nothing since (core.generations): password, activity and time zone included, and as
long as the database is the one that it came from (core.identity). It has the headers that it had, so that the
middlewares behind this one are not asked either.
Everything else goes the usual way, which keeps its answer.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import redis
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings as jwt
from rest_framework_simplejwt.tokens import AccessToken

from core import generations, language
from core.identity import identity
from core.redis import cached
from core.throttles import UserThrottle

logger = logging.getLogger(__name__)

# Seconds: bounds what a lost invalidation can do.
KEPT_FOR = 60
# Bytes. A larger page is rare, and would push others out of the cache.
LARGEST = 64 * 1024
_LONGEST_PATH = 100

_FETCH = """
local function mark(key)
    local found = redis.call('GET', key)
    if not found then
        found = ARGV[1]
        redis.call('SET', key, found, 'EX', ARGV[2])
    end
    return found
end
local marks = mark(KEYS[1]) .. ' ' .. mark(KEYS[2]) .. ' '
local page = redis.call('GET', KEYS[3])
if not page or string.sub(page, 1, #marks) ~= marks then
    return {marks}
end
local before = math.min(tonumber(redis.call('GET', KEYS[5]) or 0), tonumber(ARGV[4]))
local used = tonumber(redis.call('GET', KEYS[4]) or 0) + 1 + before * (1 - tonumber(ARGV[5]))
if math.floor(used) > tonumber(ARGV[4]) then
    return {marks}
end
redis.call('INCR', KEYS[4])
redis.call('EXPIRE', KEYS[4], ARGV[3])
return {marks, page}
"""


@dataclass(frozen=True)
class Claims:
    """What a verified token says."""

    user: str
    expires: float
    password: str


@lru_cache(maxsize=4096)
def _claims(token: str) -> Claims:
    """Raises TokenError for a token that is not good; only good ones are remembered."""
    verified = AccessToken(cast("Any", token))
    return Claims(
        str(verified[jwt.USER_ID_CLAIM]), float(verified["exp"]), str(verified.get(jwt.REVOKE_TOKEN_CLAIM))
    )


class KeptAnswers(APIView):
    """A view whose answers to GET may be kept, if KEPT_PATHS has its path."""

    def kept_until(self) -> float:
        """Seconds of the epoch until which an answer of now is true at most."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Before anything is read: what was read before midnight is of the day before.
        self._until = self.kept_until()

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        if request.method == "GET" and response.status_code == 200:
            response.kept_until = self._until  # type: ignore[attr-defined]
        return super().finalize_response(request, response, *args, **kwargs)


class KeptAnswersMiddleware:
    """Answers from what is kept, and keeps what views of KeptAnswers have answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        claims = _claims_of(request) if request.path_info in settings.KEPT_PATHS else None
        if claims is None:
            return self.get_response(request)
        try:
            where = _place(request, claims)
            marks, kept = _fetch(where, claims)
        except (DatabaseError, redis.RedisError) as error:
            logger.warning("no kept answers: %s: %s", type(error).__name__, error)
            return self.get_response(request)
        except DisallowedHost:  # refused in the language of the request
            return self.get_response(request)
        if kept is not None:
            request.resolver_match = _route(request.path_info)
            return kept
        response = self.get_response(request)
        until = getattr(response, "kept_until", None)
        if until is not None:
            # The very token of this request has just been found to be this user's and of this password.
            _keep(where, marks + f"{until} {claims.password}\n".encode(), response)
        return response


@lru_cache(maxsize=16)
def _route(path: str) -> ResolverMatch:
    """Under which the request is measured; KEPT_PATHS bounds how many there are."""
    return resolve(path)


def _claims_of(request: HttpRequest) -> Claims | None:
    """What the token says, where the request is one that may be answered from what is kept."""
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    accepts = request.META.get("HTTP_ACCEPT", "*/*")
    plain = request.method == "GET" and kind == "Bearer" and ("*/*" in accepts or "/json" in accepts)
    plain = plain and request.META.get("CONTENT_LENGTH", "") in ("", "0")
    # What is read from a replica may be old in a way that the marks do not know of.
    if not plain or "replica" in settings.DATABASES or len(request.get_full_path()) > _LONGEST_PATH:
        return None
    try:
        claims = _claims(token)
    except TokenError:
        return None
    return claims if claims.expires > time.time() else None


def _place(request: HttpRequest, claims: Claims) -> str:
    """The key of the answer. Links in it begin with scheme and host, its times are of the process' zone, and
    a header names its language."""
    zone, spoken = timezone.get_current_timezone_name(), language.of(request)
    return f"kept:{identity()}:{claims.user}:{spoken}:{zone}:{request.build_absolute_uri()}"


def _fetch(where: str, claims: Claims) -> tuple[bytes, HttpResponse | None]:
    """The marks of now, and the answer where there is one that is true; then the request is counted.

    One above the user's rate is not counted here: the usual way does it, and refuses it.
    """
    throttle = UserThrottle()
    windows = throttle.windows_of(claims.user)
    marks, *found = _script()(
        keys=[generations.key(claims.user), generations.EVERYONE, where, windows.now, windows.before],
        args=[
            generations.draw(),
            generations.KEPT_FOR,
            windows.lifetime,
            throttle.num_requests,
            windows.elapsed,
        ],
    )
    if not found:
        return marks, None
    head, headers, content = found[0].split(b"\n", 2)
    until, password = head[len(marks) :].decode().split()
    if float(until) <= time.time() or password != claims.password:
        return marks, None
    return marks, HttpResponse(content, headers=json.loads(headers))


def _keep(where: str, head: bytes, response: HttpResponse) -> None:
    if len(response.content) > LARGEST or response.cookies:
        return
    headers = json.dumps(dict(response.items())).encode()
    try:
        cached().set(where, head + headers + b"\n" + response.content, ex=KEPT_FOR)
    except redis.RedisError as error:
        logger.warning("an answer is not kept: Redis does not answer: %s", error)


@lru_cache(maxsize=1)
def _script() -> Any:
    return cached().register_script(_FETCH)
