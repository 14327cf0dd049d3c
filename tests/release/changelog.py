"""What CHANGELOG.md says of a version."""

import re
from itertools import pairwise
from pathlib import Path

# Keep a Changelog: `## [1.2.0] - 2026-12-01`; the one that is not out yet is `## [Unreleased]`, or has no date.
HEADING = re.compile(r"^## \[(?P<version>Unreleased|\d+\.\d+\.\d+)\](?: - (?P<date>\d{4}-\d\d-\d\d|unreleased))?$")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def headings(root: Path) -> list[str]:
    """All lines of the second level, in the order of the file."""
    return [line for line in _lines(root) if line.startswith("## ")]


def notes(root: Path, version: str) -> str:
    """The entry of a version, or else that of what is not out yet, without its heading.

    Raises:
        ValueError: there is neither.
    """
    lines = _lines(root)
    starts = [number for number, line in enumerate(lines) if line.startswith("## ")]
    entries = {
        match["version"]: "\n".join(lines[start + 1 : end]).strip() + "\n"
        for start, end in pairwise([*starts, len(lines)])
        if (match := HEADING.match(lines[start]))
    }
    found = entries.get(version) or entries.get("Unreleased")
    if not found:
        raise ValueError(f"CHANGELOG.md has no entry for {version}")
    return found


def is_dated(root: Path, version: str) -> bool:
    """Whether the entry of a version says when it was released."""
    found = [match for line in headings(root) if (match := HEADING.match(line)) and match["version"] == version]
    return any(re.match(r"\d", match["date"] or "") for match in found)


def _lines(root: Path) -> list[str]:
    return (root / "CHANGELOG.md").read_text("utf-8").splitlines()
