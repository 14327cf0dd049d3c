"""`ltxspec completion`: scripts that shells accept, and what they then ask."""

import shutil
import subprocess
from pathlib import Path

import pytest
from acceptance.commands import ltxspec


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


def test_an_unknown_shell_gets_the_list(tmp_path: Path) -> None:
    assert "`pwsh` is not one of `bash`, `zsh`, `fish`" in ltxspec("completion", "pwsh", cwd=tmp_path, check=64).err
