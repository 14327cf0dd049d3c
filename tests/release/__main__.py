"""`make release`: builds wheel and sdist, checks what is in them, and uses both as users would.

    PYTHONPATH=tests python -m release [--into dist] [--no-smoke]

Nothing is published. Exit 1 at the first thing that is wrong.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from release.artifacts import artifacts, build, problems
from release.changelog import is_dated, notes
from release.pythons import pythons
from release.smoke import smoke

from ltxspec.version import __version__

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Build, check and try a release."""
    parser = argparse.ArgumentParser(prog="make release")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", help="the folder of what is built")
    parser.add_argument("--no-smoke", action="store_true", help="do not install it anywhere")
    asked = parser.parse_args()
    try:
        return release(asked.into, smoking=not asked.no_smoke)
    except subprocess.CalledProcessError as failed:
        say(f"{' '.join(map(str, failed.cmd))} exited {failed.returncode}", failed.output or "")
        return 1


def release(into: Path, *, smoking: bool) -> int:
    """Do all of it. Raises CalledProcessError where a program fails."""
    build(ROOT, into)
    built = artifacts(into, __version__)
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, built)], check=True)
    if wrong := [line for path in built for line in problems(path, ROOT)]:
        say(*wrong)
        return 1
    say(*(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB" for path in built))
    if smoking:
        everywhere(built)
    (into / f"ltxspec-{__version__}.md").write_text(notes(ROOT, __version__), "utf-8")
    if not is_dated(ROOT, __version__):
        say(f"CHANGELOG.md has no date for {__version__} yet: set it before this is published.")
    return 0


def everywhere(built: list[Path]) -> None:
    """Try each file with each Python that is here. Raises CalledProcessError at the first step that fails."""
    for version, python in pythons().items():
        for path in built:
            started = time.perf_counter()
            with tempfile.TemporaryDirectory(prefix="ltxspec-release-") as folder:
                smoke(path, python, Path(folder), __version__)
            say(f"Python {version}, {path.name}: works ({time.perf_counter() - started:.0f} s)")


def say(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
