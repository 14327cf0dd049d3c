"""`ltxspec import`: what cannot be adopted, and why. The renders of the model's page are adopted in `test_showcase`."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec, write_spec

PAGE = REPOSITORY / "tests" / "acceptance" / "page"
NAME = "rain-slick-neon-alleyway-portrait"
FILES = ("--request", str(PAGE / f"{NAME}.request.json"), "--response", str(PAGE / f"{NAME}.response.json"))


def adopt(folder: Path, changes: dict[str, Any], check: int) -> str:
    """Import the page's render with some fields of its request changed (None: removed); returns the message."""
    request = json.loads((PAGE / f"{NAME}.request.json").read_text("utf-8")) | changes
    document = {key: value for key, value in request.items() if value is not None}
    (folder / "request.json").write_text(json.dumps(document), encoding="utf-8")
    return ltxspec("import", "night.alley", "--request", "request.json", *FILES[2:], cwd=folder, check=check).err


def test_a_render_is_adopted_once_and_says_where_it_is(tmp_path: Path) -> None:
    assert ltxspec("import", "night.alley", *FILES, cwd=tmp_path).out.endswith(" recorded, $0.48.\n")
    again = ltxspec("import", "night.lane", *FILES, cwd=tmp_path, check=64).err
    assert "is already recorded as `night.alley`" in again
    lockfile = json.loads((tmp_path / "lockfiles" / "night.lock.json").read_text("utf-8"))
    assert list(lockfile["shots"]) == ["alley"]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ({"duration": 8.0, "fps": 25.0}, "duration: 8\n    fps: 25"),
        ({"CFGScale": 3.5}, "CFGScale: 3.5"),
        ({"seed": None}, ""),
        ({"model": "lightricks-ltx-2-pro"}, ""),
        (
            {"frameImages": [{"inputImage": "https://a.example/b.jpg"}]},
            "inputs: {frameImages: ['https://a.example/b.jpg']}",
        ),
    ],
    ids=["numbers", "a fraction", "null", "a slug", "the older form of images"],
)
def test_what_was_adopted_is_not_planned_again(sent: dict[str, Any], wanted: str, tmp_path: Path) -> None:
    request = json.loads((PAGE / f"{NAME}.request.json").read_text("utf-8"))
    del request["inputs"]
    document = json.dumps([{"taskType": "authentication", "apiKey": "x"}, {**request, **sent}])
    (tmp_path / "request.json").write_text(document, "utf-8")
    ltxspec("import", "night.alley", "--request", "request.json", *FILES[2:], cwd=tmp_path)
    same = "\n".join(
        f"    {name}: {json.dumps(value)}"
        for name, value in request.items()
        if name in {"width", "height", "providerSettings", *({"duration", "fps"} - sent.keys())}
    )
    prompt = json.dumps(request["positivePrompt"])
    write_spec(tmp_path, f"model: lightricks:2@0\nshots:\n  alley:\n    prompt: {prompt}\n{same}\n    {wanted}\n")
    if "CFGScale" in sent:
        return  # the model of the catalog has no such parameter
    plan = ltxspec("plan", "--provider", "runware", "--format", "json", cwd=tmp_path).json
    assert [shot["action"] for shot in plan["shots"]] == ["no-op"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"taskUUID": None}, "the request has no `taskUUID`"),
        (
            {"taskUUID": "4b519587-d599-47d9-88ee-654faa9c2c27"},
            "the response contains no finished video of task `4b519587",
        ),
        ({"model": "somebody:1@1"}, "the request's model `somebody:1@1` is not in the catalog"),
        ({"inputs": {"frameImages": ["assets/alley.jpg"]}}, "the content of `assets/alley.jpg` is not known"),
    ],
)
def test_what_does_not_describe_one_render_is_refused(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    refused = adopt(tmp_path, changes, 1)
    assert refused.startswith("error[import]: ")
    assert words in refused
    assert not (tmp_path / "lockfiles").exists()


@pytest.mark.parametrize(
    "address", ["alley", "../night.alley", "/tmp/night.alley", "Night.alley", "night.a b", "night."]
)
def test_an_address_that_could_not_be_a_shot_writes_nothing(address: str, tmp_path: Path) -> None:
    assert ltxspec("import", address, *FILES, cwd=tmp_path, check=64).err.startswith("error[usage]: ")
    assert not (tmp_path / "lockfiles").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), FILES[:2], FILES[2:], (*FILES, "--task-uuid", "x"), (*FILES[:2], "--task-uuid", "x"), ("--task-uuid", "x")],
)
def test_it_takes_either_two_files_or_one_id(arguments: tuple[str, ...], tmp_path: Path) -> None:
    refused = ltxspec("import", "night.alley", *arguments, cwd=tmp_path, check=64).err
    assert refused.startswith("error[usage]: ")
    assert "hint: " in refused


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"a": ', encoding="utf-8")
    half = ltxspec("import", "night.alley", "--request", "half.json", *FILES[2:], cwd=tmp_path, check=64).err
    assert "`half.json` is not JSON" in half
    missing = ltxspec("import", "night.alley", "--request", "none.json", *FILES[2:], cwd=tmp_path, check=64).err
    assert "`none.json` cannot be read" in missing


def test_a_task_of_the_provider_s_archive_is_adopted_by_its_id(rendered: Path) -> None:
    (record,) = ltxspec("show", "night.alley", "--format", "json", cwd=rendered).json["shots"]
    task = record["takes"][1]["taskUUID"]
    twice = ltxspec("import", "night.weather[fog]", "--task-uuid", task, cwd=rendered, check=64).err
    assert f"task `{task}` is already recorded as `night.alley`" in twice
    ltxspec("lock", "rm", "night.alley", "--take", "2", "--yes", cwd=rendered)
    done = ltxspec("import", "night.alley", "--task-uuid", task.upper(), cwd=rendered)
    assert (done.out, done.err) == (f"night.alley: task {task} recorded, $0.54.\n", "")
    unknown = ltxspec(
        "import", "night.alley", "--task-uuid", "4b519587-d599-47d9-88ee-654faa9c2c27", cwd=rendered, check=1
    )
    assert "the provider does not know task `4b519587-d599-47d9-88ee-654faa9c2c27`" in unknown.err


SHOTS = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 8, fps: 25, providerSettings: {lightricks: {generateAudio: true}}}
shots:
  alley: {prompt: rain}
  lane: {prompt: fog}
"""


def sent(folder: Path, **changes: Any) -> tuple[str, ...]:
    """The arguments of an import of the page's render, without its image, with other fields."""
    request = json.loads((PAGE / f"{NAME}.request.json").read_text("utf-8")) | changes
    del request["inputs"]
    (folder / "request.json").write_text(json.dumps(request), "utf-8")
    return ("--request", "request.json", *FILES[2:])


def test_a_render_that_is_not_what_the_shot_requests_is_recorded_with_a_warning(tmp_path: Path) -> None:
    write_spec(tmp_path, SHOTS)
    files = sent(tmp_path, positivePrompt="rain", CFGScale=3.5, outputFormat="mp4", numberResults=1)
    told = ltxspec("import", "night.alley", *files, cwd=tmp_path).err
    assert "warning[import-differs]: `night.alley` requests another render" in told
    assert "CFGScale 3.5 → unset" in told
    assert "outputFormat mp4 → MP4" in told or "outputFormat mp4 → unset" in told
    assert "numberResults" not in told


def test_the_shot_that_requests_the_render_is_named(tmp_path: Path) -> None:
    write_spec(tmp_path, SHOTS)
    told = ltxspec("import", "night.alley", *sent(tmp_path, positivePrompt="fog"), cwd=tmp_path).err
    assert "prompt differs" in told
    assert "it is what `night.lane` requests: `ltxspec lock mv 'night.alley' 'night.lane'`" in told


def test_what_the_shot_requests_is_recorded_without_a_word(tmp_path: Path) -> None:
    write_spec(tmp_path, SHOTS)
    assert ltxspec("import", "night.alley", *sent(tmp_path, positivePrompt="rain"), cwd=tmp_path).err == ""


@pytest.mark.parametrize(
    ("address", "words", "hint"),
    [
        ("night.aley", "`night` has no shot `aley`", "did you mean `night.alley`?"),
        ("knight.alley", "no spec is named `knight`", "did you mean `night.alley`?"),
    ],
)
def test_a_shot_that_does_not_exist_is_refused(address: str, words: str, hint: str, tmp_path: Path) -> None:
    write_spec(tmp_path, SHOTS)
    refused = ltxspec("import", address, *sent(tmp_path), cwd=tmp_path, check=None)
    assert refused.code != 0
    assert words in refused.err
    assert hint in refused.err
    assert not (tmp_path / "lockfiles").exists()


def test_history_of_a_shot_that_is_gone_from_the_spec_is_adopted(tmp_path: Path) -> None:
    ltxspec("import", "night.old", *sent(tmp_path), cwd=tmp_path)
    write_spec(tmp_path, SHOTS)
    other = "4b519587-d599-47d9-88ee-654faa9c2c27"
    response = json.loads((PAGE / f"{NAME}.response.json").read_text("utf-8"))
    task = json.loads((PAGE / f"{NAME}.request.json").read_text("utf-8"))["taskUUID"]
    (tmp_path / "response.json").write_text(json.dumps(response).replace(task, other), "utf-8")
    files = (*sent(tmp_path, taskUUID=other)[:2], "--response", "response.json")
    assert "no spec requests `night.old` now" in ltxspec("import", "night.old", *files, cwd=tmp_path).err


def test_a_task_that_another_spec_records_is_refused_with_its_place(tmp_path: Path) -> None:
    write_spec(tmp_path, SHOTS)
    write_spec(tmp_path, SHOTS, "day")
    ltxspec("import", "night.alley", *sent(tmp_path), cwd=tmp_path)
    refused = ltxspec("import", "day.alley", *sent(tmp_path), cwd=tmp_path, check=64).err
    assert "is already recorded as `night.alley`" in refused
    assert "`ltxspec lock mv 'night.alley' 'day.alley'` moves its takes" in refused
