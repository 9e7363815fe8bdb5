"""Any S3-compatible object store. Credentials come by botocore's chain: environment, IRSA, instance role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from resee_backup.destination.base import NotStored, Stored
from resee_backup.destination.multipart import MultipartUpload, part_size
from resee_backup.destination.s3_errors import translated
from resee_backup.errors import Reason, UserError
from resee_backup.settings import Settings

CHUNK = 1024 * 1024
DEFAULT_REGION = "us-east-1"


class S3:
    """One bucket and a prefix in it.

    Args:
        client: a botocore S3 client.
        options: how to encrypt and lock what is written.
    """

    def __init__(self, client: Any, bucket: str, prefix: str, options: WriteOptions) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._options = options
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")

    @classmethod
    def from_settings(
        cls, bucket: str, prefix: str, settings: Settings, environment: Mapping[str, str]
    ) -> S3:
        """A client that waits no longer than the settings allow and tries again with back-off."""
        own_endpoint = bool(environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL"))
        config = Config(
            connect_timeout=min(10, settings.s3_timeout_seconds),
            read_timeout=settings.s3_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": settings.s3_attempts},
            s3={"addressing_style": "path" if own_endpoint else "auto"},
            **_checksums(own_endpoint, environment),
        )
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        try:
            with translated(f"s3://{bucket}"):
                client = Session().create_client("s3", region_name=region, config=config)
        except ValueError as error:
            remedy = "Give AWS_ENDPOINT_URL as http://host:port or https://host:port."
            raise UserError(
                Reason.INVALID_SETTING, str(error), where="AWS_ENDPOINT_URL", remedy=remedy
            ) from None
        return cls(client, bucket, prefix, WriteOptions(settings))

    def write(self, key: str, chunks: Iterable[bytes], expected_size: int) -> None:
        """See `Destination.write`: a multipart upload that is completed last or aborted."""
        options = self._options.lasting()
        with MultipartUpload(self._client, self._bucket, self._prefix + key, options) as upload:
            upload.send_all(chunks, part_size(expected_size))
            upload.complete()

    def put(self, key: str, data: bytes, *, lasting: bool = False) -> None:
        """See `Destination.put`."""
        options = self._options.lasting() if lasting else self._options.replaceable()
        with self._translated(key):
            self._client.put_object(**self._at(key), Body=data, **options)

    def get(self, key: str) -> bytes:
        """See `Destination.get`."""
        return b"".join(self.read(key))

    def read(self, key: str) -> Iterator[bytes]:
        """See `Destination.read`."""
        with self._translated(key):
            try:
                body = self._client.get_object(**self._at(key))["Body"]
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    raise NotStored(key) from None
                raise
            with body:
                yield from body.iter_chunks(CHUNK)

    def stored(self, prefix: str) -> Iterator[Stored]:
        """See `Destination.stored`."""
        pages = self._client.get_paginator("list_objects_v2")
        with self._translated(prefix):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for item in page.get("Contents", ()):
                    key = item["Key"].removeprefix(self._prefix)
                    yield Stored(key, item["Size"], item["LastModified"])

    def delete(self, key: str) -> None:
        """See `Destination.delete`."""
        with self._translated(key):
            self._client.delete_object(**self._at(key))

    def clear_unfinished(self, prefix: str, before: datetime) -> int:
        """See `Destination.clear_unfinished`: aborts multipart uploads that nobody finishes any more."""
        pages = self._client.get_paginator("list_multipart_uploads")
        cleared = 0
        with self._translated(prefix):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        self._client.abort_multipart_upload(
                            Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        cleared += 1
        return cleared

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _translated(self, key: str) -> translated:
        return translated(f"s3://{self._bucket}/{self._prefix}{key}")


def _checksums(own_endpoint: bool, environment: Mapping[str, str]) -> dict[str, str]:
    """S3-compatible servers often refuse the trailing checksums that AWS' own client sends by default."""
    if own_endpoint and not environment.get("AWS_REQUEST_CHECKSUM_CALCULATION"):
        return {"request_checksum_calculation": "when_required"}
    return {}


class WriteOptions:
    """What a write asks of the store beside taking the bytes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def replaceable(self) -> dict[str, Any]:
        """Of a document that is written anew from time to time: encryption."""
        settings = self._settings
        wanted = {"ServerSideEncryption": settings.s3_encryption, "SSEKMSKeyId": settings.s3_kms_key_id}
        return {name: value for name, value in wanted.items() if value}

    def lasting(self) -> dict[str, Any]:
        """Of what stays as it is: the same, and a lock with the checksum that stores ask for with one."""
        days = self._settings.s3_object_lock_days
        if days == 0:
            return self.replaceable()
        return self.replaceable() | {
            "ObjectLockMode": self._settings.s3_object_lock_mode,
            "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=days),
            "ChecksumAlgorithm": "CRC32",
        }
