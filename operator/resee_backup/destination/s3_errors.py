"""What an object store's refusals mean: for good, or for now."""

from __future__ import annotations

from types import TracebackType

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    InvalidConfigError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
)
from urllib3.exceptions import HTTPError

from resee_backup.errors import BackupError, Reason, TransientError, UserError

REMEDIES = {
    "AccessDenied": "Allow s3:PutObject, GetObject, ListBucket, DeleteObject and AbortMultipartUpload there.",
    "AllAccessDisabled": "Open the bucket for these credentials.",
    "InvalidAccessKeyId": "Correct AWS_ACCESS_KEY_ID in the Secret.",
    "SignatureDoesNotMatch": "Correct AWS_SECRET_ACCESS_KEY in the Secret.",
    "ExpiredToken": "Renew the credentials.",
    "NoSuchBucket": "Create the bucket, or correct BACKUP_DESTINATION.",
    "PermanentRedirect": "Set AWS_REGION to the bucket's region.",
    "AuthorizationHeaderMalformed": "Set AWS_REGION to the bucket's region.",
    "KMS.NotFoundException": "Correct BACKUP_S3_KMS_KEY_ID.",
    "EntityTooLarge": "The object is larger than the store takes.",
}
RIGHTS = "Correct the credentials in the Secret, or what they may do with the bucket."
UNREACHABLE = "Check the store's health, AWS_ENDPOINT_URL and the network; nothing was published."

# Refusals that are about one request and not about who asks or where: another try may succeed.
PASSING_STATUS = (408, 409, 425, 429)
PASSING_CODES = ("RequestTimeout", "NoSuchUpload", "InvalidPart", "BadDigest", "IncompleteBody", "SlowDown")

WITHOUT_CREDENTIALS = (NoCredentialsError, PartialCredentialsError)
MISCONFIGURED = (InvalidConfigError, NoRegionError, ParamValidationError, ProfileNotFound)


class translated:  # noqa: N801 - reads as a verb where it is used
    """Turns what botocore raises inside the `with` into a `BackupError` about one place."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, BotoCoreError | ClientError | HTTPError | OSError):
            raise meaning(error, self._where) from error


def meaning(error: Exception, where: str) -> BackupError:
    """The error that people read for one of botocore's."""
    if isinstance(error, ClientError):
        return _refusal(error, where)
    if isinstance(error, WITHOUT_CREDENTIALS):
        remedy = "Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role to the ServiceAccount."
        what = "No credentials for the object store were found"
        return UserError(Reason.DESTINATION_REFUSED, what, where=where, remedy=remedy)
    if isinstance(error, MISCONFIGURED):
        remedy = "Correct the AWS_* variables."
        return UserError(Reason.DESTINATION_REFUSED, f"The client says: {error}", where=where, remedy=remedy)
    what = f"The object store does not answer: {error}"
    return TransientError(Reason.DESTINATION_UNREACHABLE, what, where=where, remedy=UNREACHABLE)


def _refusal(error: ClientError, where: str) -> BackupError:
    said = error.response.get("Error", {})
    code = str(said.get("Code", "unknown"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    what = f"The object store refuses {error.operation_name}: {code} {said.get('Message', '')}".strip()
    for_good = 400 <= status < 500 and status not in PASSING_STATUS and code not in PASSING_CODES
    if for_good or code in REMEDIES:
        return UserError(Reason.DESTINATION_REFUSED, what, where=where, remedy=REMEDIES.get(code, RIGHTS))
    return TransientError(Reason.DESTINATION_UNREACHABLE, what, where=where, remedy=UNREACHABLE)
