import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace
from unit.render.project import model

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.fingerprint import (
    TaskIdentity,
    beside_fingerprint,
    fingerprint_of,
    fingerprints_by_prompt,
    task_id,
    version_of,
    versions_for,
)
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import Fingerprint

FOLDER = Path(__file__).parents[1] / "golden" / "fingerprints"
GOLDEN = json.loads((FOLDER / "v1.json").read_text("utf-8"))
VECTORS = GOLDEN["vectors"]
SIGNED = json.loads((FOLDER / "v2.json").read_text("utf-8"))["vectors"]
SHIPPED = json.loads((FOLDER / "shipped.json").read_text("utf-8"))
HASH = "sha256:" + "ab" * 32

IDENTITY = TaskIdentity("9f2c", "runware", "night", "alley", Fingerprint("v1:sha256:00"))


@pytest.fixture(scope="module")
def frozen() -> Model:
    (found,) = load_catalog({"frozen.json": GOLDEN["model"]}).models
    return found


@pytest.mark.parametrize("air", list(SHIPPED))
def test_requests_of_shipped_models_never_get_another_fingerprint(air: str) -> None:
    """A changed file would buy everything again: new parameters get no default, and no default changes."""
    shipped = load_catalog(read_model_documents(None)).by_name[air]
    for case in SHIPPED[air]:
        assert fingerprint_of(shipped, case["body"], case["inputs"]) == case["fingerprint"]


def test_every_shipped_model_is_pinned() -> None:
    assert {found.air for found in load_catalog(read_model_documents(None)).models} == SHIPPED.keys()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize(
    ("version", "vector"),
    [*(("v1", vector) for vector in VECTORS), *(("v2", vector) for vector in SIGNED)],
    ids=[vector["name"] for vector in (*VECTORS, *SIGNED)],
)
def test_golden_vectors_never_change(version: str, vector: dict[str, Any], frozen: Model) -> None:
    fingerprint = fingerprint_of(frozen, vector["body"], vector["inputs"], version)
    assert fingerprint_of(frozen, vector["body"], vector["inputs"]) == fingerprint  # nothing else is made of it now
    task = vector["task"]
    identity = TaskIdentity(
        task["project"], task["provider"], task["spec"], task["instance"], fingerprint, task["retake"], task["attempt"]
    )
    assert (fingerprint, task_id(identity)) == (vector["fingerprint"], vector["taskUUID"])


@pytest.mark.parametrize(
    ("vectors", "digest"),
    [
        (VECTORS, "0b06775d808e22857dbb7b87c3f5625c39cace80ea4fce42fb5c758f6a065b4f"),
        (SIGNED, "5369cd4171ae69f6e9006ba0dcb8af6e2446cbafe88d4086e4a53db51644297a"),
    ],
    ids=["v1", "v2"],
)
def test_the_golden_files_themselves_are_untouched(vectors: list[dict[str, Any]], digest: str) -> None:
    """Whoever must change these lines is about to buy every user's videos again."""
    assert sha256(json.dumps(vectors, sort_keys=True)) == digest


def test_an_address_signed_again_is_the_same_request(frozen: Model) -> None:
    """Only what chooses the content makes another: a version of the object, another kind of reply."""
    (plain,) = [vector["body"] for vector in VECTORS if vector["name"] == "an image by URL"]
    unsigned = {**plain, "inputs": {"frameImages": [{"image": "https://media.example/hero.jpg", "frame": "first"}]}}
    same = fingerprint_of(frozen, unsigned, {}, "v2")
    assert [vector["name"] for vector in SIGNED if vector["fingerprint"] != same] == [
        "another version of the object",
        "a response of another type",
    ]


def test_the_golden_fingerprints_of_version_2_by_hand() -> None:
    hashed = (
        '{"duration":8,"fps":25,"height":1080,'
        '"inputs":{"frameImages":[{"frame":"first","image":"https://media.example/hero.jpg"}]},'
        '"model":"maker:1@0","numberResults":1,"outputFormat":"MP4","positivePrompt":"A lighthouse at dusk.",'
        '"settings":{"audio":false},"taskType":"videoInference","width":1920}'
    )
    assert SIGNED[0]["fingerprint"] == f"v2:sha256:{sha256(hashed)}"


def test_only_requests_with_signed_addresses_have_version_2(frozen: Model) -> None:
    """All others keep their fingerprints, and with them their task ids, when ltxspec is upgraded."""
    body = {"positivePrompt": "hi", "settings": {"note": SIGNED[0]["body"]["inputs"]["frameImages"][0]["image"]}}
    assert versions_for(frozen, body) == ("v1",)
    assert versions_for(frozen, {"inputs": {"frameImages": ["a.jpg"]}}) == ("v1",)
    assert versions_for(frozen, {"inputs": {"frameImages": ["https://a.example/b.jpg"]}}) == ("v1", "v2")
    assert versions_for(frozen, SIGNED[0]["body"]) == ("v2", "v1")


BY_HAND = {
    "plain": (
        '{"duration":8,"fps":25,"height":1080,"model":"maker:1@0","numberResults":1,"outputFormat":"MP4",'
        '"positivePrompt":"A lighthouse at dusk.","settings":{"audio":false},"taskType":"videoInference","width":1920}'
    ),
    "a local image": (
        '{"duration":8,"fps":25,"height":1080,"inputs":{"frameImages":[{"frame":"first","image":"' + HASH + '"}]},'
        '"model":"maker:1@0","numberResults":1,"outputFormat":"MP4","positivePrompt":"A lighthouse at dusk.",'
        '"settings":{"audio":false},"taskType":"videoInference","width":1920}'
    ),
    "letters of the world": (
        '{"duration":8,"fps":25,"height":1080,"model":"maker:1@0","numberResults":1,"outputFormat":"MP4",'
        '"positivePrompt":"Schnee über 東京 😀 \\"quoted\\" \\\\ \\t \x7f","settings":{"audio":false},'
        '"taskType":"videoInference","width":1920}'
    ),
    "keys of the world": (  # sorted by UTF-16: the emoji's surrogates come before U+E000
        '{"duration":8,"fps":25,"height":1080,"model":"maker:1@0","numberResults":1,"outputFormat":"MP4",'
        '"positivePrompt":"A lighthouse at dusk.","settings":{"audio":true,"note":"é","ключ":1,"😀":2,"\ue000":3},'
        '"taskType":"videoInference","width":1920}'
    ),
}


@pytest.mark.parametrize(("name", "hashed"), BY_HAND.items(), ids=BY_HAND)
def test_fingerprints_are_hashes_of_json_written_by_hand(name: str, hashed: str) -> None:
    (vector,) = [vector for vector in VECTORS if vector["name"] == name]
    assert vector["fingerprint"] == f"v1:sha256:{sha256(hashed)}"


def test_a_request_like_that_of_the_model_page_by_hand() -> None:
    body = {
        "taskType": "videoInference",
        "model": "lightricks:2@0",
        "positivePrompt": "Rain.",
        "width": 1920,
        "height": 1080,
        "duration": 8,
        "fps": 25,
        "providerSettings": {"lightricks": {"generateAudio": True}},
        "inputs": {"frameImages": [{"image": "https://a.example/b.jpg", "frame": "first"}]},
    }
    hashed = (
        '{"duration":8,"fps":25,"height":1080,'
        '"inputs":{"frameImages":[{"frame":"first","image":"https://a.example/b.jpg"}]},'
        '"model":"lightricks:2@0","numberResults":1,"outputFormat":"MP4","outputQuality":95,'
        '"positivePrompt":"Rain.","providerSettings":{"lightricks":{"generateAudio":true}},'
        '"taskType":"videoInference","width":1920}'
    )
    assert fingerprint_of(model(), body, {}) == f"v1:sha256:{sha256(hashed)}"


def test_a_task_id_by_hand() -> None:
    fingerprint = Fingerprint("v1:sha256:" + "0" * 64)
    identity = TaskIdentity("9f2c", "runware", "night-scenes", "weather[rain,dusk]", fingerprint, retake=2, attempt=13)
    parts = ["ltxspec/task/v1", "9f2c", "runware", "night-scenes", "weather[rain,dusk]", fingerprint, "2", "13"]
    digits = sha256("\0".join(parts))[:32]
    variant = "89ab"[int(digits[16], 16) & 3]
    expected = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
    assert task_id(identity) == expected


def test_a_version_nobody_knows_is_refused(frozen: Model) -> None:
    with pytest.raises(ValueError, match="`v9` is not known"):
        fingerprint_of(frozen, {}, {}, "v9")


def test_a_local_file_without_hash_is_refused(frozen: Model) -> None:
    body = {"positivePrompt": "hi", "inputs": {"frameImages": ["a.jpg"]}}
    with pytest.raises(ValueError, match=r"content of `a\.jpg` is not known"):
        fingerprint_of(frozen, body, {})


@pytest.mark.parametrize("strength", [float("nan"), float("inf"), 2**60])
def test_numbers_without_a_canonical_form_are_refused(frozen: Model, strength: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        fingerprint_of(frozen, {"positivePrompt": "hi", "strength": strength}, {})


def test_the_version_can_be_read_back(frozen: Model) -> None:
    fingerprint = fingerprint_of(frozen, {"positivePrompt": "hi"}, {})
    assert version_of(fingerprint) == "v1"
    assert re.fullmatch(r"v1:sha256:[0-9a-f]{64}", fingerprint)


def test_nothing_given_is_changed(frozen: Model) -> None:
    body = {"positivePrompt": "hi", "inputs": {"frameImages": ["a.jpg"]}, "safety": {"mode": "full"}}
    before = repr(body)
    fingerprint_of(frozen, body, {"a.jpg": HASH})
    assert repr(body) == before


@given(
    prompt=st.text(alphabet=st.characters(codec="utf-8")),
    extra=st.dictionaries(st.text(alphabet="apzéπ", min_size=1, max_size=3), st.integers(0, 9), max_size=3),
)
def test_fingerprints_by_prompt_are_those_of_whole_bodies(prompt: str, extra: dict[str, int]) -> None:
    (frozen,) = load_catalog({"frozen.json": GOLDEN["model"]}).models
    body = {"width": 1920, **extra}
    expected = fingerprint_of(frozen, {**body, "positivePrompt": prompt}, {})
    assert fingerprints_by_prompt(frozen, body, {}, "v1")(prompt) == expected


NAMES = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
COUNTS = st.integers(1, 10**6)
IDENTITIES = st.builds(TaskIdentity, NAMES, NAMES, NAMES, NAMES, NAMES.map(Fingerprint), COUNTS, COUNTS)


@given(IDENTITIES)
def test_task_ids_are_uuids_of_version_4(identity: TaskIdentity) -> None:
    found = task_id(identity)
    read = uuid.UUID(found)
    assert (str(read), read.version, read.variant) == (found, 4, uuid.RFC_4122)
    assert task_id(replace(identity)) == found


@given(IDENTITIES, IDENTITIES)
def test_task_ids_differ_when_any_field_does(one: TaskIdentity, other: TaskIdentity) -> None:
    assert (task_id(one) == task_id(other)) is (one == other)


@pytest.mark.parametrize(
    "change",
    [
        {"project": ""},
        {"provider": "sandbox"},
        {"spec": "nigh"},
        {"instance": "alley[x]"},
        {"fingerprint": Fingerprint("v1:sha256:01")},
        {"retake": 2},
        {"attempt": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_field_counts(change: dict[str, Any]) -> None:
    assert task_id(replace(IDENTITY, **change)) != task_id(IDENTITY)


def test_fields_cannot_flow_into_each_other() -> None:
    assert task_id(replace(IDENTITY, spec="a", instance="bc")) != task_id(replace(IDENTITY, spec="ab", instance="c"))


@pytest.mark.parametrize("change", [{"spec": "a\0b"}, {"instance": "\0"}, {"retake": 0}, {"attempt": -1}])
def test_identities_that_could_name_two_tasks_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be named"):
        task_id(replace(IDENTITY, **change))


@pytest.mark.parametrize(
    ("settings", "beside"),
    [
        ({}, {}),
        ({"recorded": ["fps"]}, {"fps": 50}),
        ({"order": ["fps"]}, {"fps": 50}),
        ({"delivery": ["fps"]}, {}),  # which counts by itself: see `plan/destinations.py`
        ({"defaults": {"implied": [{"when": "/duration", "is": [8], "set": "/fps", "to": 25}]}}, {"fps": 50}),
        (
            {"defaults": {"implied": [{"when": "/duration", "is": [8], "set": "/fps", "to": 25, "unlessGiven": True}]}},
            {},
        ),
    ],
)
def test_a_parameter_counts_in_the_fingerprint_or_beside_it(settings: dict[str, Any], beside: dict[str, Any]) -> None:
    document = read_model_documents(None)["lightricks-ltx-2-pro.json"]
    block = document["x-ltxspec"]
    defaults = {**block["defaults"], **settings.get("defaults", {})}
    changed = {**document, "x-ltxspec": {**block, "recorded": [], **settings, "defaults": defaults}}
    (found,) = load_catalog({"m.json": changed}).models
    bodies = [{"model": "lightricks:2@0", "positivePrompt": "a", "duration": 8, "fps": fps} for fps in (50, 25)]
    assert beside_fingerprint(found, bodies[0]) == beside
    same = fingerprint_of(found, bodies[0], {}) == fingerprint_of(found, bodies[1], {})
    assert same is bool(beside or "delivery" in settings)
