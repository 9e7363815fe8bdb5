"""Patroni's REST API, as far as it is needed here: one call with its login, as (status, text)."""

from __future__ import annotations

import base64
import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PORT = 8008
USER = "patroni"


def call(host: str, method: str, path: str, body: Any = None, *, timeout: float) -> tuple[int, str]:
    """Ask one member.

    Args:
        host: name or address of the member, with its port where that is another one than Patroni's.
        method: HTTP's.
        path: with its leading slash.
        body: sent as JSON where it is given.
        timeout: seconds without a word after which the member counts as away.

    Raises:
        OSError: the member does not answer.
    """
    address = host if ":" in host else f"{host}:{PORT}"
    data = None if body is None else json.dumps(body).encode()
    login = f"{USER}:{os.environ['PATRONI_RESTAPI_PASSWORD']}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(login).decode()}",
        "Content-Type": "application/json",
    }
    request = Request(f"http://{address}{path}", data=data, headers=headers, method=method)
    try:
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310 - http alone, see above
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode(errors="replace")
