"""The LTX models that come with ltxspec: planned, priced as far as facts go, rendered; and what they do not take."""

import json
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, ltxspec, write_spec

FAMILY = ("2@0", "2@1", "ltx@2.3", "ltx@2.3-fast", "ltx@2.5-fast", "ltx@2.5-pro")
SHOT = "{prompt: A lighthouse at dusk., width: %d, height: %d, duration: %s%s}"
PRICED = [
    ("2@0", SHOT % (1920, 1080, 8, ""), "0.48"),
    ("2@0", SHOT % (3840, 2160, 8, ""), "1.92"),
    ("2@1", SHOT % (1920, 1080, 6, ""), "0.24"),
    ("2@1", SHOT % (3840, 2160, 10, ""), "1.60"),
    ("ltx@2.3-fast", SHOT % (1280, 768, 8, ""), "0.48"),
    ("ltx@2.3-fast", SHOT % (1536, 896, 10, ""), "0.60"),
    ("ltx@2.3-fast", SHOT % (1024, 1024, 12, ", inputs: {audio: 'https://a.example/a.wav'}"), "0.72"),
    ("ltx@2.5-fast", SHOT % (1920, 1080, 8, ""), "1.04"),
    ("ltx@2.5-fast", SHOT % (1280, 720, 12, ""), "1.08"),
    ("ltx@2.5-fast", SHOT % (2560, 1440, 10, ""), "1.90"),
]
UNKNOWN = [
    ("ltx@2.3", SHOT % (1920, 1080, 8, "")),
    ("ltx@2.3-fast", SHOT % (1920, 1088, 6, "")),
    ("ltx@2.5-fast", SHOT % (1920, 1080, "auto", "")),
    ("ltx@2.5-pro", SHOT % (1920, 1080, "auto", "")),
]


def test_the_family_is_complete() -> None:
    files = (REPOSITORY / "schemas" / "models").glob("lightricks-*.json")
    airs = {json.loads(path.read_text("utf-8"))["x-ltxspec"]["air"] for path in files}
    assert airs == {f"lightricks:{name}" for name in FAMILY}


def test_prices_are_those_of_the_published_examples_and_unknown_ones_stay_unknown(tmp_path: Path) -> None:
    cases = [*PRICED, *((name, shot, None) for name, shot in UNKNOWN)]
    for number, (name, shot, _) in enumerate(cases):
        body = f"shots: {{only: {shot}}}\n"
        write_spec(tmp_path, f"model: lightricks:{name}\n{body}", f"case-{number}")
    shots = ltxspec("plan", "--format", "json", cwd=tmp_path).json["shots"]
    found = {shot["spec"]: shot["estimate"] for shot in shots}
    assert [found[f"case-{number}"] for number in range(len(cases))] == [usd for _, _, usd in cases]


def test_each_renders_on_the_sandbox_and_is_bought_once(tmp_path: Path) -> None:
    more = ", negativePrompt: people, steps: 30, lora: [{model: 'maker:7@1', weight: 0.5}]"
    shots = [
        f"  a: {{model: 'lightricks:ltx@2.3', prompt: A gate., width: 1280, height: 768, duration: 6{more}}}",
        "  b: {model: 'lightricks:ltx@2.3-fast', prompt: A gate., width: 1280, height: 768, duration: 6}",
        "  c: {model: 'lightricks:ltx@2.5-pro', prompt: A gate., width: 1280, height: 720, duration: 6}",
    ]
    write_spec(tmp_path, "shots:\n" + "\n".join(shots) + "\n")
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", "--auto-approve", cwd=tmp_path)
    assert ltxspec("plan", "--provider", "sandbox", "--detailed-exitcode", cwd=tmp_path).code == 0
    assert len(list((tmp_path / "renders" / "sandbox" / "night").iterdir())) == 3


@pytest.mark.parametrize("name", FAMILY)
def test_a_new_field_is_refused_with_its_place_until_the_catalog_knows_it(tmp_path: Path, name: str) -> None:
    size = (
        "width: 1920, height: 1080, duration: 6" if name != "ltx@2.3-fast" else "width: 1280, height: 768, duration: 6"
    )
    routing = f"model: 'lightricks:{name}'\nshots:\n  gate:\n    prompt: hi\n    routing: {{region: eu}}\n    {{}}\n"
    write_spec(tmp_path, routing.replace("    {}\n", "".join(f"    {part}\n" for part in size.split(", "))))
    refused = ltxspec("validate", cwd=tmp_path, check=1).out
    assert "error[unknown-parameter]: `routing` is not a parameter of" in refused
    assert "night.yaml:8:5" in refused
    assert "hint: " in refused
    misspelt = f"model: 'lightricks:{name}'\nshots:\n  gate: {{prompt: hi, {size}, numberResult: 2}}\n"
    write_spec(tmp_path, misspelt)
    assert "did you mean `numberResults`?" in ltxspec("validate", cwd=tmp_path, check=1).out


def test_what_the_catalog_knows_is_sent_as_it_is(tmp_path: Path) -> None:
    ltxspec("models", "import", "runware-sdk", "lightricks:ltx@2.5-pro", cwd=tmp_path)
    write_spec(
        tmp_path,
        "model: lightricks:ltx@2.5-pro\n"
        "shots:\n  gate: {prompt: hi, width: 1920, height: 1080, duration: 6, routing: {region: eu}}\n",
    )
    (body,) = ltxspec("render", "--format", "json", cwd=tmp_path).json
    assert body["routing"] == {"region": "eu"}
    assert ltxspec("plan", "--format", "json", cwd=tmp_path).json["estimate"]["usd"] == "1.02"
    ltxspec("apply", "--provider", "sandbox", cwd=tmp_path)
    assert ltxspec("plan", "--provider", "sandbox", "--detailed-exitcode", cwd=tmp_path).code == 0
    assert ltxspec("lock", "verify", "--provider", "sandbox", cwd=tmp_path).code == 0
