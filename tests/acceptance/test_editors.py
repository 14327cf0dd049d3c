"""What an editor offers and marks in a spec, asked of the language server that editors run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from acceptance.test_no_prompt import upscaler
from language_server import LanguageServer, Offer, started_or_skip

PRO, FAST = "lightricks:2@0", "lightricks:ltx@2.5-fast"
EXAMPLES = [
    *sorted((REPOSITORY / "specs").glob("*.yaml")),
    *sorted((REPOSITORY / "tests/acceptance/valid").glob("*.yaml")),
]
INVALID = REPOSITORY / "tests" / "acceptance" / "invalid"


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    started = started_or_skip()
    yield started
    started.close()


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spec of a new project, which names its schema in its first line."""
    folder = tmp_path_factory.mktemp("campaign")
    ltxspec("init", "--ci", "none", "--name", "night", cwd=folder)
    upscaler(folder)
    ltxspec("schema", "spec", "--write", cwd=folder)
    return folder / "specs" / "night.yaml"


def written(spec: Path, model: str, rest: str) -> str:
    """A spec with the first line that `init` wrote."""
    modeline, version, kind = spec.read_text("utf-8").splitlines()[:3]
    return "\n".join([modeline, version, kind, "metadata: {name: night}", f"model: {model}", rest])


def labels(offers: list[Offer]) -> list[str]:
    return [offer.label for offer in offers]


def about(offers: list[Offer], label: str) -> str:
    (found,) = [offer.about for offer in offers if offer.label == label]
    return found


OWN_KEYS = ["checks", "expect", "forEach", "gate", "labels", "matrix", "model", "moved", "title", "vars"]
EVERY_MODEL = [
    *["duration", "fps", "height", "inputs", "numberResults", "outputFormat", "outputQuality", "safety", "ttl"],
    *["uploadEndpoint", "webhookURL", "width"],
]


@pytest.mark.parametrize(
    ("model", "own", "sizes"),
    [
        (PRO, ["providerSettings"], ["1920 × 1080", "2560 × 1440", "3840 × 2160"]),
        (
            FAST,
            ["settings"],
            [
                *["1280 × 720", "720 × 1280", "1920 × 1080", "1080 × 1920"],
                *["2560 × 1440", "1440 × 2560", "3840 × 2160", "2160 × 3840"],
            ],
        ),
    ],
)
def test_a_shot_is_offered_what_its_model_takes(
    server: LanguageServer, spec: Path, model: str, own: list[str], sizes: list[str]
) -> None:
    pairs = [f"width × height: {size}" for size in sizes]
    shot = server.completion(spec, written(spec, model, "shots:\n  a:\n    prompt: hi\n    |\n"))
    assert labels(shot) == [*sorted([*OWN_KEYS, *EVERY_MODEL, *own]), *pairs]
    defaults = server.completion(spec, written(spec, model, "defaults:\n  |\nshots:\n  a: {prompt: hi}\n"))
    assert labels(defaults) == [*sorted([*EVERY_MODEL, *own]), *pairs]


def test_a_size_is_one_choice_with_its_prices(server: LanguageServer, spec: Path) -> None:
    offers = server.completion(spec, written(spec, FAST, "shots:\n  a:\n    prompt: hi\n    |\n"))
    (found,) = [offer for offer in offers if offer.label == "width × height: 3840 × 2160"]
    assert found.text == "width: 3840\nheight: 2160"
    assert found.about == "4K (16:9): 6 s $1.80, 8 s $2.40, 10 s $3.00", "no longer than 10 s at this size"
    more = server.completion(spec, written(spec, FAST, "shots:\n  a:\n    width: 1280\n    |\n"))
    assert [label for label in labels(more) if "×" in label] == []


@pytest.mark.parametrize(
    ("model", "parameter", "values"),
    [
        (PRO, "duration", ["10", "6", "8"]),
        (FAST, "duration", ["10", "12", "14", "16", "18", "20", "6", "8", "auto"]),
        (PRO, "fps", ["25", "50"]),
        (FAST, "fps", ["24", "25", "48", "50"]),
        (PRO, "width", ["1920", "2560", "3840"]),
        (PRO, "outputFormat", ["MOV", "MP4", "WEBM"]),
    ],
)
def test_values_are_those_of_the_model_and_never_null(
    server: LanguageServer, spec: Path, model: str, parameter: str, values: list[str]
) -> None:
    for place in ("shots:\n  a:\n    prompt: hi\n    {}: |\n", "defaults:\n  {}: |\nshots:\n  a: {{prompt: hi}}\n"):
        assert labels(server.completion(spec, written(spec, model, place.format(parameter)))) == values


def test_values_say_what_they_cost(server: LanguageServer, spec: Path) -> None:
    lengths = server.completion(spec, written(spec, PRO, "shots:\n  a:\n    duration: |\n"))
    assert about(lengths, "8") == "$0.48 to $1.92, by size"
    lengths = server.completion(spec, written(spec, FAST, "shots:\n  a:\n    duration: |\n"))
    assert about(lengths, "20") == "$1.80 to $2.60, by size", "only the sizes that may be so long"
    assert about(lengths, "auto") == "price not known"


def test_each_key_is_offered_once_and_nowhere_is_null(server: LanguageServer, spec: Path) -> None:
    for rest in ("|\nshots:\n  a: {prompt: hi}\n", "shots:\n  a:\n    |\n", "shots:\n  a:\n    expect:\n      |\n"):
        offers = server.completion(spec, written(spec, PRO, rest))
        assert len({offer.label for offer in offers}) == len(offers) > 3
        assert [offer for offer in offers if offer.label == "defaults" and offer.text != "defaults: "] == []
    for rest in ("    gate: |\n", "    expect:\n      audio: |\n", "    title: |\n", "    model: |\n"):
        assert "null" not in labels(
            server.completion(spec, written(spec, PRO, f"shots:\n  a:\n    prompt: hi\n{rest}"))
        )


def test_hover_is_about_the_model(server: LanguageServer, spec: Path) -> None:
    shown = server.hover(spec, written(spec, PRO, "shots:\n  a:\n    prompt: hi\n    dura|tion: 8\n"))
    assert shown.startswith("#### LTX-2 Pro\n\nLength of the video in seconds.\n")
    assert "* `8`: $0.48 to $1.92, by size\n* `6`: $0.36 to $1.44, by size\n* `10`: $0.60 to $2.40, by size" in shown
    assert "auto" not in shown
    shown = server.hover(spec, written(spec, FAST, "defaults: {dura|tion: 8}\nshots:\n  a: {prompt: hi}\n"))
    assert shown.startswith("#### LTX-2.5 Fast\n")
    assert "* `auto`: price not known" in shown
    assert "null" not in shown.lower()


def test_models_are_offered_by_id_with_what_they_are(server: LanguageServer, spec: Path) -> None:
    text = written(spec, "|", "shots:\n  a: {prompt: hi}\n")
    offers = server.completion(spec, text)
    assert labels(offers)[:2] == [PRO, "lightricks:2@1"]
    assert "null" not in labels(offers)
    assert about(offers, PRO).startswith("LTX-2 Pro. Lightricks' quality-first video model")
    assert about(offers, PRO).endswith("6 s $0.36 to $1.44, by size. Unlisted since 2026-09-03")
    assert "lightricks-ltx-2-pro" not in labels(offers), "accepted, and not offered a second time"


def test_the_model_of_a_shot_decides_there(server: LanguageServer, spec: Path) -> None:
    other = f"  b:\n    model: {FAST}\n    prompt: hi\n    settings: {{audio: true}}\n"
    rest = f"defaults:\n  |\nshots:\n  a: {{prompt: hi}}\n{other}"
    text = written(spec, PRO, rest)
    assert server.problems(spec, text.replace("|", "duration: 6")) == []
    in_defaults = labels(server.completion(spec, text))
    assert {"settings", "providerSettings"} <= set(in_defaults), "what either model takes"
    text = written(spec, PRO, f"shots:\n  b:\n    model: {FAST}\n    |\n")
    in_shot = labels(server.completion(spec, text))
    assert "settings" in in_shot
    assert "providerSettings" not in in_shot
    assert "prompt" in in_shot


def test_a_model_without_a_prompt_is_offered_none(server: LanguageServer, spec: Path) -> None:
    shot = labels(server.completion(spec, written(spec, "maker-up", "shots:\n  a:\n    |\n")))
    assert "upscaleFactor" in shot
    assert "prompt" not in shot
    assert "fps" not in shot
    marked = server.problems(spec, written(spec, "maker-up", "shots:\n  a: {inputs: {video: v.mp4}, prompt: hi}\n"))
    assert marked == ["7: Property prompt is not allowed."]


def test_parts_of_a_parameter_are_completed_too(server: LanguageServer, spec: Path) -> None:
    inside = "shots:\n  a:\n    prompt: hi\n    settings:\n      cameraMovement: |\n"
    assert "dolly_in" in labels(server.completion(spec, written(spec, FAST, inside)))
    inside = "shots:\n  a:\n    prompt: hi\n    providerSettings:\n      lightricks:\n        generateAudio: |\n"
    assert labels(server.completion(spec, written(spec, PRO, inside))) == ["false", "true"]
    inside = (
        "shots:\n  a:\n    prompt: hi\n    inputs:\n      frameImages:\n        - image: a.png\n          frame: |\n"
    )
    assert set(labels(server.completion(spec, written(spec, FAST, inside)))) == {"first", "last", "0", "-1"}
    inside = "shots:\n  a:\n    prompt: hi\n    inputs:\n      frameImages:\n        - image:\n            |\n"
    assert {"shot", "frame", "take"} <= set(labels(server.completion(spec, written(spec, FAST, inside))))


def test_slips_are_marked_where_they_are(server: LanguageServer, spec: Path) -> None:
    rest = "shots:\n  a:\n    prompt: hi\n    duration: 7\n    widht: 1920\n    width: 1921\n    settings: {}\n"
    assert sorted(server.problems(spec, written(spec, PRO, rest))) == [
        "10: Property widht is not allowed.",
        "11: Value is not accepted. Valid values: 1920, 2560, 3840.",
        "12: The model of this shot has no such parameter; null removes it from the defaults.",
        "9: Value is not accepted. Valid values: 6, 8, 10.",
    ]
    marked = server.problems(spec, written(spec, PRO, "shots:\n  a: {prompt: hi, width: 1920, height: 1440}\n"))
    assert marked == ["7: With a width of 1920, the height is 1080."]
    marked = server.problems(spec, written(spec, "lightricks:2@7", "shots:\n  a: {prompt: hi, width: 1}\n"))
    assert marked == [
        "5: No such model. If it is new in `schemas/models/`, `ltxspec schema spec --write` makes it known to editors."
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_is_marked(server: LanguageServer, spec: Path, path: Path) -> None:
    text = path.read_text("utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("# yaml-language-server:")]
    modeline = spec.read_text("utf-8").splitlines()[0]
    assert server.problems(spec, "\n".join([modeline, *lines])) == []


@pytest.mark.parametrize(
    "name",
    [
        *[
            "keys-unknown",
            "kind-wrong",
            "many-problems",
            "matrix-wrong",
            "model-missing",
            "models-wrong",
            "moves-wrong",
        ],
        *[
            "names-wrong",
            "numbers-endless",
            "parameters-unknown",
            "parts-missing",
            "prompts-wrong",
            "ranges",
            "rows-wrong",
        ],
        *["rules-of-the-fast-model", "set-by-ltxspec", "shots-empty", "sizes", "template-without-quotes", "types"],
        *["version-unknown", "yes-and-no"],
    ],
)
def test_what_the_schema_can_know_is_marked(server: LanguageServer, spec: Path, name: str) -> None:
    modeline = spec.read_text("utf-8").splitlines()[0]
    assert server.problems(spec, f"{modeline}\n{(INVALID / f'{name}.yaml').read_text('utf-8')}") != []


def test_templates_and_nulls_are_allowed_wherever_a_value_is(server: LanguageServer, spec: Path) -> None:
    def opened(value: Any) -> Any:
        return {name: opened(part) for name, part in value.items()} if isinstance(value, dict) else "{{ x }}"

    for value in ('"{{ x }}"', "null"):
        for model, nested in (
            (PRO, "providerSettings: {lightricks: {generateAudio: %s}}"),
            (FAST, "settings: {audio: %s}"),
        ):
            shot = "".join(f"    {name}: {value}\n" for name in EVERY_MODEL) + f"    {nested % value}\n"
            rest = f"defaults:\n{shot}shots:\n  a:\n    prompt: hi\n    forEach: [{{x: 1}}]\n{shot}"
            assert server.problems(spec, written(spec, model, rest)) == []


def test_models_of_the_sdk_are_offered_with_their_own_parameters(server: LanguageServer, tmp_path: Path) -> None:
    ltxspec("init", "--ci", "none", "--name", "night", cwd=tmp_path)
    names = ("google-veo-3-1", "klingai-lip-sync", "luma-ray3-2", "topazlabs-proteus-4", "lightricks-ltx-2", "vidu-q3")
    told = ltxspec("models", "import", "runware-sdk", *names, cwd=tmp_path).err
    assert (
        "Editors know the models from `schemas/spec/v1.json`: `ltxspec schema spec --write` brings it up to date"
        in told
    )
    ltxspec("schema", "spec", "--write", cwd=tmp_path)
    ours = tmp_path / "specs" / "night.yaml"
    files = sorted((tmp_path / "schemas" / "models").glob("*.json"))
    assert len(files) == len(names)
    for path in files:
        model = json.loads(path.read_text("utf-8"))
        block = model["x-ltxspec"]
        given = {"taskType", "model", "positivePrompt", *block["order"]}
        prompt = {"prompt"} if "positivePrompt" in model["properties"] else set()
        shot = labels(server.completion(ours, written(ours, block["air"], "shots:\n  a:\n    |\n")))
        assert {label for label in shot if "×" not in label} == (
            set(model["properties"]) - given | set(OWN_KEYS) | prompt
        )


def test_the_copy_is_renewed_and_an_old_one_is_noticed(tmp_path: Path) -> None:
    def told() -> dict[str, Any]:
        rows = ltxspec("doctor", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["checks"]
        return next(row for row in rows if row["check"] == "editor")

    ltxspec("init", "--ci", "none", "--name", "night", cwd=tmp_path)
    copy = tmp_path / "schemas" / "spec" / "v1.json"
    assert told() == {"check": "editor", "ok": True, "detail": "`schemas/spec/v1.json` is up to date"}
    assert ltxspec("schema", "spec", "--write", cwd=tmp_path).out == "kept  schemas/spec/v1.json (up to date)\n"
    upscaler(tmp_path)
    old = told()
    assert (old["ok"], old["warning"]) == (False, True)
    assert "run `ltxspec schema spec --write`" in old["detail"]
    assert ltxspec("schema", "spec", "--write", cwd=tmp_path).out == "wrote schemas/spec/v1.json\n"
    assert told()["ok"] is True
    assert "maker:up@1" in copy.read_text("utf-8")
    assert json.loads(copy.read_text("utf-8")) == ltxspec("schema", "spec", cwd=tmp_path).json
    copy.unlink()
    assert told()["detail"] == "no schema for editors; `ltxspec schema spec --write` writes one"
    refused = ltxspec("schema", "plan", "--write", cwd=tmp_path, check=64).err
    assert "`--write` is only for `spec`" in refused


def test_a_copy_that_leads_out_of_the_project_is_not_written(tmp_path: Path) -> None:
    ltxspec("init", "--ci", "none", "project", cwd=tmp_path)
    copy = tmp_path / "project" / "schemas" / "spec" / "v1.json"
    outside = tmp_path / "outside.json"
    outside.write_text("{}", encoding="utf-8")
    copy.unlink()
    copy.symlink_to(outside)
    assert ltxspec("schema", "spec", "--write", cwd=tmp_path / "project", check=1).err.startswith("error[storage]: ")
    assert outside.read_text("utf-8") == "{}"
