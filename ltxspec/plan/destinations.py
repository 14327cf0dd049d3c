"""What is no part of what is rendered and part of what is approved: where results are sent, and recorded parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.canonical import digest
from ltxspec.catalog.models import Model
from ltxspec.fingerprint import beside_fingerprint
from ltxspec.redaction import redact_secrets
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class Destination:
    """The delivery parameters of one order, as they may be shown, and a digest of what they are exactly."""

    shown: Mapping[str, Json]  # without secrets
    digest: str


def destination_of(delivery: Mapping[str, Json]) -> Destination | None:
    """Where an order's results are sent; None where it says nothing of it.

    The digest is of the exact values: which bucket a presigned address leads to may stand in the very part that no
    record keeps. A SHA-256 gives a strong secret away to nobody; signatures and tokens of services are strong.
    """
    if not delivery:
        return None
    exact = dict(delivery)
    return Destination(redact_secrets(exact), digest(exact))


def is_shown_whole(destination: Destination) -> bool:
    """Whether what is shown is exactly what the digest is of."""
    return digest(dict(destination.shown)) == destination.digest


def recorded_digest(model: Model, body: Mapping[str, Json]) -> str | None:
    """A digest of the parameters that are sent and that the fingerprint leaves out; None where there are none.

    It is of the exact values, as the fingerprint is of all others.
    """
    parameters = beside_fingerprint(model, body)
    return digest(parameters) if parameters else None
