"""The table of all test suites: what is run, where, and what must be there before.

Suites of one lane run one after another in this order, the two lanes side by side; each takes about half of
the time on 2 cores. What uses this checkout's engine is in one lane: its last cluster takes the engine along.
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
_PROGRAMS: Command = (*_DEVCLUSTER, "programs", "helm", "kube", "kwok", "promtool")
_IMAGES: Command = (*_DEVCLUSTER, "build")
_E2E_PORT = int(os.environ.get("RESEE_E2E_PORT", "18080"))
_E2E_CLUSTER: Command = (
    *(*_DEVCLUSTER, "deploy", "--name=e2e", "--operator-only"),
    *(f"--http-port={_E2E_PORT}", f"--s3-port={_E2E_PORT + 1}"),
)
_NODE_MODULES: Command = (sys.executable, "-m", "tools.node_modules")
_PARALLEL: Command = ("-n", "2")


@dataclass(frozen=True)
class Suite:
    """One suite, run in its folder; the commands of ``before`` must succeed first, at the root."""

    name: str
    lane: int
    command: Command
    folder: Path = ROOT
    before: tuple[Command, ...] = ()


SUITES: tuple[Suite, ...] = (
    Suite("unit", 1, (*_PYTEST, *_PARALLEL, "tests/unit")),
    Suite("backend", 1, (*_PYTEST, *_PARALLEL), folder=BACKEND),
    Suite("nginx", 1, (*_PYTEST, "tests/nginx")),
    Suite("frontend", 1, _VITEST, folder=FRONTEND, before=(_NODE_MODULES,)),
    Suite("images", 1, (*_PYTEST, "tests/images"), before=(_IMAGES,)),
    Suite("e2e", 1, (*_PYTEST, "tests/e2e"), before=(_NODE_MODULES, _E2E_CLUSTER)),
    Suite("chart", 2, (*_PYTEST, *_PARALLEL, "tests/chart"), before=(_PROGRAMS,)),
    Suite("backup", 2, (*_PYTEST, *_PARALLEL, "tests/integration/backup"), before=(_PROGRAMS,)),
    Suite(
        "integration",
        2,
        (*_PYTEST, "tests/integration", "--ignore=tests/integration/backup"),
        before=(_PROGRAMS,),
    ),
    Suite("devcluster", 2, (*_PYTEST, "tests/devcluster"), before=(_PROGRAMS,)),
)
