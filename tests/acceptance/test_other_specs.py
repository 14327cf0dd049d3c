"""Renders that another spec has: they move when it does not need them any more, and are never bought again silently."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import Result, ltxspec, write_spec
from sharing import made_once

from ltxspec.lock.codec import decode_lockfile

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
PROMPTS = {"tower": "a tower", "gate": "a gate", "wall": "a wall"}
SANDBOX = {"LTXSPEC_PROVIDER": "sandbox"}


def shots(*names: str, **more: str) -> str:
    return HEAD + "".join(f"  {name}: {{prompt: {prompt}}}\n" for name, prompt in (*_known(names), *more.items()))


def _known(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, PROMPTS[name]) for name in names]


def run(folder: Path, *arguments: str, check: int | None = 0) -> Result:
    return ltxspec(*arguments, cwd=folder, check=check, **SANDBOX)


def planned(folder: Path, *arguments: str) -> dict[str, tuple[str, ...]]:
    """Address -> its action, followed by the name that it takes over from."""
    document = run(folder, "plan", "--format", "json", *arguments).json
    return {shot["address"]: (shot["action"], *filter(None, [shot.get("from")])) for shot in document["shots"]}


def takes(folder: Path, spec: str) -> dict[str, list[str]]:
    """The tasks of each key of a lockfile."""
    path = folder / ".ltxspec" / "sandbox" / "lockfiles" / f"{spec}.lock.json"
    if not path.exists():
        return {}
    lockfile = decode_lockfile(path.read_bytes(), spec)
    records = {**lockfile.retired, **lockfile.shots}
    return {key: [take.task_id for take in record.takes] for key, record in records.items()}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "three-shots", render)


def render(folder: Path) -> None:
    folder.mkdir()
    write_spec(folder, shots(*PROMPTS))
    run(folder, "apply")


@pytest.fixture
def film(rendered: Path, tmp_path: Path) -> Path:
    """A project whose spec `night` has rendered its three shots."""
    return Path(shutil.copytree(rendered, tmp_path / "film", symlinks=True))


def test_a_renamed_spec_takes_its_renders_with_it(film: Path) -> None:
    before = takes(film, "night")
    (film / "specs" / "night.yaml").unlink()
    write_spec(film, shots(*PROMPTS), "dusk")
    assert planned(film) == {f"dusk.{name}": ("move", f"night.{name}") for name in PROMPTS}
    assert "same request as night.tower" in run(film, "plan").out
    applied = run(film, "apply")
    assert "$0.00" in applied.out or "cost" not in applied.out
    assert (takes(film, "dusk"), takes(film, "night")) == (before, {})
    assert set(planned(film).values()) == {("no-op",)}
    assert (film / "renders" / "sandbox" / "dusk" / "tower.mp4").exists()
    assert not (film / "renders" / "sandbox" / "night" / "tower.mp4").exists()


def test_shots_moved_to_a_second_spec_keep_their_takes_and_their_history(film: Path) -> None:
    before = takes(film, "night")
    write_spec(film, shots("tower", "wall", gate="a gate at dawn"))
    run(film, "apply")
    write_spec(film, shots("tower"))
    write_spec(film, shots("wall", gate="a gate at dawn"), "day")
    assert planned(film) == {
        "day.wall": ("move", "night.wall"),
        "day.gate": ("move", "night.gate"),
        "night.tower": ("no-op",),
    }
    run(film, "apply")
    assert takes(film, "night") == {"tower": before["tower"]}
    assert (takes(film, "day")["wall"], takes(film, "day")["gate"][:1]) == (before["wall"], before["gate"])
    write_spec(film, shots("wall", "gate"), "day")
    assert planned(film)["day.gate"] == ("restore",)


def test_a_move_is_found_when_only_the_new_spec_is_planned(film: Path) -> None:
    write_spec(film, shots("tower"))
    write_spec(film, shots("wall"), "day")
    assert planned(film, "specs/day.yaml") == {"day.wall": ("move", "night.wall")}
    run(film, "apply", "specs/day.yaml")
    assert planned(film) == {
        "day.wall": ("no-op",), "night.tower": ("no-op",), "night.gate": ("retire",)
    }  # fmt: skip


def test_a_render_that_another_spec_uses_is_not_bought_again_silently(film: Path) -> None:
    write_spec(film, shots("wall"), "day")
    document = run(film, "plan", "--format", "json").json
    (shot,) = [shot for shot in document["shots"] if shot["address"] == "day.wall"]
    assert (shot["action"], shot["reasons"]) == ("create", ["new", "owned-elsewhere"])
    assert "night.wall" in shot["note"]
    assert [item["code"] for item in document["diagnostics"]] == ["owned-elsewhere"]
    refused = run(film, "apply", check=4)
    assert "day.wall: `night.wall` has the same render" in refused.err
    assert "--buy-again" in refused.err
    assert takes(film, "day") == {}
    run(film, "apply", "--buy-again")
    assert takes(film, "day")["wall"] != takes(film, "night")["wall"]
    assert set(planned(film).values()) == {("no-op",)}


def test_what_a_broken_spec_needs_is_unknown_and_stays_with_it(film: Path) -> None:
    (film / "specs" / "night.yaml").write_text("kind: [", "utf-8")
    write_spec(film, shots("wall"), "day")
    document = run(film, "plan", "specs/day.yaml", "--format", "json").json
    assert document["shots"][0]["reasons"] == ["new", "owned-elsewhere"]
    assert document["diagnostics"][0]["hint"].startswith("correct that spec")
    run(film, "apply", "specs/day.yaml", check=4)


def test_moved_names_a_shot_of_another_spec(film: Path) -> None:
    before = takes(film, "night")
    write_spec(film, shots("tower", "gate"))
    write_spec(film, HEAD + "  rampart: {prompt: a wall in snow, moved: night.wall}\n", "day")
    document = run(film, "plan", "--format", "json").json
    (shot,) = [shot for shot in document["shots"] if shot["address"] == "day.rampart"]
    assert (shot["action"], shot["from"], shot["reasons"][0]) == ("replace", "night.wall", "moved-by-spec")
    assert [change["path"] for change in shot["changes"]] == ["/positivePrompt"]
    run(film, "apply")
    assert takes(film, "day")["rampart"][:1] == before["wall"]
    assert len(takes(film, "day")["rampart"]) == 2
    assert set(takes(film, "night")) == {"tower", "gate"}


def test_a_take_that_two_specs_would_move_goes_to_one_of_them(film: Path) -> None:
    (film / "specs" / "night.yaml").unlink()
    for name in ("day", "dusk"):
        write_spec(film, shots("wall"), name)
    document = run(film, "plan", "--format", "json").json
    found = {shot["address"]: (shot["action"], shot["reasons"]) for shot in document["shots"]}
    assert found["day.wall"][0] == "move"
    assert found["dusk.wall"] == ("create", ["new", "owned-elsewhere"])
    (hint,) = [item["hint"] for item in document["diagnostics"] if item["code"] == "owned-elsewhere"]
    assert "another shot takes it over" in hint
    assert "remove the shot there" not in hint


def test_a_lockfile_that_no_spec_claims_is_named(film: Path) -> None:
    (film / "specs" / "night.yaml").unlink()
    write_spec(film, HEAD + "  other: {prompt: a bell}\n", "day")
    said = run(film, "plan").err
    assert "night.lock.json` belongs to no spec; it records 3 takes" in said
    assert "ltxspec lock mv night NEW-NAME" in said


@pytest.mark.parametrize("command", [("apply", "--auto-approve"), ("plan",)])
def test_a_retake_is_bought_on_purpose(command: tuple[str, ...], film: Path) -> None:
    write_spec(film, shots("wall"), "day")
    run(film, "apply", "--buy-again")
    result = run(film, *command, "--retake", "day.wall")
    assert "owned elsewhere" not in result.out


def test_records_are_never_lost_by_a_move(film: Path) -> None:
    """What `lock verify` compares with a commit counts wherever it is recorded."""
    everything = {task for tasks in takes(film, "night").values() for task in tasks}
    (film / "specs" / "night.yaml").unlink()
    write_spec(film, shots("tower"), "day")
    write_spec(film, shots("gate", "wall"), "dusk")
    run(film, "apply")
    assert {task for name in ("day", "dusk", "night") for tasks in takes(film, name).values() for task in tasks} == (
        everything
    )


def test_a_task_in_progress_under_the_old_name_is_not_ordered_again(tmp_path: Path) -> None:
    write_spec(tmp_path, shots("wall"))
    run(tmp_path, "apply", "--detach", check=None)
    (tmp_path / "specs" / "night.yaml").unlink()
    write_spec(tmp_path, shots("wall"), "day")
    document = run(tmp_path, "plan", "--format", "json").json
    (shot,) = document["shots"]
    assert "owned-elsewhere" in shot["reasons"]
    hint = "run `ltxspec collect` first: its take moves here then"
    assert hint in run(tmp_path, "status").err
    assert [item["hint"] for item in document["diagnostics"]] == [hint]
    assert f"{hint}; `--buy-again` buys another" in run(tmp_path, "apply", check=4).err
    run(tmp_path, "collect")
    assert planned(tmp_path) == {"day.wall": ("move", "night.wall")}


@pytest.mark.parametrize("old", ["wall", "night.wall"])
def test_moved_from_a_shot_with_only_a_task_in_progress_says_to_collect_first(old: str, tmp_path: Path) -> None:
    write_spec(tmp_path, shots("wall"))
    run(tmp_path, "apply", "--detach", check=None)
    (tmp_path / "specs" / "night.yaml").unlink()
    spec = "day" if "." in old else "night"
    write_spec(tmp_path, HEAD + f"  gate: {{prompt: a wall in snow, moved: {old}}}\n", spec)
    said = run(tmp_path, "plan").err
    assert f"`moved: {old}` moves nothing yet: `wall` is in progress" in said
    assert "run `ltxspec collect` first" in said
    run(tmp_path, "collect")
    (shot,) = [each for each in run(tmp_path, "plan", "--format", "json").json["shots"] if each["action"] != "retire"]
    assert (shot["from"], shot["reasons"][0]) == (old, "moved-by-spec")


def test_a_lockfile_that_no_spec_claims_is_moved_after_what_is_in_progress_is_collected(film: Path) -> None:
    run(film, "apply", "--retake", "night.wall", "--target", "night.wall", "--detach", check=None)
    (film / "specs" / "night.yaml").unlink()
    write_spec(film, HEAD + "  other: {prompt: a bell}\n", "day")
    said = run(film, "plan").err
    assert "run `ltxspec collect`; then, if `night` has another name now, `ltxspec lock mv night NEW-NAME`" in said


def moved_wall(film: Path) -> None:
    """Move the shot `wall` from `night` to `day`, and record that."""
    write_spec(film, shots("tower", "gate"))
    write_spec(film, shots("wall"), "day")
    run(film, "apply")


def test_an_order_never_gets_the_id_of_a_take_that_moved_away(film: Path) -> None:
    moved_wall(film)
    write_spec(film, shots(*PROMPTS))
    run(film, "apply", "--buy-again")
    (here,), (there,) = takes(film, "night")["wall"], takes(film, "day")["wall"]
    assert here != there
    run(film, "apply", "--retake", "night.wall", "--target", "night.wall")
    assert len({*takes(film, "night")["wall"], there}) == 3


def test_an_order_in_progress_stays_in_the_plan_when_its_shot_moves(film: Path) -> None:
    run(film, "apply", "--retake", "night.wall", "--target", "night.wall", "--detach", check=None)
    write_spec(film, shots("tower", "gate"))
    write_spec(film, shots("wall"), "day")
    found = run(film, "plan", "--format", "json").json["shots"]
    assert [(shot["address"], shot["action"]) for shot in found if shot["action"] != "no-op"] == [
        ("day.wall", "move"),
        ("night.wall", "resume"),
    ]


def test_other_specs_are_read_with_the_variables_of_the_run(tmp_path: Path) -> None:
    head = HEAD.replace("shots:\n", "vars: {city: Rome}\nshots:\n")
    write_spec(tmp_path, head + '  gate: {prompt: "a gate of {{ city }}"}\n')
    run(tmp_path, "apply", "--var", "city=Porto")
    write_spec(tmp_path, head + '  gate: {prompt: "a gate of {{ city }}"}\n', "day")
    plan = run(tmp_path, "plan", "specs/day.yaml", "--var", "city=Porto", "--format", "json").json
    assert [(shot["action"], shot["reasons"][-1]) for shot in plan["shots"]] == [("create", "owned-elsewhere")]


def test_what_is_excluded_keeps_its_takes(film: Path) -> None:
    write_spec(film, shots("tower", "gate"))
    write_spec(film, shots("wall"), "day")
    plan = run(film, "plan", "--exclude", "night.wall", "--format", "json").json
    assert [shot["address"] for shot in plan["shots"]] == ["night.tower", "night.gate"]
    assert "left-out" in [item["code"] for item in plan["diagnostics"]]
    run(film, "apply", "--exclude", "night.wall")
    assert (len(takes(film, "night")), takes(film, "day")) == (3, {})


def test_one_new_render_in_two_specs_is_named_before_it_is_bought_twice(tmp_path: Path) -> None:
    write_spec(tmp_path, shots("wall"), "day")
    write_spec(tmp_path, shots("wall"), "night")
    document = run(tmp_path, "plan", "--format", "json").json
    (warning,) = document["diagnostics"]
    assert (warning["code"], warning["severity"]) == ("same-render-twice", "warning")
    assert "`day.wall` and `night.wall` request the same render: it would be bought twice" in run(tmp_path, "plan").err
    assert "same-render-twice" not in run(tmp_path, "plan", "--exclude", "night.wall", "--format", "json").out
    assert "it would be bought twice" in run(tmp_path, "apply").err


def test_two_specs_that_name_one_earlier_shot_are_both_named_and_its_takes_go_to_one(film: Path) -> None:
    before = takes(film, "night")["wall"]
    write_spec(film, shots("tower", "gate"))
    for spec in ("dawn", "dusk"):
        write_spec(film, HEAD + f"  wall: {{prompt: a wall at {spec}, moved: night.wall}}\n", spec)
    told = run(film, "plan").err
    assert "`moved: night.wall` of `dusk.wall` moves nothing: `dawn.wall` takes over from it" in told
    selected = run(film, "plan", "--target", "dusk.wall").err
    assert "or remove the shot `dawn.wall`, or its `moved:` if it has one, and the takes move here" in selected
    run(film, "apply")
    assert takes(film, "dawn")["wall"][:1] == before
    assert not set(before) & {*takes(film, "dusk")["wall"], *takes(film, "night")}
    assert "moves nothing" not in run(film, "plan").err


def test_takes_that_leave_a_spec_that_is_not_known_are_named(film: Path) -> None:
    (film / "specs" / "night.yaml").rename(film / "out.yaml")  # it may still be used, by its path
    write_spec(film, shots("wall"), "day")
    for arguments in ((), ("specs/day.yaml",)):
        (warning,) = [
            item
            for item in run(film, "plan", "--format", "json", *arguments).json["diagnostics"]
            if item["code"] == "moved-from-unknown-spec"
        ]
        assert warning["message"] == "takes of `night.wall` are moved, but no spec in `specs` is named `night`"
        assert "`[project] specs`" in warning["hint"]
    assert "moved-from-unknown-spec" in run(film, "apply").err
    assert planned(film)["day.wall"] == ("no-op",)


def test_takes_that_leave_a_spec_that_is_known_are_not_worth_a_warning(film: Path) -> None:
    write_spec(film, shots("tower"))
    write_spec(film, shots("wall"), "day")
    for arguments in ((), ("specs/day.yaml",)):
        assert run(film, "plan", "--format", "json", *arguments).json["diagnostics"] == []
