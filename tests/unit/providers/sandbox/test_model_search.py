from typing import Any

import pytest
from sandboxes import Sandbox, catalog, codes

from ltxspec.providers.sandbox.identifiers import derived_uuid


def search(**fields: Any) -> dict[str, Any]:
    return {"taskType": "modelSearch", "taskUUID": derived_uuid("search"), **fields}


def found(sandbox: Sandbox, **fields: Any) -> list[str]:
    (item,) = sandbox.call(search(**fields))["data"]
    return [result["air"] for result in item["results"]]


def test_the_models_of_the_catalog_are_found(sandbox: Sandbox) -> None:
    (item,) = sandbox.call(search(search="lightricks 2@0"))["data"]
    (result, *_) = item["results"]
    assert (result["air"], result["name"], result["provider"]) == ("lightricks:2@0", "LTX-2 Pro", "Lightricks")
    assert (result["source"], result["category"], result["private"]) == ("featured", "checkpoint", False)
    assert result["capabilities"] == ["text-to-video", "image-to-video"]
    assert sorted(found(sandbox, limit=100)) == sorted(model.air for model in catalog().models)
    assert found(sandbox, search="no such model") == []


def test_a_search_has_pages(sandbox: Sandbox) -> None:
    every = found(sandbox, sort="name", limit=100)
    pages = [found(sandbox, sort="name", limit=2, offset=start) for start in range(0, len(every), 2)]
    assert [air for page in pages for air in page] == every
    (item,) = sandbox.call(search(limit=1, offset=len(every)))["data"]
    assert (item["totalResults"], item["results"]) == (len(every), [])
    assert found(sandbox, sort="-name", limit=100) == every[::-1]


@pytest.mark.parametrize(
    "fields",
    [
        {"search": "ltx-2 pro", "source": "official", "category": "checkpoint", "sort": "_score"},
        {"search": "ltx-2 pro", "source": "featured", "visibility": "public", "capabilities": ["text-to-video"]},
        {"search": "ltx-2 pro", "tags": ["x"], "type": "base", "conditioning": "canny", "visibility": "all"},
        {"search": "ltx-2 pro", "sort": "-addedUnixTimestamp"},
    ],
)
def test_the_questions_of_every_client_are_understood(sandbox: Sandbox, fields: dict[str, Any]) -> None:
    assert "lightricks:2@0" in found(sandbox, **fields)


@pytest.mark.parametrize(
    "fields", [{"source": "community"}, {"category": "lora"}, {"visibility": "owned"}, {"capabilities": ["text-to-3d"]}]
)
def test_what_no_model_is_finds_nothing(sandbox: Sandbox, fields: dict[str, Any]) -> None:
    assert found(sandbox, **fields) == []


@pytest.mark.parametrize(
    ("fields", "code", "parameter"),
    [
        ({"source": "mine"}, "invalidSource", "source"),
        ({"limit": 0}, "invalidLimit", "limit"),
        ({"limit": True}, "invalidLimit", "limit"),
        ({"offset": -1}, "invalidOffset", "offset"),
        ({"page": 2}, "unsupportedParameter", "page"),
    ],
)
def test_a_wrong_search_is_refused(sandbox: Sandbox, fields: dict[str, Any], code: str, parameter: str) -> None:
    assert codes(sandbox.call(search(**fields))) == [(code, parameter)]
