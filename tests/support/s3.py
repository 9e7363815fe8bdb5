"""A real S3 server of a test's own: versitygw on the loopback, its objects are files below the folder."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from devcluster import binaries
from tests.support.process import LocalProcess

REGION = "us-east-1"


class S3Server(LocalProcess):
    """One versitygw with a bucket.

    Args:
        directory: an empty folder.
        bucket: made when the server starts.
        versions: keep versions of objects, which locks need.
    """

    name = "versitygw"

    def __init__(self, directory: Path, bucket: str = "resee-backups", *, versions: bool = False) -> None:
        super().__init__(directory)
        self.bucket = bucket
        self.access_key = f"key-{secrets.token_hex(4)}"
        self.secret_key = secrets.token_urlsafe(24)
        self.objects = directory / "objects"
        (self.objects / bucket).mkdir(parents=True, exist_ok=True)
        self.metadata = directory / "metadata"
        self.metadata.mkdir(exist_ok=True)
        self.versions = directory / "versions" if versions else None
        if self.versions is not None:
            self.versions.mkdir(exist_ok=True)

    @property
    def endpoint(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        versions = [] if self.versions is None else ["--versioning-dir", str(self.versions)]
        return [
            *(str(binaries.ensure("versitygw")), "--port", f"127.0.0.1:{self.port}", "--quiet"),
            *("posix", "--sidecar", str(self.metadata), *versions, str(self.objects)),
        ]

    def environment(self) -> dict[str, str]:
        """versitygw reads its root account from here, so that no secret is on its command line."""
        return {"ROOT_ACCESS_KEY": self.access_key, "ROOT_SECRET_KEY": self.secret_key, "VGW_REGION": REGION}

    def client_environment(self, endpoint: str | None = None) -> dict[str, str]:
        """The AWS_* variables of a client of this server, or of a proxy before it."""
        return {
            "AWS_ENDPOINT_URL": endpoint or self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
        }

    def client(self) -> Any:
        """A boto3 client."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def answers(self) -> bool:
        try:
            self.client().head_bucket(Bucket=self.bucket)
        except (BotoCoreError, ClientError):
            return False
        return True

    def keys(self) -> list[str]:
        """Keys of all objects in the bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def uploads(self) -> list[str]:
        """Keys of the multipart uploads that are neither completed nor aborted."""
        found = self.client().list_multipart_uploads(Bucket=self.bucket)
        return [upload["Key"] for upload in found.get("Uploads", ())]
