"""The line of a shot, now and at a commit, also where the spec has errors."""

from pathlib import Path

from acceptance.commands import write_spec
from acceptance.repositories import commit, git
from unit.project.projects import project

from ltxspec.project.shot_places import ShotPlace, place_at, places_now
from ltxspec.values import ShotAddress

ALLEY, RAIN = ShotAddress("night", "alley"), ShotAddress("night", "weather[rain]")
SPEC = "model: lightricks:ltx@2.5-fast\nshots:\n  alley: {prompt: Rain}\n  weather:\n    matrix: {sky: [rain]}\n"


def test_shots_and_instances_are_found_at_the_line_of_their_key(tmp_path: Path) -> None:
    write_spec(tmp_path, SPEC)
    write_spec(tmp_path, "model: [", "broken")
    (tmp_path / "specs" / "list.yaml").write_text("- night\n")
    (tmp_path / "specs" / "odd.yaml").write_text("metadata: night\n")
    found = places_now(project(tmp_path), [RAIN, ALLEY, ShotAddress("night", "gone"), ShotAddress("day", "alley")])
    assert found == {ALLEY: ShotPlace("specs/night.yaml", 6, 3), RAIN: ShotPlace("specs/night.yaml", 7, 3)}
    assert str(found[ALLEY]) == "specs/night.yaml:6"


def test_without_specs_nothing_is_found(tmp_path: Path) -> None:
    assert places_now(project(tmp_path), [ALLEY]) == {}
    (tmp_path / "specs").mkdir()
    assert places_now(project(tmp_path), [ALLEY]) == {}
    write_spec(tmp_path, "shots: [night]\n")
    assert places_now(project(tmp_path), [ALLEY]) == {}


def test_a_shot_that_is_gone_is_found_where_it_was(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "ltxspec.toml").write_text('[project]\nspecs = ["films"]\n')
    write_spec(tmp_path, SPEC)
    (tmp_path / "specs").rename(tmp_path / "films")
    commit(tmp_path, "first")
    head = git(tmp_path, "rev-parse", "HEAD").stdout.strip()
    (tmp_path / "films" / "night.yaml").unlink()
    (tmp_path / "ltxspec.toml").unlink()
    commit(tmp_path, "gone")
    opened = project(tmp_path)
    found = place_at(opened, ALLEY, head)
    assert found == ShotPlace("films/night.yaml", 6, 3, head)
    assert str(found) == f"films/night.yaml:6 at commit {head[:12]}"
    assert place_at(opened, ShotAddress("night", "none"), head) is None
    assert place_at(opened, ALLEY, "0" * 40) is None
