"""The table of all test suites: what is run, where, and what must be there before.

They begin in this order: first what takes longest, so that at the end only short ones are left to share. What
uses this checkout's engine is never run beside another of these: its last cluster takes the engine along.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "app" / "frontend"
BACKEND = ROOT / "app" / "backend"

Command = tuple[str, ...]
REPORT = "{report}"  # replaced by the path of the suite's JUnit file

_PYTEST: Command = (sys.executable, "-m", "pytest", "-q", f"--junitxml={REPORT}")
_DEVCLUSTER: Command = (sys.executable, "-m", "devcluster")
_VITEST: Command = (
    *("npx", "vitest", "run", "--reporter=default"),
    *("--reporter=junit", f"--outputFile.junit={REPORT}"),
)
# Minutes on a machine that has never built them: before the tests, whose own budgets are seconds.
_PROGRAMS: Command = (
    *(*_DEVCLUSTER, "programs", "alertmanager", "helm", "kube", "kwok", "promtool", "versitygw"),
)
_IMAGES: Command = (*_DEVCLUSTER, "build")
_E2E_PORT = int(os.environ.get("RESEE_E2E_PORT", "18080"))
_E2E_CLUSTER: Command = (
    *(*_DEVCLUSTER, "deploy", "--name=e2e", "--operator-only"),
    *(f"--http-port={_E2E_PORT}", f"--s3-port={_E2E_PORT + 1}"),
)
_NODE_MODULES: Command = (sys.executable, "-m", "tools.node_modules")
_PARALLEL: Command = ("-n", "2")
_WITHOUT_BACKUP: Command = ("--ignore=tests/integration/backup",)


@dataclass(frozen=True)
class Suite:
    """One suite, run in its folder; the commands of ``before`` must succeed first, at the root."""

    name: str
    command: Command
    folder: Path = ROOT
    before: tuple[Command, ...] = ()
    engine: bool = False


SUITES: tuple[Suite, ...] = (
    Suite("images", (*_PYTEST, "tests/images"), before=(_IMAGES,), engine=True),
    Suite("integration", (*_PYTEST, *_WITHOUT_BACKUP, "tests/integration"), before=(_PROGRAMS,)),
    Suite("e2e", (*_PYTEST, "tests/e2e"), before=(_NODE_MODULES, _E2E_CLUSTER), engine=True),
    Suite("devcluster", (*_PYTEST, "tests/devcluster"), before=(_PROGRAMS,)),
    Suite("backend", (*_PYTEST, *_PARALLEL), folder=BACKEND),
    Suite("frontend", _VITEST, folder=FRONTEND, before=(_NODE_MODULES,)),
    Suite("unit", (*_PYTEST, *_PARALLEL, "tests/unit")),
    Suite("backup", (*_PYTEST, *_PARALLEL, "tests/integration/backup"), before=(_PROGRAMS,)),
    Suite("chart", (*_PYTEST, *_PARALLEL, "tests/chart"), before=(_PROGRAMS,)),
    Suite("nginx", (*_PYTEST, "tests/nginx")),
)
