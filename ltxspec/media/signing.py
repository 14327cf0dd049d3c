"""Certificates and keys that labels are signed with, checked before anything is written.

`cryptography` comes with `c2pa-python`, the extra `ltxspec[c2pa]`. No message repeats anything of a key.
"""

from datetime import datetime
from typing import Any

from ltxspec.media.labels import LabelError, Signing, library

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_KINDS = "an EC (P-256, P-384, P-521), RSA or Ed25519 key"


def signing_of(
    certificates: bytes, key: bytes, now: datetime, *, time_stamps: str | None = None, trusted: bytes | None = None
) -> Signing:
    """What a label is signed with.

    Args:
        certificates: PEM, the signer's first.
        key: PEM, without a passphrase.
        now: the current time.
        time_stamps: the address of a time-stamping authority, if one is used.
        trusted: PEM, the certificates that viewers trust, if these are known.

    Raises:
        LabelError: the extra is missing, one of them cannot be used, or the two do not belong together.
    """
    library()
    signer, private = _certificate(certificates), _private_key(key)
    if trusted is not None:
        _certificate(trusted)
    if _public_key(signer) != private.public_key():
        raise LabelError(
            "the key is not that of the first certificate", hint="begin the file with the certificate of the signer"
        )
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        first, last = (day.date().isoformat() for day in (signer.not_valid_before_utc, signer.not_valid_after_utc))
        raise LabelError(f"the certificate is valid from {first} to {last}, and not now", hint="use a renewed one")
    return Signing(certificates, key, _algorithm(private), time_stamps, trusted)


def _certificate(certificates: bytes) -> Any:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(certificates)[0]
    except ValueError as error:
        hint = "the signer's certificate comes first, then those that certify it"
        raise LabelError("the certificates are not in PEM form", hint=hint) from error


def _public_key(signer: Any) -> Any:
    """The public key of a certificate; None if it is of a kind that no private key here can have."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return signer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _private_key(key: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key, password=None)
    except TypeError:
        hint = "`openssl pkey -in FILE | ltxspec label … --key -` removes it without writing a file"
        raise LabelError("the key has a passphrase", hint=hint) from None
    except (ValueError, UnsupportedAlgorithm):  # without its text, which may quote the key
        raise LabelError("the key is not a private key in PEM form", hint=f"use {_KINDS}") from None


def _algorithm(private: Any) -> str:
    """The name of the signature algorithm, as C2PA calls it."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    match private:
        case ec.EllipticCurvePrivateKey() if private.curve.name in _CURVES:
            return _CURVES[private.curve.name]
        case rsa.RSAPrivateKey():
            return "ps256"
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
    raise LabelError("labels cannot be signed with a key of this kind", hint=f"use {_KINDS}")
