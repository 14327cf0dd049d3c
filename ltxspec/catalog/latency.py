"""How long a render is expected to take, by the `latency` of its model's file."""

from collections.abc import Mapping

from ltxspec.catalog.models import Catalog
from ltxspec.catalog.price_parts import positive, reckoned
from ltxspec.values import Json

_SECONDS = ("duration",)


def expected_seconds(catalog: Catalog, body: Mapping[str, Json]) -> float | None:
    """The usual seconds of a render; None where the file does not say, or the length of the video is not known.

    Args:
        catalog: the models.
        body: the request.
    """
    model = catalog.find(str(body.get("model")))
    latency = model.settings.latency if model is not None else None
    if model is None or latency is None:
        return None
    if latency.per_second is None:
        return latency.seconds or None
    length = positive(reckoned(model, body, _SECONDS))
    return None if length is None else latency.seconds + latency.per_second * float(length)
