"""What holds for every command: global options, help, colours, exit codes, streams that go away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, process

from ltxspec import __version__
from ltxspec.cli.main import COMMANDS

ESCAPE = "\x1b["


def test_the_version_is_told_without_a_project(tmp_path: Path) -> None:
    assert ltxspec("--version", cwd=tmp_path).out == f"ltxspec {__version__}\n"


def test_windows_is_refused_with_a_way_to_run_it_there() -> None:
    as_there = "import runpy, sys; sys.platform = 'win32'; runpy.run_module('ltxspec', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", as_there], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error[platform]: ltxspec runs on Linux and macOS\nhint: on Windows, run it in WSL\n"


def test_help_lists_every_command_and_exits_well(tmp_path: Path) -> None:
    told = ltxspec("--help", cwd=tmp_path).out
    assert [name for name in COMMANDS if f"\n  {name} " not in told] == []
    assert ltxspec(cwd=tmp_path, check=64).err.startswith("Usage: ltxspec")


ADDRESS = "https://ann:canary@host.example/films"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--config", ADDRESS, "plan"),
        ("init", ADDRESS),
        ("-C", f"{ADDRESS}/nosuch", "plan"),
        ("-C", "https:/ann:canary@host.example/films", "-v", "plan"),
        ("-C", "https:/ann:canary@host.example/films", "doctor"),
        ("apply", f"{ADDRESS}?sig=canary"),
    ],
)
def test_an_address_in_the_place_of_a_path_is_shown_without_its_secrets(tmp_path: Path, arguments: list[str]) -> None:
    ltxspec("init", "https:/ann:canary@host.example/films", cwd=tmp_path)
    result = ltxspec(*arguments, cwd=tmp_path, check=None)
    assert "canary" not in result.out + result.err
    assert "host.example" in result.out + result.err


def test_examples_stand_on_lines_of_their_own_to_be_copied(tmp_path: Path) -> None:
    told = ltxspec("plan", "--help", cwd=tmp_path).out
    assert "\n  Examples:\n    ltxspec plan\n    ltxspec plan -o plan.json\n" in told


def test_a_command_works_in_another_folder_and_with_another_configuration(project: Path) -> None:
    (project / "other.toml").write_text('[provider]\nname = "runware"\n', encoding="utf-8")
    shown = ltxspec("-C", project.name, "plan", cwd=project.parent).out
    assert "(sandbox: nothing is charged)" in shown
    assert "(sandbox" not in ltxspec("--config", "other.toml", "plan", cwd=project).out
    assert ltxspec("plan", cwd=project / "specs").out == shown
    assert "`nowhere` is not a folder" in ltxspec("-C", "nowhere", "plan", cwd=project, check=64).err
    assert "does not exist" in ltxspec("--config", "none.toml", "plan", cwd=project, check=64).err


def test_verbose_tells_what_is_in_force_and_leaves_the_data_alone(project: Path) -> None:
    quiet, verbose = ltxspec("plan", cwd=project), ltxspec("-v", "plan", cwd=project)
    assert verbose.out == quiet.out
    assert quiet.err == ""
    assert f"{project}" in verbose.err
    assert "sandbox" in verbose.err


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"NO_COLOR": ""}, False),
    ],
)
def test_colour_is_asked_for_or_not(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    colored: bool,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (ESCAPE in ltxspec(*arguments, "plan", cwd=project).out) is colored
    assert (ESCAPE in ltxspec(*arguments, "plan", "--target", "x", cwd=project, check=1).err) is colored
    assert ESCAPE not in ltxspec(*arguments, "plan", "--format", "json", cwd=project).out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("pln",), "no such command `pln`; did you mean `plan`?", "`ltxspec --help` shows its usage"),
        (("plan", "--fromat", "json"), "no such option `--fromat`", "did you mean one of: `--format`, `--out`?"),
        (("pick", "a.b", "1"), "unexpected `1` after the shot", "write `--take 1`"),
        (
            ("apply", "--approved", "nonsense"),
            "`nonsense` is not the digest of a plan",
            "write `sha256:` and 64 hexadecimal digits, as `ltxspec plan --format json` and the review show it",
        ),
        (("pick", "a.b"), "missing option `--take`", "`ltxspec pick --help` shows its usage"),
        (("completion",), "missing argument `bash|zsh|fish`", "choose from: bash, zsh, fish"),
        (("sandbox", "srve"), "no such command `srve`", "did you mean `serve`?"),
    ],
)
def test_wrong_usage_looks_like_every_other_error(
    arguments: tuple[str, ...], message: str, hint: str, tmp_path: Path
) -> None:
    assert ltxspec(*arguments, cwd=tmp_path, check=64).err == f"error[usage]: {message}\nhint: {hint}\n"


def test_a_bug_is_owned_up_to_without_a_traceback_and_without_secrets(project: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"  # a library that does what no library should
    broken.mkdir()
    (broken / "jsonschema.py").write_text(
        "import os\nraise RuntimeError('no schemas today, ' + os.environ['RUNWARE_API_KEY'])\n", encoding="utf-8"
    )
    environment = {"PYTHONPATH": str(broken), "RUNWARE_API_KEY": "hush-hush", "TMPDIR": str(tmp_path)}
    result = process("validate", cwd=project, check=70, **environment)
    assert result.err.startswith("error[bug]: this is a bug in ltxspec: RuntimeError\n")
    (report,) = tmp_path.glob("ltxspec-crash-*.txt")
    assert str(report) in result.err
    text = report.read_text("utf-8")
    assert "no schemas today" in text
    assert __version__ in text
    assert "hush-hush" not in text + result.err + result.out


@pytest.mark.parametrize("arguments", [("schema", "spec"), ("render", "--format", "json"), ("plan",), ("--help",)])
def test_a_reader_that_has_seen_enough_is_no_error(arguments: tuple[str, ...], project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ltxspec", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def shell(project: Path, command: str) -> tuple[int, str]:
    """Exit code and standard error of a shell command in which `ltxspec` stands for the tool."""
    done = subprocess.run(
        ["sh", "-c", command.replace("ltxspec", f"'{sys.executable}' -m ltxspec", 1)],
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", [("lock", "verify"), ("validate", "--format", "json", "specs/bad.yaml")])
def test_a_reader_that_leaves_early_turns_no_failure_into_success(arguments: tuple[str, ...], project: Path) -> None:
    (project / "lockfiles").mkdir(exist_ok=True)
    (project / "lockfiles" / "night.lock.json").write_text("{}\n", "utf-8")
    (project / "specs" / "bad.yaml").write_text("shots: 7\n", "utf-8")
    expected = subprocess.run(
        [sys.executable, "-m", "ltxspec", *arguments], cwd=project, capture_output=True, check=False
    )
    assert expected.returncode == 1
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "ltxspec", *arguments], cwd=project, stdout=writer, stderr=writer, check=False
    )
    os.close(writer)
    assert done.returncode == 1


def test_a_stream_that_is_closed_from_the_start_is_no_error(project: Path) -> None:
    assert shell(project, "ltxspec plan >&-") == (0, "")
    assert shell(project, "ltxspec plan >&- 2>&-") == (0, "")


# Only Linux has such a device, and no other file refuses every byte.
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written_is_an_error(project: Path) -> None:
    for command in ("ltxspec plan --format json >/dev/full", "ltxspec --version >/dev/full"):
        code, err = shell(project, command)
        assert code == 1
        assert err.startswith("error[storage]: the output cannot be ")
        assert "Traceback" not in err


def test_a_terminal_of_another_encoding_gets_what_it_can_show(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ltxspec", "plan", "--var", "city=東京"],
        cwd=project,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Rain over \\u6771\\u4eac\n" in done.stdout
    assert "1280×720".encode("latin-1") in done.stdout


@pytest.mark.parametrize("name", ["plan", "show", "lock verify", "archive gc", "validate", "doctor"])
def test_global_options_may_follow_the_command(name: str, tmp_path: Path) -> None:
    refused = ltxspec(*name.split(), "-C", "no-such-folder", "--no-color", cwd=tmp_path, check=64)
    assert refused.err == ltxspec("-C", "no-such-folder", "--no-color", *name.split(), cwd=tmp_path, check=64).err
