"""What cannot sign is refused before anything is written, in words that repeat nothing of a key."""

from datetime import UTC, datetime
from typing import Any

import pytest
import signers
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding

from ltxspec.media import labels
from ltxspec.media.labels import LabelError
from ltxspec.media.signing import signing_of

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def own(key: Any) -> tuple[bytes, bytes]:
    """A certificate for a key, and the key."""
    issuer = ec.generate_private_key(ec.SECP256R1())
    made = signers.certificate("Me", key, issuer, "Root", signers.END, is_root=False)
    return made.public_bytes(Encoding.PEM), signers.pem(key)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
        (rsa.generate_private_key(65537, 2048), "ps256"),
    ],
)
def test_the_kind_of_the_key_decides_the_algorithm(key: Any, algorithm: str) -> None:
    chain, private = own(key)
    found = signing_of(chain, private, NOW, time_stamps="http://stamps.example", trusted=chain)
    assert (found.algorithm, found.time_stamps) == (algorithm, "http://stamps.example")
    assert (found.certificates, found.key, found.trusted) == (chain, private, chain)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256K1()), dsa.generate_private_key(1024)])
def test_other_kinds_are_refused(key: Any) -> None:
    with pytest.raises(LabelError, match="labels cannot be signed with a key of this kind"):
        signing_of(*own(key), NOW)


def refused(chain: bytes, key: bytes, now: datetime = NOW) -> LabelError:
    with pytest.raises(LabelError) as caught:
        signing_of(chain, key, now)
    return caught.value


def test_what_is_no_certificate_or_no_key_is_named() -> None:
    chain, key = signers.signer()
    assert refused(b"x", key).summary == "the certificates are not in PEM form"
    for wrong in (b"", b"s3cret", b"-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n", chain):
        assert str(refused(chain, wrong)) == "the key is not a private key in PEM form"


def test_a_trust_list_that_is_none_is_refused() -> None:
    with pytest.raises(LabelError, match="the certificates are not in PEM form"):
        signing_of(*signers.signer(), NOW, trusted=b"none")


def test_a_key_with_a_passphrase_is_refused_with_the_cure() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    error = refused(own(key)[0], signers.pem(key, BestAvailableEncryption(b"secret")))
    assert error.summary == "the key has a passphrase"
    assert "--key -" in str(error.hint)


def test_the_key_must_be_that_of_the_first_certificate() -> None:
    chain, _ = signers.signer()
    error = refused(chain, signers.pem(ec.generate_private_key(ec.SECP256R1())))
    assert error.summary == "the key is not that of the first certificate"


@pytest.mark.parametrize("now", [datetime(2025, 1, 1, tzinfo=UTC), datetime(2097, 1, 1, tzinfo=UTC)])
def test_a_certificate_that_is_not_valid_now_is_refused(now: datetime) -> None:
    error = refused(*signers.signer(), now)
    assert error.summary == "the certificate is valid from 2026-01-01 to 2096-01-01, and not now"


def test_without_the_extra_that_is_said_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "is_installed", lambda: False)
    assert refused(b"", b"").summary == "labels need the extra `c2pa`"


def test_a_certificate_with_a_key_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LabelError, match="the key is not that of the first certificate"):
        signing_of(SM2, signers.signer()[1], NOW)


SM2 = b"""\
-----BEGIN CERTIFICATE-----
MIIBbTCCAROgAwIBAgIUIMSOSr1ClDiax4mo448bJdKkvxMwCgYIKoEcz1UBg3Uw
DDEKMAgGA1UEAwwBeDAeFw0yNjExMzAwMzMwNThaFw0yNjEyMDMwMzMwNThaMAwx
CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqgRzPVQGCLQNCAAQLJCXqerfxlU5o
hXz5jtXhJSMkeUBCrE9AXs/CjXo6aQVcPBCemghxtEklMkYXYFahncFi3VTTsMvd
z76NI+Dlo1MwUTAdBgNVHQ4EFgQUuzT5wTEutY08NxIr/GblRfzpILYwHwYDVR0j
BBgwFoAUuzT5wTEutY08NxIr/GblRfzpILYwDwYDVR0TAQH/BAUwAwEB/zAKBggq
gRzPVQGDdQNIADBFAiEA4A7qsmesQ1bw17yL+NrYysFZiWTSi4MUMUtuqqwHSesC
IEpvEDQH2mC/XtndS6iK7zX9k2vGhqBh2iWnkFbEq95X
-----END CERTIFICATE-----
"""
