"""Answers kept in Redis for a minute, for the page that is asked for most.

One round trip says whether the answer is still true, counts the request for the throttle and fetches it. It
is served only for the same address, to the same user, with a token that was verified and has not run out,
whose user has changed nothing since (core.generations): password, activity and time zone included.
Everything else goes the usual way, which keeps its answer.
"""

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings as jwt
from rest_framework_simplejwt.tokens import AccessToken

from core import generations
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
    """A view whose answers to GET are kept. Each is true until `kept_until` at most."""

    def kept_until(self) -> float:
        """Seconds of the epoch, asked after the view has answered."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        claims = _claims_of(request)
        if claims is None:
            return super().dispatch(request, *args, **kwargs)
        where = _place(request, claims)
        try:
            marks, kept = _fetch(where, claims)
        except redis.RedisError as error:
            logger.warning("no kept answers: Redis does not answer: %s", error)
            return super().dispatch(request, *args, **kwargs)
        if kept is not None:
            return HttpResponse(kept, content_type="application/json", headers={"Allow": self._allow()})
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 200 and isinstance(response, Response):
            # The very token of this request has just been found to be this user's and of this password.
            head = f"{self.kept_until()} {claims.password}\n"
            response.add_post_render_callback(lambda rendered: _keep(where, marks + head.encode(), rendered))
        return response

    def _allow(self) -> str:
        return ", ".join(self.allowed_methods)


def _claims_of(request: HttpRequest) -> Claims | None:
    """What the token says, where the request is one that may be answered from what is kept."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    accepts = request.headers.get("Accept", "*/*")
    plain = request.method == "GET" and kind == "Bearer" and ("*/*" in accepts or "/json" in accepts)
    # What is read from a replica may be old in a way that the marks do not know of.
    if not plain or "replica" in settings.DATABASES or len(request.get_full_path()) > _LONGEST_PATH:
        return None
    try:
        claims = _claims(token)
    except TokenError:
        return None
    return claims if claims.expires > time.time() else None


def _place(request: HttpRequest, claims: Claims) -> str:
    """The key of the answer. Links in it begin with scheme and host; its times are of the process' zone."""
    return f"kept:{claims.user}:{timezone.get_current_timezone_name()}:{request.build_absolute_uri()}"


def _fetch(where: str, claims: Claims) -> tuple[bytes, bytes | None]:
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
    head, _, answer = found[0].partition(b"\n")
    until, password = head[len(marks) :].decode().split()
    return marks, answer if float(until) > time.time() and password == claims.password else None


def _keep(where: str, head: bytes, rendered: Response) -> None:
    if len(rendered.content) > LARGEST:
        return
    try:
        cached().set(where, head + rendered.content, ex=KEPT_FOR)
    except redis.RedisError as error:
        logger.warning("an answer is not kept: Redis does not answer: %s", error)


@lru_cache(maxsize=1)
def _script() -> Any:
    return cached().register_script(_FETCH)
