import copy
from typing import Any

import pytest

from ltxspec.catalog.latency import expected_seconds
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import Invalid

FILE = "lightricks-ltx-2-5-fast.json"
ABOUT = {"confidence": "unverified", "source": "a test", "date": "2026-11-29"}


def usual(documents: dict[str, Any], latency: dict[str, Any] | None, **params: Any) -> float | None:
    document = copy.deepcopy(documents[FILE])
    if latency is not None:
        document["x-ltxspec"]["latency"] = {**latency, **ABOUT}
    return expected_seconds(load_catalog({FILE: document}), {"model": "lightricks:ltx@2.5-fast", **params})


def test_a_render_is_expected_to_take_what_the_file_says(documents: dict[str, Any]) -> None:
    assert usual(documents, {"seconds": 40}) == 40
    assert usual(documents, {"seconds": 10, "perSecond": 5}, duration=8) == 50
    assert usual(documents, {"seconds": 10, "perSecond": 5}) == 40  # the default length


def test_what_is_not_known_is_not_expected(documents: dict[str, Any]) -> None:
    assert usual(documents, None) is None
    assert usual(documents, {"seconds": 0}) is None
    assert usual(documents, {"seconds": 10, "perSecond": 5}, duration="auto") is None
    assert usual(documents, {"seconds": 40}, model="acme:1@1") is None


def test_a_latency_below_zero_is_refused(documents: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        usual(documents, {"seconds": -1})
