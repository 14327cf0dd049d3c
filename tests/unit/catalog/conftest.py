import json
from pathlib import Path
from typing import Any

import pytest

from ltxspec.catalog.models import Catalog, Model, load_catalog

SCHEMAS = Path(__file__).parents[3] / "schemas"


@pytest.fixture(scope="session")
def documents() -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in sorted((SCHEMAS / "models").glob("*.json"))}


@pytest.fixture(scope="session")
def catalog(documents: dict[str, Any]) -> Catalog:
    return load_catalog(documents)


@pytest.fixture(scope="session")
def pro(catalog: Catalog) -> Model:
    model = catalog.find("lightricks:2@0")
    assert model is not None
    return model


@pytest.fixture(scope="session")
def fast25(catalog: Catalog) -> Model:
    model = catalog.find("lightricks:ltx@2.5-fast")
    assert model is not None
    return model
