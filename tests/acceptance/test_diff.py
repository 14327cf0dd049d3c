"""`ltxspec diff` in real repositories, with real renders of the sandbox where money moves."""

import shutil
from pathlib import Path

import jsonschema
import pytest
from acceptance.commands import Result, ltxspec, write_spec
from acceptance.repositories import branch, commit, git
from sharing import made_once

SHOTS = """\
model: lightricks:ltx@2.5-fast
vars: {{city: {city}}}
defaults: {{width: 1280, height: 720, duration: 6, fps: 24}}
shots:
  alley: {{prompt: "Rain over {{{{ city }}}}"}}
  tower: {{prompt: "A tower in fog"}}
  pier: {{prompt: "{pier}"}}
"""


CONFIG = """\
[project]
id = "films"
[provider]
name = "sandbox"
[sandbox]
speed = 1000
[budget]
per_apply = "5.00"
"""
IGNORED = """\
.ltxspec/*
!.ltxspec/sandbox/
.ltxspec/sandbox/*
!.ltxspec/sandbox/lockfiles/
renders/
"""


@pytest.fixture(scope="session")
def _films_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on the sandbox whose main branch is rendered; its lockfile is committed, as a paid one would be."""
    return made_once(tmp_path_factory, "films-to-compare", make_films)


def make_films(folder: Path) -> None:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (folder / ".gitignore").write_text(IGNORED, "utf-8")
    spec(folder)
    apply(folder)
    commit(folder, "rendered")
    branch(folder, "feature")


@pytest.fixture
def films(_films_once: Path, tmp_path: Path) -> Path:
    """A copy to work in."""
    return shutil.copytree(_films_once, tmp_path / "films", symlinks=True)


def spec(folder: Path, city: str = "Porto", pier: str = "A pier at noon", more: str = "") -> None:
    write_spec(folder, SHOTS.format(city=city, pier=pier) + more)


def apply(folder: Path, *arguments: str) -> Result:
    return ltxspec("apply", "--auto-approve", *arguments, cwd=folder)


def diff(folder: Path, *arguments: str, check: int = 0) -> Result:
    return ltxspec("diff", *arguments, cwd=folder, check=check)


def summary(folder: Path, *arguments: str) -> dict[str, int]:
    counts: dict[str, int] = diff(folder, *arguments, "--format", "json").json["summary"]
    return {name: number for name, number in counts.items() if number}


def test_a_new_prompt_is_read_to_its_last_word_where_no_terminal_shows_it(films: Path) -> None:
    prompt = " ".join(f"word{number}" for number in range(200)) + " and a last surprise"
    spec(films, more=f'  gate: {{prompt: "{prompt}"}}\n')
    for command in ("plan", "diff"):
        assert " ".join(ltxspec(command, cwd=films).out.split()).count(prompt) == 1


def test_a_branch_is_followed_from_the_edit_to_the_merge(films: Path) -> None:
    assert diff(films).out.splitlines()[-1] == (
        "No changes: 3 shots as before; limit $5.00 (sandbox: nothing is charged)."
    )
    spec(films, city="Lisbon", more='  gate: {prompt: "A gate"}\n')
    assert summary(films) == {"pending": 2, "unchanged": 2}
    apply(films)
    assert summary(films) == {"rendered": 2, "unchanged": 2}
    commit(films, "rendered on the branch")
    told = diff(films, "main", "feature").out
    assert "rendered  alley  prompt changed" in told
    assert "because of variable city: Porto → Lisbon" in told
    assert told.splitlines()[-1].startswith("2 shots rendered for $1.08, 2 unchanged; limit $5.00")

    branch(films, "other", "main")
    spec(films, pier="A pier at dusk")
    apply(films)
    commit(films, "main moves on")
    git(films, "checkout", "--quiet", "main")
    git(films, "merge", "--quiet", "--ff-only", "other")
    assert summary(films, "main...feature") == {"rendered": 2, "unchanged": 2}
    lost = diff(films, "main", "feature", "--format", "json", "--detailed-exitcode", check=1).json
    assert [item["address"] for item in lost["lost"]] == ["night.pier"]


def test_the_approved_digest_is_the_one_that_apply_takes(films: Path) -> None:
    spec(films, city="Lisbon")
    digest = diff(films, "--format", "json").json["planDigest"]
    refused = ltxspec("apply", "--approved", "sha256:" + "0" * 64, cwd=films, check=4)
    assert digest in refused.err
    apply(films, "--approved", digest)
    assert summary(films) == {"rendered": 1, "unchanged": 2}


def test_the_json_fits_its_schema_and_names_both_sides(films: Path) -> None:
    spec(films, city="Lisbon")
    document = diff(films, "--format", "json").json
    schema = ltxspec("schema", "review", cwd=films).json
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["base"]["commit"] == git(films, "rev-parse", "main").stdout.strip()
    assert document["head"] == {"commit": document["base"]["commit"], "isWorkingTree": True}
    (shot,) = document["shots"]
    assert shot["causes"] == [{"kind": "variable", "name": "city", "before": "Porto", "after": "Lisbon"}]
    assert document["takes"]["base"][shot["before"]]["request"]["positivePrompt"] == "Rain over Porto"


def test_markdown_begins_with_the_sentence_and_links_to_the_line(films: Path) -> None:
    spec(films, city="Lisbon")
    text = diff(films, "--format", "markdown", "--link-base", "https://h/o/r/blob/x/").out
    marker, _, sentence, *_ = text.splitlines()
    assert marker.startswith("<!-- ltxspec:review key=ltxspec base=")
    assert sentence.startswith("**1 shot to render for $0.54, 2 unchanged; limit $5.00")
    assert "(https://h/o/r/blob/x/specs/night.yaml#L8)" in text


def test_a_rename_and_a_removal_cost_nothing_and_lose_nothing(films: Path) -> None:
    text = (films / "specs" / "night.yaml").read_text("utf-8")
    (films / "specs" / "night.yaml").write_text(
        text.replace("  tower:", "  gate:").replace("  pier:", "  # pier:"), "utf-8"
    )
    assert summary(films) == {"moved": 1, "retired": 1, "unchanged": 1}
    apply(films)
    after = diff(films, "--format", "json").json
    assert {shot["instance"]: shot["kind"] for shot in after["shots"]} == {"gate": "moved", "pier": "retired"}
    assert (after["spent"]["usd"], after["lost"]) == ("0.00", [])


def test_a_revert_is_free(films: Path) -> None:
    spec(films, city="Lisbon")
    apply(films)
    commit(films, "Lisbon")
    spec(films)
    assert summary(films, "HEAD") == {"restored": 1, "unchanged": 2}
    apply(films)
    document = diff(films, "HEAD", "--format", "json").json
    assert (document["summary"]["restored"], document["spent"]["usd"], document["estimate"]["usd"]) == (
        1,
        "0.00",
        "0.00",
    )


def test_it_works_from_a_folder_below_and_without_a_key(films: Path) -> None:
    spec(films, city="Lisbon")
    assert ltxspec("diff", "--detailed-exitcode", cwd=films / "specs", check=2, RUNWARE_API_KEY="").out


def test_a_bare_checkout_of_a_pull_request_in_ci_finds_its_base(films: Path, tmp_path: Path) -> None:
    spec(films, city="Lisbon")
    commit(films, "Lisbon")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch=feature", str(films), str(clone))
    git(clone, "checkout", "--quiet", "--detach")
    out = ltxspec("diff", cwd=clone, GITHUB_BASE_REF="main", CI="true").out
    assert "(merge base of origin/main)" in out.replace("\n", " ")


def test_a_shallow_checkout_is_told_what_it_lacks(films: Path, tmp_path: Path) -> None:
    commit(films, "one more")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=feature", f"file://{films}", str(clone))
    result = ltxspec("diff", cwd=clone, check=1, GITHUB_BASE_REF="main")
    assert "fetch-depth: 0" in result.err


def test_ten_thousand_changed_shots_still_fit_into_a_comment(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    lines = "".join(
        f'  s{n:05d}: {{prompt: "Shot {n} in {{{{ city }}}}, seen from a slow boat"}}\n' for n in range(10_000)
    )
    head = "model: lightricks:2@0\nvars: {city: Porto}\ndefaults: {width: 1920, height: 1080}\nshots:\n"
    write_spec(tmp_path, head + lines)
    commit(tmp_path, "ten thousand")
    write_spec(tmp_path, head.replace("Porto", "Lisbon") + lines)
    text = diff(tmp_path, "--format", "markdown", "--forge", "github").out
    assert len(text) <= 65_536
    assert "\n**<code>variable city</code> (Porto → Lisbon):** 10,000 shots\n" in text
    assert "**10,000 shots to render for $" in text


def test_git_s_own_diff_of_a_lockfile_reads_like_a_report(films: Path) -> None:
    git(films, "config", "diff.ltxspec.textconv", "ltxspec lock textconv")
    (films / ".git" / "info" / "attributes").write_text("*.lock.json diff=ltxspec\n", "utf-8")
    spec(films, city="Lisbon")
    apply(films)
    shown = git(films, "diff").stdout
    assert "-    Rain over Porto\n+    Rain over Lisbon\n" in shown
    assert "+  3 shots, 4 takes, $2.16 spent" in shown
    assert "digest" not in shown
