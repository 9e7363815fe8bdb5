"""What a look at a server found: fit or not, with the value at fault and what to do. Never a secret."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

# Kubernetes keeps 4096 bytes of a termination message.
_ROOM = 3800
_LONGEST = 400


class Encryption(StrEnum):
    """What is asked of the connection: encrypted or refused, or encrypted or warned of."""

    REQUIRE = "require"
    ADVISE = "advise"


@dataclass(frozen=True)
class Answer:
    """How a server was found.

    Args:
        message: what was found, with the value.
        ok: whether Resee can run on it.
        remedy: what to do where it cannot.
        warnings: what works and should be otherwise, each with what to do.
    """

    message: str
    ok: bool = True
    remedy: str = ""
    warnings: list[str] = field(default_factory=list)

    def line(self, *urls: str) -> str:
        """One line of JSON that fits a termination message, without the passwords of the URLs."""
        texts = asdict(self)
        hidden = {password for url in urls for password in _passwords(url)}
        for name in ("message", "remedy"):
            texts[name] = _without(texts[name], hidden)[:_LONGEST]
        texts["warnings"] = [_without(warning, hidden)[:_LONGEST] for warning in self.warnings]
        while len(line := json.dumps(texts)) > _ROOM:
            texts["warnings"].pop()
        return line


class Unfit(Exception):  # noqa: N818 - reads as what it says of the server
    """The server cannot be used: what was found, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        self.answer = Answer(message, ok=False, remedy=remedy)
        super().__init__(message)


def encrypted(found: bool, asked: Encryption, where: str, remedy: str) -> list[str]:
    """Warnings about the encryption of a connection.

    Raises Unfit where it is asked for and missing.
    """
    if found:
        return []
    message = f"{where} is reached without encryption"
    if asked is Encryption.REQUIRE:
        raise Unfit(message, remedy)
    return [f"{message}: {remedy}"]


def _passwords(url: str) -> set[str]:
    raw = urlsplit(url).password
    return {raw, unquote(raw)} if raw else set()


def _without(text: str, hidden: set[str]) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
