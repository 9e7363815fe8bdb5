"""An authority of one test and a certificate of it for 127.0.0.1, made by openssl."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """Files in PEM form."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, name: str = "server", owner: str | None = None) -> Certificate:
    """A new authority in `folder` and what it signed; `owner` is who may read the key.

    Needs Debian's openssl.
    """
    authority, authority_key = folder / "ca.crt", folder / "ca.key"
    made = Certificate(authority, folder / f"{name}.crt", folder / f"{name}.key")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    _openssl(*new, "-subj", "/CN=Resee test authority", "-keyout", authority_key, "-out", authority)
    signed = ("-CA", authority, "-CAkey", authority_key, "-addext", "subjectAltName=IP:127.0.0.1")
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "basicConstraints=CA:FALSE")
    _openssl(*new, *signed, *subject, "-keyout", made.key, "-out", made.certificate)
    made.key.chmod(0o600)
    if owner is not None:
        shutil.chown(made.key, owner)
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
