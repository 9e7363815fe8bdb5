"""``python3 -m resee_patroni run|role|switchover``: the container's process, Patroni's callback, the Pod's
hook."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def _run(folder: str) -> None:
    from resee_patroni import start

    start.run(Path(folder))


def _role(_action: str, role: str, *_scope: str) -> None:
    from resee_patroni import roles

    roles.follow(role)


def _switchover() -> None:
    from resee_patroni import switchover

    switchover.leave()


COMMANDS: Mapping[str, Callable[..., None]] = {"run": _run, "role": _role, "switchover": _switchover}


def main(arguments: list[str]) -> None:
    """Run the command that the first argument names, with the others."""
    if not arguments or arguments[0] not in COMMANDS:
        sys.exit(f"resee_patroni: write one of {', '.join(COMMANDS)}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s: %(message)s")
    COMMANDS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
