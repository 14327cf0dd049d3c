"""`ltxspec collect`: fetches what is under way and never orders."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.services import KEY, paid_service

from ltxspec.apply.recovery import RecoveryLimits


def test_only_what_was_ordered_is_collected(project: Path) -> None:
    ltxspec("apply", "--detach", "--target", "night.weather", cwd=project)
    collected = ltxspec("collect", "--format", "json", cwd=project)
    *_, last = collected.out.splitlines()
    assert '"collected":2' in last.replace(" ", "")
    assert ltxspec("plan", "--format", "json", cwd=project).json["summary"]["create"] == 2
    shown = ltxspec("show", "--format", "json", cwd=project).json["shots"]
    assert [record["address"] for record in shown] == ["night.weather[fog]", "night.weather[rain]"]


ALLEY = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080}\nshots:\n  alley: {prompt: Rain.}\n"


@contextmanager
def lost_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A project whose only order never arrived, while its service runs."""
    lost = {"fault": "drop", "accepted": False, "task": "videoInference", "times": RecoveryLimits().max_submits}
    runware = "[runware]\npoll_interval = 0.05\npoll_max = 0.1\ngrace = 0.2\n"
    (folder / "ltxspec.toml").write_text(f'[project]\nid = "lost"\n{runware}')
    write_spec(folder, ALLEY, "day")
    with paid_service(folder / "service", {"faults": [lost]}) as address:
        monkeypatch.setenv("RUNWARE_BASE_URL", address)
        monkeypatch.setenv("RUNWARE_API_KEY", KEY)
        ltxspec("apply", "--auto-approve", cwd=folder, check=3)
        yield


@pytest.fixture
def renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose only order got lost; then its shot went to another spec under another name."""
    with lost_order(tmp_path, monkeypatch):
        write_spec(tmp_path, ALLEY.replace("alley:", "street:"), "night")
        write_spec(tmp_path, ALLEY.replace("alley: {prompt: Rain.}", "door: {prompt: A door.}"), "day")
        yield tmp_path


def test_an_order_that_never_arrived_and_that_no_shot_needs_is_given_up_on_request(renamed: Path) -> None:
    refused = ltxspec("apply", "--auto-approve", cwd=renamed, check=4)
    assert "`day.alley` has it in progress; `ltxspec collect` finishes that" in refused.err
    left = ltxspec("collect", cwd=renamed, check=3)
    assert "`ltxspec collect --retry 'day.alley'` gives it up" in " ".join(left.out.split())
    assert ltxspec("plan", "--format", "json", cwd=renamed).json["summary"]["resume"] == 1
    ltxspec("collect", "--retry", "day.alley", cwd=renamed)
    assert ltxspec("plan", "--format", "json", cwd=renamed).json["summary"]["resume"] == 0
    ltxspec("apply", "--auto-approve", cwd=renamed)


def test_an_order_that_a_shot_needs_is_not_given_up(renamed: Path) -> None:
    write_spec(renamed, ALLEY, "day")
    ltxspec("collect", "--retry", "day.alley", cwd=renamed, check=3)
    plan = ltxspec("plan", "specs/day.yaml", "--format", "json", cwd=renamed).json
    assert plan["summary"]["resume"] == 1


def test_results_that_are_still_to_come_are_never_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ALLEY.replace("2@0", "ltx@2.5-fast").replace("{prompt: Rain.}", "{prompt: Rain., numberResults: 2}")
    (tmp_path / "ltxspec.toml").write_text('[project]\nid = "two"\n[runware]\npoll_interval = 0.05\npoll_max = 0.1\n')
    write_spec(tmp_path, spec, "day")
    slow = {"fault": "slow", "factor": 60, "times": None}
    with paid_service(tmp_path / "service", {"faults": [slow]}) as address:
        monkeypatch.setenv("RUNWARE_BASE_URL", address)
        monkeypatch.setenv("RUNWARE_API_KEY", KEY)
        ltxspec("apply", "--auto-approve", "--detach", cwd=tmp_path)
        for edited in (spec.replace("alley:", "door:").replace("Rain.", "A door."), spec):
            write_spec(tmp_path, edited, "day")
            ltxspec("collect", "--retry", "day.alley", cwd=tmp_path, check=None)
        taken = ltxspec("show", "day.alley", "--format", "json", cwd=tmp_path).json
    (shot,) = taken["shots"]
    assert [len(take["outputs"]) for take in shot["takes"]] == [2]


def test_a_shot_that_follows_from_another_spec_keeps_its_order(renamed: Path) -> None:
    write_spec(renamed, ALLEY.replace("{prompt: Rain.}", "{prompt: Snow.}"), "day")  # there, if another one by now
    left = ltxspec("collect", "--retry", "day.alley", cwd=renamed, check=3)
    assert "once the shot is gone" in " ".join(left.out.split())
    assert ltxspec("plan", "specs/day.yaml", "--format", "json", cwd=renamed).json["summary"]["resume"] == 1


def test_nothing_is_given_up_while_it_is_unknown_what_is_needed(renamed: Path) -> None:
    write_spec(renamed, ALLEY.replace("{prompt: Rain.}", "{prompt: ["), "day")
    refused = ltxspec("collect", "--retry", "day.alley", cwd=renamed, check=4)
    assert "`specs/day.yaml` has problems" in refused.err
    write_spec(renamed, ALLEY, "day")
    assert ltxspec("plan", "specs/day.yaml", "--format", "json", cwd=renamed).json["summary"]["resume"] == 1


def test_with_nothing_under_way_there_is_nothing_to_do(rendered: Path) -> None:
    result = ltxspec("collect", cwd=rendered)
    assert (result.out, result.err) == ("", "Nothing is under way.\n")


def two_specs(folder: Path, expect: str = "{}") -> None:
    """Render a shot, and one of another spec that follows from it; then order a retake of the latter."""
    inputs = "{frameImages: [{image: {shot: film.alley, frame: last}, frame: first}]}"
    follows = f"{{prompt: Rain., expect: {expect}, inputs: {inputs}}}"
    (folder / "ltxspec.toml").write_text(
        '[project]\nid = "two"\n[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
    )
    write_spec(folder, ALLEY, "film")
    write_spec(folder, ALLEY.replace("{prompt: Rain.}", follows), "day")
    ltxspec("apply", cwd=folder, check=None)
    ltxspec("apply", "--detach", "--retake", "day.alley", cwd=folder)


def test_a_shot_that_follows_from_another_spec_is_finished_like_any_other(tmp_path: Path) -> None:
    two_specs(tmp_path, expect="{fps: 30}")  # its videos have 25
    assert "not as expected" in ltxspec("collect", cwd=tmp_path, check=3).out
    (shot,) = ltxspec("show", "day.alley", "--format", "json", cwd=tmp_path).json["shots"]
    assert [(take["current"], len(take["outputs"][0]["unmet"])) for take in shot["takes"]] == [(False, 1), (True, 1)]
    assert "No changes." in ltxspec("plan", cwd=tmp_path).out


def test_a_source_that_cannot_be_read_leaves_only_the_journal(tmp_path: Path) -> None:
    two_specs(tmp_path)
    write_spec(tmp_path, ALLEY.replace("{prompt: Rain.}", "{prompt: ["), "film")
    assert "`specs/film.yaml` has problems" in ltxspec("collect", cwd=tmp_path).err
    (shot,) = ltxspec("show", "day.alley", "--format", "json", cwd=tmp_path).json["shots"]
    assert [take["current"] for take in shot["takes"]] == [False, True]


def test_a_referred_lockfile_that_cannot_be_read_holds_nothing_up(tmp_path: Path) -> None:
    two_specs(tmp_path)
    lockfile = tmp_path / ".ltxspec" / "sandbox" / "lockfiles" / "film.lock.json"
    lockfile.write_text(f"<<<<<<< ours\n{lockfile.read_text('utf-8')}", "utf-8")
    assert "what follows from `film` is collected without its takes" in ltxspec("collect", cwd=tmp_path).err
    recorded = json.loads((lockfile.parent / "day.lock.json").read_text("utf-8"))["shots"]["alley"]
    assert recorded["current"] == recorded["takes"][1]["taskUUID"]


def test_orders_in_progress_of_other_specs_are_named(tmp_path: Path) -> None:
    two_specs(tmp_path)
    assert ltxspec("collect", "specs/film.yaml", cwd=tmp_path).err == "Nothing is under way here, but in `day`.\n"
    (tmp_path / "specs" / "day.yaml").unlink()
    for command in ("plan", "status"):
        told = ltxspec(command, cwd=tmp_path).err
        assert "no spec is named `day`, and an order of it (for `day.alley`) may be in progress and billed" in told
    ltxspec("collect", cwd=tmp_path)
    assert "in progress" not in ltxspec("plan", cwd=tmp_path).err


def test_a_shot_is_not_moved_while_an_order_for_it_is_in_progress(tmp_path: Path) -> None:
    two_specs(tmp_path)
    ltxspec("apply", "--detach", "--retake", "film.alley", "--target", "film.alley", cwd=tmp_path)
    (tmp_path / "specs" / "film.yaml").rename(tmp_path / "specs" / "movie.yaml")
    for name in ("movie", "day"):
        file = tmp_path / "specs" / f"{name}.yaml"
        file.write_text(
            file.read_text("utf-8").replace("name: film", "name: movie").replace("film.", "movie."), "utf-8"
        )
    assert "an order for `film.alley` is in progress" in ltxspec("plan", cwd=tmp_path).err
    refused = ltxspec("apply", cwd=tmp_path, check=4)
    assert "error[moved-in-progress]" in refused.err
    ltxspec("collect", cwd=tmp_path)
    ltxspec("apply", "--target", "movie.alley", cwd=tmp_path)
    (shot,) = ltxspec("show", "movie.alley", "--format", "json", cwd=tmp_path).json["shots"]
    assert [take["current"] for take in shot["takes"]] == [False, True]


def test_an_order_in_progress_is_not_counted_as_ordered_again(tmp_path: Path) -> None:
    two_specs(tmp_path)
    again = ltxspec("apply", "--detach", "--retake", "day.alley", cwd=tmp_path)
    assert "Ordered: 0, 1 in progress for $0.36" in again.out
    picked = ltxspec("pick", "day.alley", "--take", "1", cwd=tmp_path)
    assert "an order for `day.alley` is in progress: its take will be the one in use once it arrives" in picked.err


def test_an_order_for_an_earlier_version_that_never_arrived_is_given_up_while_the_shot_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lost_order(tmp_path, monkeypatch):
        write_spec(tmp_path, ALLEY.replace("{prompt: Rain.}", "{prompt: Snow.}"), "day")
        left = " ".join(ltxspec("collect", "--retry", "day.alley", cwd=tmp_path, check=3).out.split())
        assert "`ltxspec apply --retry 'day.alley'` while it is there" in left
        ltxspec("apply", "--auto-approve", "--retry", "day.alley", cwd=tmp_path)
        assert ltxspec("plan", "--format", "json", cwd=tmp_path).json["summary"]["no-op"] == 1
