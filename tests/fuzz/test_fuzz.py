"""A sample of `make fuzz`: the same inputs on every machine. And whether the fuzzer would notice anything at all."""

import time

import pytest
from fuzz.engine import Entry, fuzz
from fuzz.entries import entries

from ltxspec.canonical import canonical_bytes
from ltxspec.errors import LtxspecError

ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_damaged_bytes_are_understood_or_refused(entry: Entry) -> None:
    result = fuzz(entry, 1, runs=200)
    assert [(finding.error, finding.data) for finding in result.findings] == []
    assert 0 < result.refused < result.inputs or entry.name in {"comment", "reply"}, "nothing was tried in earnest"


def test_what_is_neither_is_found_and_named_once() -> None:
    def careless(data: bytes) -> None:
        if b"b" in data:
            raise LtxspecError("no b")
        canonical_bytes({"n": int(data)})

    result = fuzz(Entry("careless", careless, [b"12", b"b"]), 1, runs=300)
    assert result.refused > 0
    assert all("ValueError" in finding.error for finding in result.findings)
    assert len({finding.error for finding in result.findings}) == len(result.findings) > 0


def test_inputs_that_reach_new_code_are_kept() -> None:
    (table,) = (entry for entry in ENTRIES if entry.name == "table-json")
    few, many = fuzz(table, 1, runs=5), fuzz(table, 1, runs=300)
    assert many.kept > few.kept
    assert many.lines > few.lines


def test_an_input_that_takes_for_ever_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.engine._SECONDS", 0.05)

    def endless(_data: bytes) -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:  # noqa: BLE001  # as careless code does
                continue

    (finding,) = fuzz(Entry("endless", endless, [b"x"]), 1, runs=1).findings
    assert "TooSlow" in finding.error
