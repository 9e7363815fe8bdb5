"""The scalar types of the custom resource: each with its form, its greatest length and advice in words.

A form is a CEL rule rather than an OpenAPI pattern, because a refused pattern answers with a regular
expression and a refused rule with advice. Every string and list has a greatest length: the API server
estimates the cost of the rules from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from resee_operator.api.base import Rule

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST = rf"{_LABEL}([.]{_LABEL})*"
_FOLDER = r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?"
_PATH = rf"{_FOLDER}(:[0-9]{{1,5}})?(/{_FOLDER})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]*"

BACKUP_ID = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"
"""Form of the identifiers that the backup program gives."""

_STEP = r"(/[1-9][0-9]?)?"
_NUMBER = r"([*]|[0-9]{1,2}(-[0-9]{1,2})?)" + _STEP
_MONTH = r"([*]|([0-9]{1,2}|[A-Za-z]{3})(-([0-9]{1,2}|[A-Za-z]{3}))?)" + _STEP
_DAY = r"([*]|([0-6]|[A-Za-z]{3})(-([0-6]|[A-Za-z]{3}))?)" + _STEP
_CRON = " ".join(f"{field}(,{field})*" for field in (_NUMBER, _NUMBER, _NUMBER, _MONTH, _DAY))


@dataclass(frozen=True)
class Form:
    """A string's form.

    Args:
        expression: regular expression that the whole string must match; without quotes or backslashes, so
            that RE2 and Python read the same.
        length: greatest length, in characters.
        advice: what is wrong and what to write, parted by a colon.
        integers: whether a whole number may go without quotes.
    """

    expression: str
    length: int
    advice: str
    integers: bool = False

    @property
    def rule(self) -> Rule:
        """The form as a rule on the value."""
        pattern = f"^({self.expression})$"
        text = "string(self)" if self.integers else "self"
        return Rule(
            cel=f"{text}.matches('{pattern}')",
            message=self.advice,
            holds=lambda value: re.fullmatch(self.expression, value) is not None,
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        checked = core_schema.no_info_after_validator_function(self._check, handler(source))
        if not self.integers:
            return checked
        return core_schema.no_info_before_validator_function(_int_as_text, checked)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        rules = {"maxLength": self.length, "x-kubernetes-validations": [self.rule.schema()]}
        if self.integers:
            return {
                "anyOf": [{"type": "integer"}, {"type": "string"}],
                "x-kubernetes-int-or-string": True,
                **rules,
            }
        return {**handler(schema), **rules}

    def _check(self, value: str) -> str:
        if len(value) > self.length:
            raise ValueError(f"at most {self.length} characters are allowed")
        self.rule.check(value)
        return value


def _int_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Quantity = Annotated[
    str,
    Form(
        r"([0-9]+([.][0-9]+)?|[.][0-9]+)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?",
        20,
        "not a quantity: write a number with its unit, for example 250m, 512Mi or 10Gi",
        integers=True,
    ),
]
"""A number of Kubernetes with its unit, such as 250m, 512Mi or 10Gi; a whole number may go without quotes."""

CronLine = Annotated[
    str,
    Form(
        _CRON,
        100,
        "not a cron line: write five fields (minute, hour, day of month, month, "
        "day of week as 0-6 or SUN-SAT), for example 0 3 * * *",
    ),
]
"""A cron line of five fields; resolve checks their ranges."""

Duration = Annotated[
    str,
    Form(
        r"[1-9][0-9]{0,4}(s|m|h|d)", 6, "not a duration: write a number with its unit, for example 90m or 36h"
    ),
]
"""A time span in seconds, minutes, hours or days, such as 90m or 36h."""

TimeZone = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}",
        64,
        "not a time zone: write a name of the IANA database, for example Asia/Seoul",
    ),
]
"""A name of the IANA time zone database; resolve looks it up."""

Name = Annotated[str, Form(_LABEL, 63, "not a DNS label: use small letters, digits and inner hyphens")]
GroupName = Annotated[str, Form(_LABEL, 20, "not a DNS label: use small letters, digits and inner hyphens")]
ObjectName = Annotated[
    str, Form(_HOST, 253, "not the name of an object: use small letters, digits, inner hyphens and dots")
]
DeploymentName = Annotated[
    str,
    Form(
        r"[a-z]([-a-z0-9]*[a-z0-9])?",
        35,
        "not the name of a ReseeDeployment: use small letters, digits and inner hyphens, a letter first",
    ),
]
BackupName = Annotated[
    str,
    Form(
        rf"{_HOST}|{BACKUP_ID}",
        253,
        "names no backup: write latest, the name of a ReseeBackup, "
        "or an identifier such as 20260131T030000Z-1f2e3d",
    ),
]
"""Latest, a ReseeBackup, or a backup's identifier."""
Host = Annotated[
    str, Form(_HOST, 253, "not a host name: write it without scheme, port or path, as resee.example.com")
]
Address = Annotated[
    str,
    Form(
        r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?",
        300,
        "not an address: write scheme, host and port only, as https://resee.example.com:8443",
    ),
]
Image = Annotated[
    str,
    Form(
        rf"{_PATH}(:{_TAG})?(@sha256:[0-9a-f]{{64}})?",
        500,
        "not an image reference: write registry/name:tag or registry/name@sha256:digest",
    ),
]
Registry = Annotated[
    str, Form(_PATH, 300, "not a registry: write host/folder without scheme, as ghcr.io/resee-io")
]
Tag = Annotated[str, Form(_TAG, 128, "not a version: write the tag of the images, as 1.4.2")]
Key = Annotated[str, Form(r"[-._A-Za-z0-9]+", 253, "not a key of a Secret: use letters, digits, - _ and .")]
EnvName = Annotated[
    str, Form(r"[A-Za-z_][A-Za-z0-9_]*", 128, "not a variable's name: use letters, digits and underscores")
]
Bucket = Annotated[
    str,
    Form(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        63,
        "not a bucket's name: use 3 to 63 small letters, digits, - and .",
    ),
]
Prefix = Annotated[
    str,
    Form(
        r"[A-Za-z0-9!_.*()-]+(/[A-Za-z0-9!_.*()-]+)*",
        512,
        "not a folder of a bucket: write it without slashes at its ends, as resee/backups",
    ),
]
Region = Annotated[
    str, Form(r"[a-z0-9-]+", 64, "not a region: use small letters, digits and hyphens, as eu-west-1")
]

MetricName = Annotated[
    str,
    Form(r"[a-zA-Z_:][a-zA-Z0-9_:]*", 128, "not a metric's name: use letters, digits, _ and :"),
]
Network = Annotated[
    str,
    Form(r"[0-9a-fA-F.:]+/[0-9]{1,3}", 49, "not a range of addresses: write it as 10.0.0.0/8 or fd00::/8"),
]
"""A range of addresses; resolve checks its figures."""

Text = Annotated[str, Field(max_length=1024)]
Moment = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]
"""A time as RFC 3339 writes it, in UTC."""
Labels = Annotated[dict[str, Annotated[str, Field(max_length=253)]], Field(max_length=32)]
Annotations = Annotated[dict[str, Text], Field(max_length=64)]

AnyObject = Annotated[
    dict[str, JsonValue],
    WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
]
"""An object whose form Kubernetes defines and checks."""
