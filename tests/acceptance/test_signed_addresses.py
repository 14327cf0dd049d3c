"""Images at addresses that are signed for a time: signed again, they are the same images, and nothing is bought."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import read_lockfile, write_lockfile
from replacing import replace

from ltxspec.catalog.models import load_catalog
from ltxspec.fingerprint import fingerprint_of
from ltxspec.storage.packaged import read_model_documents

PLAIN = "https://bucket.example/hero.jpg"
FIRST = f"{PLAIN}?X-Amz-Date=20261101T000000Z&X-Amz-Expires=900&X-Amz-Signature=0011"
AGAIN = f"{PLAIN}?X-Amz-Date=20261128T000000Z&X-Amz-Expires=900&X-Amz-Signature=ffee"
OTHERS = {
    "Azure": f"{PLAIN}?sv=2024-11-04&se=2026-11-29T00%3A00%3A00Z&sr=b&sp=r&sig=b%3D",
    "Google": f"{PLAIN}?X-Goog-Date=20261128T000000Z&X-Goog-Signature=ab",
    "CloudFront": f"{PLAIN}?Expires=1793491200&Signature=b-c__&Key-Pair-Id=K2JC",
    "not signed": PLAIN,
}
TASK = "2804a65f-6622-4c53-aca4-bd631680ed53"


def body_of(image: str) -> dict[str, Any]:
    return {
        "taskType": "videoInference",
        "model": "lightricks:2@0",
        "positivePrompt": "a hero",
        "width": 1920,
        "height": 1080,
        "duration": 6,
        "fps": 25,
        "inputs": {"frameImages": [{"image": image, "frame": "first"}]},
    }


def spec(image: str, shot: str = "hero") -> str:
    return (
        "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080, duration: 6, fps: 25}\nshots:\n"
        f"  {shot}:\n    prompt: a hero\n    inputs: {{frameImages: [{{image: {image!r}, frame: first}}]}}\n"
    )


def bought(folder: Path, image: str, version: str | None) -> None:
    """A project that owns a render, recorded by a version of the algorithm (None: today's)."""
    (folder / "request.json").write_text(json.dumps({**body_of(image), "taskUUID": TASK}), "utf-8")
    reply = {"data": [{"taskType": "videoInference", "taskUUID": TASK, "videoURL": "https://v.example/a.mp4"}]}
    (folder / "reply.json").write_text(json.dumps(reply), "utf-8")
    ltxspec("import", "night.hero", "--request", "request.json", "--response", "reply.json", cwd=folder)
    if version is not None:
        model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
        assert model is not None
        lockfile = read_lockfile(folder)
        record = lockfile.shots["hero"]
        take = replace(record.takes[0], fingerprint=fingerprint_of(model, body_of(image), {}, version))
        write_lockfile(folder, replace(lockfile, shots={"hero": replace(record, takes=(take,))}))


def planned(folder: Path, text: str) -> list[tuple[str, str]]:
    write_spec(folder, text)
    plan = ltxspec("plan", "--provider", "runware", "--format", "json", cwd=folder).json
    return [(shot["address"], shot["action"]) for shot in plan["shots"]]


@pytest.mark.parametrize("image", [FIRST, AGAIN, *OTHERS.values()], ids=["the same", "again", *OTHERS])
def test_an_image_signed_again_is_up_to_date(image: str, tmp_path: Path) -> None:
    bought(tmp_path, FIRST, None)
    assert planned(tmp_path, spec(image)) == [("night.hero", "no-op")]


def test_an_upgrade_buys_nothing(tmp_path: Path) -> None:
    """A take of version 1 answers the address it was bought with. What else its address had was not recorded."""
    bought(tmp_path, FIRST, "v1")
    assert planned(tmp_path, spec(FIRST)) == [("night.hero", "no-op")]
    assert planned(tmp_path, spec(FIRST, "heroine")) == [("night.heroine", "move")]
    assert planned(tmp_path, spec(AGAIN)) == [("night.hero", "replace")]


def test_a_renamed_shot_keeps_its_take_also_when_its_image_is_signed_again(tmp_path: Path) -> None:
    bought(tmp_path, FIRST, None)
    assert planned(tmp_path, spec(AGAIN, "heroine")) == [("night.heroine", "move")]


def test_a_take_of_the_plain_address_is_used_when_the_address_is_signed(tmp_path: Path) -> None:
    bought(tmp_path, PLAIN, None)
    assert planned(tmp_path, spec(AGAIN)) == [("night.hero", "no-op")]
    assert planned(tmp_path, spec(AGAIN, "heroine")) == [("night.heroine", "move")]


@pytest.mark.parametrize("image", [f"{AGAIN}&versionId=4", f"{PLAIN}?versionId=4", AGAIN.replace("hero", "other")])
def test_another_object_or_another_version_of_it_is_bought(image: str, tmp_path: Path) -> None:
    bought(tmp_path, FIRST, None)
    assert planned(tmp_path, spec(image)) == [("night.hero", "replace")]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (f"{PLAIN}?id=7", PLAIN),
        (f"{FIRST}&versionId=7", PLAIN),
        (f"{PLAIN}?id=7", FIRST),
        (f"{PLAIN}?sv=1&sig=2&sr=cat&st=7", f"{PLAIN}?sv=1&sig=2&sr=dog&st=8"),
    ],
)
def test_a_query_that_was_not_recorded_may_have_named_another_picture(then: str, now: str, tmp_path: Path) -> None:
    bought(tmp_path, then, None)
    assert planned(tmp_path, spec(now)) == [("night.hero", "replace")]
    assert planned(tmp_path, spec(now, "heroine")) != [("night.heroine", "move")]
    assert planned(tmp_path, spec(then)) == [("night.hero", "no-op")]


def test_no_signature_is_recorded(tmp_path: Path) -> None:
    bought(tmp_path, FIRST, None)
    assert "0011" not in (tmp_path / "lockfiles" / "night.lock.json").read_text("utf-8")
