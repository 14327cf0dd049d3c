"""`make mutants`: makes small mistakes in the code that decides about money, and tells which ones no test notices.

Exit 1 when the tests notice less than 95 % of the mutants of a target that are not known to be equivalent.

Why not a ready-made tool: mutmut 3 changes neither decorated functions (every property of the recovery table is one)
nor what stands outside of functions (limits, tables); cosmic-ray starts Python anew for each mutant; mutatest has had
no release since 2022; pytest-gremlins leaves out no statement, call or argument, which is how money gets lost.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mutation.mutants import mutants
from mutation.trials import Broken, survivors

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ltxspec"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")

# Where money is decided: what is changed, and which tests must notice besides those of the module itself.
TARGETS: dict[str, tuple[str, ...]] = {
    "apply": ("tests/unit/apply",),
    "plan/planner": (),
    "plan/limits": (),
    "plan/recorded": ("tests/unit/plan",),
    "plan/left_over": ("tests/unit/plan",),
    "lock": ("tests/unit/lock/test_codec.py",),
    "formats": ("tests/unit/lock",),
    "storage/archive": (),
    "storage/state": (),
    "providers/runware/classify": (),
}
# Imported once, before anything is tried: nothing of ltxspec, which must be imported anew.
COMMON = (
    "_hypothesis_globals", "asyncio", "click", "httpx", "hypothesis", "hypothesis.strategies", "jinja2",
    "hypothesis.internal.conjecture.engine", "jsonschema", "orjson", "pydantic", "rfc8785", "starlette", "yaml",
)  # fmt: skip


Name = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants were noticed, of those that change anything."""

    noticed: int = 0
    tried: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.noticed + other.noticed, self.tried + other.tried)

    @property
    def percent(self) -> float:
        """100 where there was nothing to notice."""
        return 100 * self.noticed / self.tried if self.tried else 100.0

    def __str__(self) -> str:
        return f"{self.percent:5.1f} %  {self.noticed:4} of {self.tried:4}"


def main() -> int:
    """Try the mutants of what was asked for."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("only", nargs="*", help="targets or modules, such as `lock` or `apply/recovery`; else all")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--least", type=float, default=95.0, help="per cent that must be noticed")
    asked = parser.parse_args()
    os.chdir(ROOT)
    for name in COMMON:
        importlib.import_module(name)
    known, weak = equivalents(), False
    for target, more in TARGETS.items():
        total = Score()
        for source in chosen(target, asked.only):
            try:
                total += _try(source, tests_of(source, more), known, asked.jobs)
            except Broken as error:
                _tell(f"the tests of {source.relative_to(ROOT)} fail without any mutation:\n{error}\n")
                return 2
        if total.tried:
            _tell(f"{total}  {target} in all\n\n")
            weak = weak or total.percent < asked.least
    return 1 if weak else 0


def chosen(target: str, only: Sequence[str]) -> Iterator[Path]:
    """The source files of a target, one module or those of a folder, as far as they were asked for."""
    folder = PACKAGE / target
    for source in sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]:
        name = source.relative_to(PACKAGE).with_suffix("").as_posix()
        if not only or target in only or name in only:
            yield source


def tests_of(source: Path, more: Sequence[str]) -> list[str]:
    """The module's own tests first, because they notice most; then the others."""
    inside = source.relative_to(PACKAGE)
    own = ROOT / "tests" / "unit" / inside.with_name(f"test_{inside.name}")
    others = [path for place in more for path in sorted((ROOT / place).glob("test_*.py")) or [ROOT / place]]
    if missing := [path for path in others if not path.is_file()]:
        raise FileNotFoundError(missing)
    return [path.relative_to(ROOT).as_posix() for path in dict.fromkeys([own, *others]) if path.is_file()]


def equivalents() -> set[Name]:
    """The mutants that are known to change nothing that anybody could see."""
    entries = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("mutant", [])
    return {(entry["module"], entry["within"], entry["before"], entry["after"]) for entry in entries}


def _try(source: Path, tests: Sequence[str], known: AbstractSet[Name], jobs: int) -> Score:
    """Try one module's mutants, and tell what came of it."""
    started, memory = time.monotonic(), Path("/dev/shm")
    module = ".".join(source.relative_to(ROOT).with_suffix("").parts)
    every = list(mutants(source.read_text("utf-8"), module, str(source)))
    wanted = [mutant for mutant in every if mutant.name not in known]
    for name in sorted(name for name in known - {mutant.name for mutant in every} if name[0] == module):
        _tell(f"  {EQUIVALENT.name} names a mutant that is no more: {' | '.join(name)}\n")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        left = survivors(wanted, tests, Path(scratch), jobs) if wanted and tests else wanted
    score = Score(len(wanted) - len(left), len(wanted))
    if wanted:
        _tell(f"{score}  {module} ({time.monotonic() - started:.0f} s)\n")
    for mutant in left:
        _tell(f"  {source.relative_to(ROOT)}:{mutant.line} {mutant.within}\n")
        _tell(f"    - {mutant.before}\n    + {mutant.after}\n")
    return score


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
