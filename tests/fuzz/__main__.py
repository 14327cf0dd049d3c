"""`make fuzz`: feeds every entry point damaged bytes, each for as long as was asked, and counts what came of it.

Exit 1 when an input was neither understood nor refused; it is printed, and kept where `--keep` says.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from fuzz.engine import Entry, Result, fuzz
from fuzz.entries import entries


def main() -> int:
    """Fuzz what was asked for."""
    every = {entry.name: entry for entry in entries()}
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("only", nargs="*", choices=[[], *every], help="entry points; else all")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each entry point")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that were found")
    asked = parser.parse_args()
    chosen = [every[name] for name in asked.only or every]
    return 1 if sum([_fuzzed(entry, asked.seed, asked.seconds, asked.keep) for entry in chosen]) else 0


def _fuzzed(entry: Entry, seed: int, seconds: float, keep: Path | None) -> int:
    result = fuzz(entry, seed, seconds=seconds)
    sys.stdout.write(f"{entry.name:<14} {_figures(result)}\n")
    for finding in result.findings:
        sys.stdout.write(f"  {finding.error}\n    {finding.data[:200]!r}\n")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{entry.name}-{hashlib.sha256(finding.data).hexdigest()[:12]}").write_bytes(finding.data)
    sys.stdout.flush()
    return len(result.findings)


def _figures(result: Result) -> str:
    return (
        f"{result.inputs:>9,} inputs, {result.refused:>9,} refused, {result.kept:>5,} kept, "
        f"{result.lines:>6,} lines reached, {len(result.findings)} findings"
    )


if __name__ == "__main__":
    sys.exit(main())
