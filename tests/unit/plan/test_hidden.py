from typing import Any

import pytest
from builders import request, take
from replacing import replace

from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import Model, known_names, load_catalog
from ltxspec.fingerprint import fingerprint_of
from ltxspec.lock.models import Take
from ltxspec.plan.differences import request_changes
from ltxspec.redaction import redact_request
from ltxspec.render.models import Request

AIR = "maker:film@1"


def open_model() -> Model:
    head = {"taskType": {"const": "videoInference"}, "model": {"const": AIR}, "positivePrompt": {"type": "string"}}
    parts = {"inputs": {"type": "object"}, "providerSettings": {"type": "object"}}
    published = Published(AIR, "maker-film", {"properties": {**head, **parts}})
    return load_catalog(
        {"maker-film.json": document_of(published, Pin("a.json", "2026-10-01", "1", "runware"))}
    ).models[0]


def bought(model: Model, **parameters: Any) -> Take:
    """A take as it is recorded, with the fingerprint of the whole request."""
    found = take("a", model=AIR, **parameters)
    mark = fingerprint_of(model, found.request, {})
    return replace(found, model=AIR, fingerprint=mark, request=redact_request(found.request, known_names(model)))


def wanted(model: Model, **parameters: Any) -> Request:
    plain = request("a", model=AIR)
    return replace(plain, body={**plain.body, **parameters}, known=known_names(model))


SIGNED = {"video": "https://a.example/v.mp4?token=sekret1", "audio": {"voice": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}}


def test_what_is_recorded_in_part_is_not_told_as_a_change_of_something_else() -> None:
    model = open_model()
    base = bought(model, inputs=SIGNED, providerSettings={"tone": "calm"})
    assert "sekret1" not in repr(base)
    assert "sk_live" not in repr(base)
    changes = request_changes(base, wanted(model, inputs=SIGNED, providerSettings={"tone": "loud"}), model)
    assert [(item.path, item.before, item.after) for item in changes] == [("/providerSettings/tone", "calm", "loud")]


@pytest.mark.parametrize("token", ["sekret2", "sekret3"])
def test_it_is_told_where_it_changed_as_well_and_where_nothing_else_did(token: str) -> None:
    model = open_model()
    base = bought(model, inputs=SIGNED, providerSettings={"tone": "calm"})
    other = {**SIGNED, "video": f"https://a.example/v.mp4?token={token}"}
    both = request_changes(base, wanted(model, inputs=other, providerSettings={"tone": "loud"}), model)
    assert "/inputs/video" in {item.path for item in both}
    alone = request_changes(base, wanted(model, inputs=other, providerSettings={"tone": "calm"}), model)
    assert "/inputs/video" in {item.path for item in alone}
    assert token not in repr([*both, *alone])
