"""Images from the engine into the nodes: only what is missing, by the shortest way that a node knows.

A node has an image when the name stands for the same image id there: then nothing is sent. Nodes that see the
engine's layers are told of the image (`link`); to the others all images go in one stream.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from devcluster.cluster import link
from devcluster.cluster.names import canonical
from devcluster.cluster.nodes import execute
from devcluster.engine.base import Engine
from devcluster.errors import ClusterError, UsageError

_CTR = ("ctr", "--namespace", "k8s.io", "images")
_IMPORT = (*_CTR, "import", "--all-platforms", "-")
_CHUNK = 1 << 20


def load(engine: Engine, nodes: Sequence[str], references: Iterable[str]) -> list[str]:
    """Load the images into every node and return those that some node lacked.

    Raises UsageError for an image that the engine does not hold, ClusterError when a node refuses one.
    """
    wanted = _ids(engine, list(dict.fromkeys(references)))
    with ThreadPoolExecutor(max(1, len(nodes))) as pool:
        lacking = dict(
            zip(nodes, pool.map(lambda node: missing(wanted, present(engine, node)), nodes), strict=True)
        )
        lacked = sorted({reference for references in lacking.values() for reference in references})
        receivers = [node for node, references in lacking.items() if references]
        if receivers:
            linked = link.able(engine, receivers)
            if linked:
                images = engine.unpacked(lacked)
                list(pool.map(lambda node: link.send(engine, node, images), linked))
            if streamed := [node for node in receivers if node not in linked]:
                _stream(engine, lacked, streamed)
    return lacked


def present(engine: Engine, node: str) -> dict[str, str]:
    """The image id of each image name that the node's containerd knows."""
    rows = [line.split() for line in execute(engine, node, *_CTR, "ls").splitlines()[1:]]
    digests = {row[0]: row[2] for row in rows}
    # containerd keeps a second name for each image, which is its id.
    ids = {digest: name for name, digest in digests.items() if name.startswith("sha256:")}
    return {name: ids[digest] for name, digest in digests.items() if digest in ids}


def missing(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """The wanted names (name -> id) that are absent from `found` or stand for another image there."""
    return [name for name, identity in wanted.items() if found.get(canonical(name)) != identity]


def _ids(engine: Engine, references: list[str]) -> dict[str, str]:
    if not references:
        return {}
    answer = engine.docker("image", "inspect", *references, check=False)
    found = json.loads(answer.stdout or "[]")
    if answer.returncode != 0:
        known = {tag for image in found for tag in image["RepoTags"]}
        absent = [reference for reference in references if reference not in known]
        raise UsageError(
            f"The engine holds no image {', '.join(absent)}.",
            "Build it with `python -m devcluster build`, or pull it with `python -m devcluster docker pull`.",
        )
    return {reference: image["Id"] for reference, image in zip(references, found, strict=True)}


def _stream(engine: Engine, references: list[str], nodes: list[str]) -> None:
    source = engine.popen(["save", *references], stdout=subprocess.PIPE)
    sinks = [
        engine.popen(
            ["exec", "--interactive", node, *_IMPORT], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        for node in nodes
    ]
    assert source.stdout is not None
    try:
        while chunk := source.stdout.read(_CHUNK):
            for sink in sinks:
                assert sink.stdin is not None
                sink.stdin.write(chunk)
    except BrokenPipeError:
        source.kill()  # the sink's exit code below says which node it was
    finally:
        for sink in sinks:
            assert sink.stdin is not None
            sink.stdin.close()
    codes = {"docker save": source.wait()} | dict(zip(nodes, [sink.wait() for sink in sinks], strict=True))
    failed = [name for name, code in codes.items() if code != 0]
    if failed:
        raise ClusterError(
            f"Loading images failed in {', '.join(failed)}.", "Look at the words above and try again."
        )
