"""What is approved without affecting the render: where results are sent, and recorded-only parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.canonical import digest
from ltxspec.catalog.models import Model
from ltxspec.fingerprint import beside_fingerprint
from ltxspec.redaction import redact_secrets
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class Destination:
    """The delivery parameters of one order as they may be shown, and a digest of their exact values."""

    shown: Mapping[str, Json]  # without secrets
    digest: str


def destination_of(delivery: Mapping[str, Json]) -> Destination | None:
    """Where an order's results are sent; None if it has no delivery parameters.

    The digest covers the exact values: the bucket of a presigned address may be in the part that no record keeps. A
    SHA-256 does not reveal a strong secret, and signatures and tokens of services are strong.
    """
    if not delivery:
        return None
    exact = dict(delivery)
    return Destination(redact_secrets(exact), digest(exact))


def is_shown_whole(destination: Destination) -> bool:
    """Whether the shown parameters are exactly those of the digest."""
    return digest(dict(destination.shown)) == destination.digest


def recorded_digest(model: Model, body: Mapping[str, Json]) -> str | None:
    """A digest of the parameters that are sent but not fingerprinted; None if there are none.

    It covers the exact values, as the fingerprint does for all others.
    """
    parameters = beside_fingerprint(model, body)
    return digest(parameters) if parameters else None
