"""What images are made of and no repository holds: Python packages, the React build, Django's static files.

Each is made once in the cache under the hash of its inputs and handed out as a ``Tree`` with that hash as its
key, so that two images that need the same thing share it and a second run makes nothing.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devcluster import cache, paths
from devcluster.images.command import run
from devcluster.images.context import LEFT_OUT, Tree, tree_digest

PYTHON = "3.11"  # of Debian bookworm and of the official base images

Report = Callable[[str], None]


@dataclass
class Staging:
    """The makers of staged folders for one repository."""

    repository: Path

    def site_packages(self, name: str, report: Report, unused: tuple[str, ...] = ()) -> Tree:
        """Return the packages of ``requirements/<name>.txt``, for Linux and this machine's processor.

        ``unused`` are patterns of files and folders in them that the image goes without.
        """
        locked = self.repository / "requirements" / f"{name}.txt"
        key = cache.key(PYTHON, _python_platform(), locked.read_text(), *unused)

        def make(folder: Path) -> None:
            report("Python packages")
            _install(locked, folder)
            # Entry points with this machine's interpreter in their first line; images start modules.
            for pattern in ("bin", *unused):
                _remove(folder.glob(pattern))

        return Tree(cache.made(f"site-packages/{name}-{key}", make), "site-packages", key)

    def react_build(self, report: Report) -> Tree:
        """Return the front end's production build."""
        source = self.repository / "app" / "frontend"
        key = cache.key(tree_digest(Tree(source, "frontend")))

        def make(folder: Path) -> None:
            with self._node_workspace(source, report) as workspace:
                report("React build")
                run(
                    ["npm", "run", "build"],
                    cwd=workspace,
                    remedy="`npm run build` in app/frontend shows it in place.",
                )
                shutil.copytree(workspace / "dist", folder)

        return Tree(cache.made(f"react/{key}", make), "html", key)

    def django_static(self, report: Report) -> Tree:
        """Return what ``collectstatic`` gathers: the files of Django's admin and of the API's pages."""
        source = self.repository / "app" / "backend"
        packages = (self.repository / "requirements" / "backend.txt").read_text()
        key = cache.key(packages, tree_digest(Tree(source, "backend")))

        def make(folder: Path) -> None:
            report("Django's static files")
            run(
                [sys.executable, "-m", "devcluster.images.collectstatic", str(folder)],
                cwd=source,
                environment=os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{self.repository}"},
                remedy="`make setup` installs what the project imports.",
            )

        return Tree(cache.made(f"static/{key}", make), "static", key)

    @contextmanager
    def _node_workspace(self, source: Path, report: Report) -> Iterator[Path]:
        """Yield a copy of the front end with its packages installed, kept for each package-lock.json."""
        lock = source / "package-lock.json"
        workspace = paths.cache_dir() / "node" / cache.key(lock.read_text())
        with cache.locked(workspace.with_suffix(".lock")):
            if not (workspace / "node_modules" / ".package-lock.json").exists():
                report("npm packages")
                workspace.mkdir(exist_ok=True)
                for name in ("package.json", "package-lock.json", ".npmrc"):
                    shutil.copy2(source / name, workspace)
                run(
                    ["npm", "ci", "--prefer-offline"],
                    cwd=workspace,
                    remedy="Check the network and the version of Node.",
                )
            _replace_sources(source, workspace)
            yield workspace


def _python_platform() -> str:
    """Return uv's name for Linux on this processor: images are Linux, the host may be a Mac."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"{machine}-unknown-linux-gnu"


def _install(locked: Path, folder: Path) -> None:
    run(
        [
            *(str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet"),
            *("--target", str(folder), "--python", sys.executable),
            *("--python-version", PYTHON, "--python-platform", _python_platform()),
            # The lock names everything that is needed; it is not worked out again.
            *("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(locked)),
        ],
        remedy="Check the network; `make setup` installs uv.",
    )


def _remove(found: Iterable[Path]) -> None:
    for path in list(found):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _replace_sources(source: Path, workspace: Path) -> None:
    """Make the workspace hold the front end's sources of now, and of its own nothing but the packages."""
    _remove(old for old in workspace.iterdir() if old.name != "node_modules")
    shutil.copytree(source, workspace, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
