"""Building all images side by side: stage, hash, and build only what the engine does not hold already.

Each image is tagged with the hash of its own context. The images of the application then share one version,
made of all their hashes, because a deployment names one version for all of them (``spec.version``); where one
of them changes the others get the new tag on the old image, and nothing is built twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devcluster.images import base
from devcluster.images.catalogue import IMAGES, REGISTRY, Image
from devcluster.images.client import DockerClient
from devcluster.images.staging import Staging
from devcluster.progress import Progress, Step

_HASH_LENGTH = 12
_SOURCE = "https://github.com/resee-io/resee-operator"


@dataclass(frozen=True)
class Built:
    """An image that the engine holds: its kind in the catalogue and the reference with its own hash."""

    image: Image
    reference: str

    @property
    def digest(self) -> str:
        """The hash in the tag."""
        return self.reference.rpartition("-")[2]


@dataclass(frozen=True)
class Builder:
    """Builds images of one repository on one engine.

    ``offline`` puts all images on the Debian base made here and adds the data images' stand-ins; otherwise
    each Dockerfile's official base is pulled by the engine. ``version`` is the first part of each tag.
    """

    docker: DockerClient
    staging: Staging
    logs: Path
    version: str
    offline: bool = True
    registry: str = REGISTRY

    def build(self, progress: Progress) -> dict[str, str]:
        """Build what is missing and return the reference of each image by its name.

        Raises ``ClusterError`` of the first image that fails, after the others have ended.
        """
        images = [image for image in IMAGES if self.offline or image.kind != "stand-in"]
        with ThreadPoolExecutor(len(images) + 1) as pool:
            bottom = pool.submit(self._base, progress)
            running = [pool.submit(self._shown, image, bottom.result, progress) for image in images]
        built = [one.result() for one in running]
        return {one.image.name: self._named(one, built) for one in built}

    def build_one(self, name: str, progress: Progress) -> str:
        """Build one image where it is missing and return the reference with its own hash."""
        (image,) = [image for image in IMAGES if image.name == name]
        return self._shown(image, lambda: self._base(progress), progress).reference

    def _base(self, progress: Progress) -> None:
        if not self.offline or self.docker.has(base.reference()):
            return
        with progress.step("Base image: Debian's packages, once"):
            self.docker.import_tar(base.archive(), base.reference())

    def _shown(self, image: Image, wait_for_base: Callable[[], None], progress: Progress) -> Built:
        with progress.step(f"Image {image.name}") as step:
            return self._one(image, wait_for_base, step)

    def _one(self, image: Image, wait_for_base: Callable[[], None], step: Step) -> Built:
        context = image.context(self.staging, step.advance)
        bottom = base.reference() if self.offline else "official"
        content = hashlib.sha256(f"{bottom}\0{context.digest()}".encode()).hexdigest()
        reference = f"{self.registry}/{image.name}:{self.version}-{content[:_HASH_LENGTH]}"
        if not self.docker.has(reference):
            wait_for_base()
            step.advance("docker build")
            self.docker.build(context, reference, self.logs / f"{image.name}.log", self._options(reference))
        return Built(image, reference)

    def _options(self, reference: str) -> tuple[str, ...]:
        labels = {"version": reference.rpartition(":")[2], "source": _SOURCE}
        told = [f"--label=org.opencontainers.image.{name}={value}" for name, value in labels.items()]
        if self.offline:
            told.append(f"--build-arg=BASE={base.reference()}")
        return tuple(told)

    def _named(self, one: Built, built: Iterable[Built]) -> str:
        """Return the reference that deployments use: for the application's images, the version they share."""
        if one.image.kind != "app":
            return one.reference
        hashes = sorted(other.digest for other in built if other.image.kind == "app")
        shared = hashlib.sha256("".join(hashes).encode()).hexdigest()[:_HASH_LENGTH]
        reference = f"{self.registry}/{one.image.name}:{self.version}-{shared}"
        if not self.docker.has(reference):
            self.docker.tag(one.reference, reference)
        return reference
