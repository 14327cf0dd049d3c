"""Certificates for labels, made here: a root, and a signer that it certifies. No program trusts them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STUDIO = "Example Studio"
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2096, 1, 1, tzinfo=UTC)


def write_signer(folder: Path) -> None:
    """Write `chain.pem` and `key.pem`, and `root.pem` for those who trust it."""
    chain, key = signer()
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(key)
    (folder / "root.pem").write_bytes(root())


@cache
def signer(end: datetime = END) -> tuple[bytes, bytes]:
    """Certificates and private key of a signer, in PEM form."""
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = certificate("Example Root", root, root, "Example Root", END, is_root=True)
    leaf = certificate(STUDIO, own, root, "Example Root", end, is_root=False)
    return leaf.public_bytes(Encoding.PEM) + top.public_bytes(Encoding.PEM), pem(own)


def root() -> bytes:
    """The certificate of the authority that certifies the signer."""
    return b"-----BEGIN" + signer()[0].rpartition(b"-----BEGIN")[2]


def certificate_of_a_stranger() -> bytes:
    """The certificate of another authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate("Other Root", key, key, "Other Root", END, is_root=True).public_bytes(Encoding.PEM)


def pem(key: Any, encryption: Any = None) -> bytes:
    """A private key in PEM form."""
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return data


def certificate(name: str, key: Any, issuer_key: Any, issuer: str, end: datetime, *, is_root: bool) -> x509.Certificate:
    """A certificate for a public key, as C2PA wants it."""
    usages = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished(name))
        .issuer_name(distinguished(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(START, end - timedelta(days=1)))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usages),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def distinguished(name: str) -> x509.Name:
    """The name of a subject."""
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
