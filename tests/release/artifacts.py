"""Wheel and sdist: how they are built, and what must be in them.

The wheel is built from the sdist, as an index or a distribution would build it: what the sdist lacks is missed here.
"""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

# Folder of the checkout -> where the wheel has it.
IN_THE_WHEEL = {"ltxspec/": "ltxspec/", "schemas/": "ltxspec/_schemas/", "ci/": "ltxspec/_ci/"}
GENERATED = "PKG-INFO"
FOR_DEVELOPERS = ("tests/", "benchmarks/", "scripts/", ".ci/", ".github/")


def build(root: Path, folder: Path) -> None:
    """Build the sdist, and the wheel from it. Earlier files of other versions stay."""
    # The backend is in this environment, by hash from the lock: nothing is fetched.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def artifacts(folder: Path, version: str) -> list[Path]:
    """The two files of a version: the wheel, then the sdist."""
    return [folder / f"ltxspec-{version}-py3-none-any.whl", folder / f"ltxspec-{version}.tar.gz"]


def problems(path: Path, root: Path) -> list[str]:
    """What is wrong with a file that was built from the checkout `root`, one line for each thing."""
    known = tracked(root)
    if path.suffix == ".whl":
        found, wanted = _wheel_files(path), {_in_the_wheel(name) for name in known} - {None}
        surplus = found - wanted
    else:
        found, wanted = _sdist_files(path), {name for name in known if _in_the_wheel(name)}
        surplus = {name for name in found if name not in known | {GENERATED} or name.startswith(FOR_DEVELOPERS)}
    lines = [f"{path.name} lacks {name}" for name in sorted(filter(None, wanted - found))]
    return lines + [f"{path.name} should not have {name}" for name in sorted(surplus)]


def tracked(root: Path) -> set[str]:
    """What git knows of a checkout: whatever else lies about there is in no release."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name for name in listed.split("\0") if name and (root / name).exists()}


def _in_the_wheel(name: str) -> str | None:
    """Where the wheel has a file of the checkout; None where it has none of it."""
    for folder, place in IN_THE_WHEEL.items():
        if name.startswith(folder):
            return place + name.removeprefix(folder)
    return None


def _wheel_files(path: Path) -> set[str]:
    """The files of a wheel, without its metadata."""
    with zipfile.ZipFile(path) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
    return {name for name in names if ".dist-info/" not in name}


def _sdist_files(path: Path) -> set[str]:
    """The files of an sdist, as paths below its one folder."""
    with tarfile.open(path) as sdist:
        names = [member.name for member in sdist.getmembers() if member.isfile()]
    return {name.partition("/")[2] for name in names}
