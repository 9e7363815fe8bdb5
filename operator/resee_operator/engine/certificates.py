"""Certificates of the operator's own making, for servers that only one deployment's Pods talk to.

An authority of ten years signs a server's certificate of one; with a third of the year left it is renewed.
The authority stays, so that clients that still hold the old files trust the new ones. All four parts are one
text, in the order authority's key, its certificate, server's key, its certificate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE: Final = timedelta(days=3650)
LIFE: Final = timedelta(days=365)
RENEWED_BEFORE: Final = LIFE / 3
"""What must be left of a certificate: four months, in which somebody will have run the operator."""
_SKEW: Final = timedelta(hours=1)
"""Certificates are valid from a little before, since clocks differ."""
_BLOCK: Final = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\n?", re.DOTALL)

_Key = ec.EllipticCurvePrivateKey


def issue(names: Sequence[str], now: datetime, old: str = "") -> str:
    """All four parts for a server of these DNS names.

    Args:
        names: the first one is the common name.
        now: with a time zone.
        old: what it has; the authority is taken from it, and all of it while it will do.
    """
    blocks = _BLOCK.findall(old)
    if len(blocks) == 4 and _will_do(blocks, names, now):
        return old
    authority = _authority_of(blocks, now)
    key, certificate = authority or _make_authority(names[0], now)
    server = ec.generate_private_key(ec.SECP256R1())
    signed = _sign(names, server, key, certificate, now)
    return "".join((_key_text(key), _text(certificate), _key_text(server), _text(signed)))


def _will_do(blocks: Sequence[str], names: Sequence[str], now: datetime) -> bool:
    try:
        authority, server = (x509.load_pem_x509_certificate(blocks[place].encode()) for place in (1, 3))
        alternatives = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    lasts = min(authority.not_valid_after_utc, server.not_valid_after_utc) - now > RENEWED_BEFORE
    # Names too many do no harm; to be rid of them would restart the server.
    return lasts and set(names) <= set(alternatives.get_values_for_type(x509.DNSName))


def _authority_of(blocks: Sequence[str], now: datetime) -> tuple[_Key, x509.Certificate] | None:
    """Key and certificate of the authority that signed before, if it lives long enough to sign again."""
    if len(blocks) != 4:
        return None
    try:
        key = serialization.load_pem_private_key(blocks[0].encode(), password=None)
        certificate = x509.load_pem_x509_certificate(blocks[1].encode())
    except ValueError:
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.not_valid_after_utc - now < LIFE:
        return None
    return key, certificate


def _make_authority(name: str, now: datetime) -> tuple[_Key, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(f"{name} authority")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    identity = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        _builder(subject, subject, key, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identity, critical=False)
    )
    return key, builder.sign(key, hashes.SHA256())


def _sign(
    names: Sequence[str], server: _Key, key: _Key, authority: x509.Certificate, now: datetime
) -> x509.Certificate:
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        _builder(_subject(names[0]), authority.subject, server, now, LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(alternatives, critical=False)
        .add_extension(issuer, critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: _Key, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + life)
    )


def _usage(**true: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: true.get(name, False) for name in names})


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_text(key: _Key) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
