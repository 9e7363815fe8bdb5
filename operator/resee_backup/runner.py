"""What every command has in common: settings, log, signals, the result line, the exit code."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

import msgspec

from resee_backup.age import read_identities
from resee_backup.catalogue import Catalogue
from resee_backup.database import Database, read_database
from resee_backup.destination import open_destination
from resee_backup.errors import BackupError, Reason, TransientError
from resee_backup.log import Mask, configure
from resee_backup.result import Result, encoded, failed, write_result
from resee_backup.settings import Settings, read_settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """What a command works with; all of it was read from one environment."""

    environment: Mapping[str, str]
    settings: Settings
    catalogue: Catalogue

    def database(self, variable: str = "DATABASE_URL") -> Database:
        """The database that a variable names."""
        return read_database(self.environment, variable)


def run(command: str, action: Callable[[Context], Result], environment: Mapping[str, str]) -> NoReturn:
    """Run a command to its end and exit: 0 done, 1 may pass by itself, 2 somebody must act."""
    mask = Mask(environment)
    configure(mask, command, environment.get("LOG_LEVEL", "INFO").upper())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupt)
    code = 0
    try:
        result = action(_context(environment))
    except BackupError as error:
        result, code = failed(command, error), error.exit_code
    except Exception as error:
        logger.exception("unexpected")
        result, code = failed(command, _unexpected(error)), TransientError.exit_code
    line = encoded(result, mask)
    write_result(line, environment)
    level = logging.INFO if result.ok else logging.ERROR
    logger.log(level, result.message, extra={"result": msgspec.json.decode(line)})
    raise SystemExit(code)


def _context(environment: Mapping[str, str]) -> Context:
    settings = read_settings(environment)
    identities = read_identities(settings.age_identities)
    catalogue = Catalogue(open_destination(settings, environment), settings.name, identities)
    return Context(environment, settings, catalogue)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # Cleaning up must not be interrupted by an impatient second signal; SIGKILL follows soon enough.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise TransientError(
        Reason.INTERRUPTED,
        f"Interrupted by {signal.Signals(number).name}",
        where=f"process {os.getpid()}",
        remedy="Run it again; allow the Job more time if its deadline ended it.",
    )


def _unexpected(error: Exception) -> TransientError:
    return TransientError(
        Reason.UNEXPECTED,
        f"{type(error).__name__}: {error}",
        where="resee_backup",
        remedy="This is a fault of the program: report it with the log of this Pod.",
    )
