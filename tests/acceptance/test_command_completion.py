"""`ltxspec completion`: scripts that shells accept, and what they then ask."""

import shutil
import subprocess
from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from acceptance.shells import completed_words, environment

PROBED = [
    ("why night.al", ["why", "night.alley"]),
    ("why night.weather/fo", ["why", "night.weather/fog"]),
    (r"why night.weather\[fo", ["why", "night.weather[fog]"]),
    ("why 'night.weather[fo", ["why", "night.weather[fog]"]),
    ("models lightricks-ltx-2-p", ["models", "lightricks-ltx-2-pro"]),
    ("models lightricks:2@0", ["models", "lightricks:2@0"]),
    ("plan --provider sa", ["plan", "--provider", "sandbox"]),
    ("plan --provider=sa", ["plan", "--provider=sandbox"]),
    ("loc", ["lock"]),
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_registers_the_command(shell: str, tmp_path: Path) -> None:
    script = ltxspec("completion", shell, cwd=tmp_path).out
    assert f"_LTXSPEC_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_commands_options_and_values_are_completed(tmp_path: Path) -> None:
    def completed(words: str) -> list[str]:
        asked = {"_LTXSPEC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return [line.partition(",")[2] for line in ltxspec(cwd=tmp_path, check=0, **asked).out.splitlines()]

    assert completed("ltxspec va") == ["validate"]
    assert completed("ltxspec plan --det") == ["--detailed-exitcode"]
    assert completed("ltxspec plan --format m") == ["markdown"]


def asked(words: str, cwd: Path) -> list[str]:
    variables = {"_LTXSPEC_COMPLETE": "bash_complete", "COMP_WORDS": f"ltxspec {words}", "COMP_CWORD": ""}
    done = ltxspec(cwd=cwd, check=0, **variables)
    assert done.err == ""
    return [line.partition(",")[2] for line in done.out.splitlines() if line]


def test_names_of_the_project_are_completed(rendered: Path) -> None:
    instances = ["night.weather[rain]", "night.weather[fog]"]
    assert asked("why night.", rendered) == ["night.alley", "night.flagged", *instances]
    assert asked("plan --target night.w", rendered) == instances
    assert asked("lock mv night.w", rendered) == instances
    assert asked("pick night.alley --take ", rendered) == ["1", "2"]
    assert asked("lock rm night.alley --take ", rendered) == ["1", "2"]
    assert asked("frame night.alley --at ", rendered) == ["first", "last"]
    assert asked("frame night.alley --at l", rendered) == ["last"]
    assert asked("cost --by s", rendered) == ["spec", "shot"]
    assert asked("show --provider ", rendered) == ["runware", "sandbox"]
    assert "lightricks:2@0" in asked("models lightr", rendered)


def test_the_project_is_that_of_the_global_options(rendered: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for words in (f"-C {rendered} why night.al", f"why -C {rendered} night.al"):
        assert asked(words, tmp_path / "elsewhere") == ["night.alley"]


def test_what_cannot_be_read_offers_nothing_and_says_nothing(project: Path) -> None:
    (project / "specs" / "other.yaml").write_text("shots: [", encoding="utf-8")
    assert "night.alley" in asked("why night.a", project)
    (project / "ltxspec.toml").write_text("[projekt]", encoding="utf-8")
    assert asked("why night.a", project) == []
    assert asked("pick night.alley --take ", project) == []


@pytest.mark.parametrize(("typed", "words"), PROBED, ids=[typed for typed, _ in PROBED])
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_a_line(shell: str, typed: str, words: list[str], project: Path, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")  # a machine need not have each; the candidates are tested without
    (project / "lock").mkdir()  # a folder of that name is not meant
    assert completed_words(shell, f"ltxspec {typed}", project, tmp_path) == ["ltxspec", *words]


@pytest.mark.parametrize(("typed", "words"), PROBED, ids=[typed for typed, _ in PROBED])
def test_fish_completes_a_line(typed: str, words: list[str], project: Path, tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")  # a machine need not have it; the candidates are tested without
    question = "ltxspec completion fish | source; complete -C $argv[1]"
    done = subprocess.run(
        ["fish", "-c", question, f"ltxspec {typed}"],
        cwd=project,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert words[-1] in [line.partition("\t")[0].replace("\\", "") for line in done.stdout.splitlines()]


def test_an_unknown_shell_gets_the_list(tmp_path: Path) -> None:
    assert "`pwsh` is not one of `bash`, `zsh`, `fish`" in ltxspec("completion", "pwsh", cwd=tmp_path, check=64).err


def test_costs_can_be_grouped_by_every_label(project: Path) -> None:
    spec = project / "specs" / "night.yaml"
    text = spec.read_text("utf-8")
    spec.write_text(
        text.replace("metadata: {name: night", "metadata: {labels: {campaign: autumn}, name: night"), "utf-8"
    )
    assert asked("cost --by ", project) == ["spec", "shot", "month", "model", "label:campaign"]
