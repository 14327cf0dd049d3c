import subprocess
import sys

import pytest

import ltxspec

LOADED = "import ltxspec, sys; print(sorted(name for name in sys.modules if name.startswith('ltxspec.')))"


@pytest.mark.parametrize("name", [name for name in dir(ltxspec) if name != "__version__"])
def test_every_public_name_is_there_and_explained(name: str) -> None:
    assert getattr(ltxspec, name).__doc__


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no name `nothing`"):
        _ = ltxspec.nothing


def test_importing_loads_nothing_but_the_version() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "['ltxspec.version']\n"
