"""A working copy with several specs, read without ltxspec."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from crash.graphs.films import BETWEEN, SPECS
from crash.simulator.checkout import Checkout, bytes_of, entries, parsed

Json = Any


@dataclass
class GraphCheckout(Checkout):
    """One working copy, all of whose specs count."""

    @property
    def text(self) -> str:
        """All specs in one text."""
        return BETWEEN.join((self.root / f"specs/{name}.yaml").read_text() for name in SPECS)

    def write(self, text: str) -> None:
        """Save all specs."""
        for name, one in zip(SPECS, text.split(BETWEEN), strict=True):
            (self.root / f"specs/{name}.yaml").write_text(one)

    @property
    def lock_bytes(self) -> bytes:
        """All lockfiles as they stand."""
        return b"".join(bytes_of(self._lockfile(name)) for name in SPECS)

    @property
    def records(self) -> Mapping[str, Json]:
        """The records of shots by address."""
        locks = {name: parsed(bytes_of(self._lockfile(name))) for name in SPECS}
        return {f"{name}.{key}": record for name, lock in locks.items() for key, record in lock["shots"].items()}

    @property
    def retired(self) -> Mapping[str, Json]:
        """The records of shots that no spec has any more."""
        locks = {name: parsed(bytes_of(self._lockfile(name))) for name in SPECS}
        return {f"{name}.{key}": record for name, lock in locks.items() for key, record in lock["retired"].items()}

    def _lockfile(self, name: str) -> Path:
        return self.root / f"lockfiles/{name}.lock.json"

    @property
    def journal(self) -> list[Json]:
        """The entries of all journals; intents know their address."""
        found: list[Json] = []
        for name in SPECS:
            found += (_addressed(entry, name) for entry in entries(bytes_of(self.journal_of(name))))
        return found

    @property
    def unresolved(self) -> set[str]:
        """Addresses of orders that have not ended."""
        ended = {entry["taskUUID"] for entry in self.journal if entry["event"] in ("committed", "abandoned")}
        return {e["address"] for e in self.journal if e["event"] == "intent" and e["taskUUID"] not in ended}

    def journal_of(self, name: str) -> Path:
        """The journal of a spec."""
        return self.root / f".ltxspec/journal/{name}.jsonl"

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Task -> what was decided about it last, in whatever spec it was then."""
        found: dict[str, list[Json]] = {}
        for name in SPECS:
            data = bytes_of(self.root / f"lockfiles/{name}.review.json")
            for task, said in orjson.loads(data)["verdicts"].items() if data else ():
                found.setdefault(task, []).extend(said)
        return {task: max(said, key=lambda one: one["time"])["verdict"] for task, said in found.items() if said}


def _addressed(entry: Json, spec: str) -> Json:
    return {**entry, "address": f"{spec}.{entry['instance']}"} if "instance" in entry else entry


def current(record: Json) -> Json:
    """The take in use; None if there is none."""
    return next((take for take in record["takes"] if take["taskUUID"] == record["current"]), None)
