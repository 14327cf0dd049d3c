"""`export openjd`: a job that a farm checks and runs, twice if it has to.

What runs such jobs is pinned in `tests/engines`; `make slow` installs it. Where it is missing, this skips and says so;
LTXSPEC_REQUIRE_OPENJD makes it fail.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import warm
import yaml
from acceptance.commands import ltxspec, write_spec

REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_OPENJD"))  # read once, before any test cleans the environment
SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720}
shots:
  one: {matrix: {n: [1, 2, 4]}, prompt: "shot {{ n }}"}
"""


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    """A project on the sandbox with a store, as a farm sees it."""
    if find_spec("openjd") is None:
        reason = "needs the OpenJD client of tests/engines: `make slow` installs it"
        if REQUIRED:
            pytest.fail(f"LTXSPEC_REQUIRE_OPENJD is set: {reason}")
        pytest.skip(reason)  # it is no requirement of ltxspec; CI requires it
    project = tmp_path / "a farm's project"
    project.mkdir()
    store = f'[store]\nurl = "file://{tmp_path}/store"\nfree = true\n'
    (project / "ltxspec.toml").write_text(f'[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n{store}')
    write_spec(project, SPEC)
    return project


def environment() -> dict[str, str]:
    """The variables of a machine of the farm, which finds `ltxspec` in its path."""
    return {**os.environ, "PATH": f"{warm.commands(small=True)}{os.pathsep}{os.environ['PATH']}"}


def openjd(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "openjd", *arguments],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_farm_checks_and_runs_a_plan_once(farm: Path) -> None:
    ltxspec("export", "openjd", "--shards", "2", "-o", "job.yaml", cwd=farm)
    assert "passes validation checks" in openjd(farm, "check", "job.yaml")
    openjd(farm, "run", "job.yaml")
    ltxspec("plan", "--detailed-exitcode", cwd=farm)  # nothing is left
    assert len(list((farm / "renders/sandbox/night").glob("*.mp4"))) == 3
    records = [path for path in farm.rglob("night.lock.json") if path.parent.name == "lockfiles"]
    before = {path: path.read_bytes() for path in records}
    assert len(before) == 3  # the project's, and one of each shard
    openjd(farm, "run", "job.yaml", "--step", "Apply", "--no-run-dependencies")  # a farm may run it twice
    assert {path: path.read_bytes() for path in records} == before


def test_a_plan_that_changed_after_it_was_exported_is_not_ordered(farm: Path) -> None:
    ltxspec("export", "openjd", "-o", "job.yaml", cwd=farm)
    write_spec(farm, SPEC.replace("shot {{", "another {{"))
    scripts = _scripts(farm)
    shell = shutil.which("sh") or "sh"
    for name, code in (("Prepare", 0), ("Apply", 4)):
        command = [shell, "-c", scripts[name], "run.sh", str(farm), "1"]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert ("not-approved" in done.stderr) == (code != 0)


def test_a_job_says_what_submitting_it_orders_and_that_a_limit_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n')
    write_spec(tmp_path, SPEC)
    export = ("export", "openjd", "-o", "job.yaml")
    fits = ltxspec(*export, cwd=tmp_path)
    assert fits.err == "wrote job.yaml: 3 orders, $1.62; submitting the job is the approval\n"
    to_stream = ltxspec("export", "openjd", cwd=tmp_path)
    assert to_stream.err == "3 orders, $1.62; submitting the job is the approval\n"
    assert yaml.safe_load(to_stream.out)["specificationVersion"]
    capped = ltxspec(*export, "--max-cost", "1", cwd=tmp_path).err
    over = "warning[over-budget]: the plan costs $1.62, which is over the limit of $1.00 for one apply\n"
    assert capped.startswith(over)
    assert "--max-cost sets this limit" in capped
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[budget]\nper_apply = 1\n')
    assert ltxspec(*export, cwd=tmp_path).err.startswith(over)
    assert ltxspec("plan", cwd=tmp_path).err.startswith(over)


def _scripts(project: Path) -> dict[str, str]:
    steps = yaml.safe_load((project / "job.yaml").read_text())["steps"]
    return {step["name"]: step["script"]["embeddedFiles"][0]["data"] for step in steps}
