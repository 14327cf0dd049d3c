"""Where the results of an order are sent: no part of what is rendered, and part of what is approved."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.canonical import digest
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
