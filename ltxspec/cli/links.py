"""Whether a terminal shows links (OSC 8), and what the paths in texts are relative to.

Terminals do not say whether they understand OSC 8; some show it as text. So only those get links that are known to,
by the variables that they set. `FORCE_HYPERLINK=1` asks for links in another one, `FORCE_HYPERLINK=0` for none.
"""

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ltxspec.cli.streams import LINK_MARK

if TYPE_CHECKING:
    from ltxspec.report.terminal import Links

_PROGRAMS: Mapping[str, tuple[int, ...]] = {  # `TERM_PROGRAM` -> the first version with links
    "iTerm.app": (3, 1),
    "WezTerm": (20200620,),
    "vscode": (1, 72),
    "ghostty": (0,),
    "zed": (0,),
    "tmux": (3, 4),
}
_TERMS = ("alacritty", "contour", "foot", "rio", "wezterm", "xterm-ghostty", "xterm-kitty")
_VTE = 5001  # 0.50.0 crashes
_KONSOLE = 201200
_NUMBER = re.compile(r"[0-9]+")

_root: ContextVar[Path | None] = ContextVar("root", default=None)


def paths_are_relative_to(root: Path | None) -> None:
    """Say which folder the paths in texts are relative to; None: not known."""
    _root.set(root)


def links_for(stream: IO[str], *, no_color: bool) -> "Links | None":
    """How links are written to a stream; None for none: in pipes and files, in CI, where no colour is wanted."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("CI") or not stream.isatty():
        return None
    root = _root.get()
    if root is None or not shows_links(os.environ):
        return None
    from socket import gethostname

    from ltxspec.report.terminal import Links

    return Links(f"file://{gethostname()}{root.as_posix().rstrip('/')}/", LINK_MARK)


def shows_links(variables: Mapping[str, str]) -> bool:
    """Whether a terminal with these variables is known to show links."""
    forced = variables.get("FORCE_HYPERLINK", "")
    if forced:
        return forced != "0"
    if variables.get("TERM") == "dumb" or "TEAMCITY_VERSION" in variables or "STY" in variables:
        return False
    program = variables.get("TERM_PROGRAM", "")
    if program in _PROGRAMS:
        return _version(variables.get("TERM_PROGRAM_VERSION", "")) >= _PROGRAMS[program]
    if "WT_SESSION" in variables or variables.get("TERM", "").startswith(_TERMS):
        return True
    return any(
        _version(variables.get(name, "")) >= (least,)
        for name, least in (("VTE_VERSION", _VTE), ("KONSOLE_VERSION", _KONSOLE))
    )


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(text.partition("-")[0])))
