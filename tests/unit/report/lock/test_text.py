from decimal import Decimal
from typing import Any

import pytest
from builders import lockfile, output, record, take
from hypothesis import given
from lockfile_strategies import lockfiles
from replacing import replace
from unit.report.plans import EDITED_PROCESSION, PROCESSION, golden

from ltxspec.lock.models import Lockfile
from ltxspec.report.lock.text import lock_text

IMAGE = {"frameImages": [{"image": "assets/alley.jpg", "frame": "first"}]}


def rich() -> Lockfile:
    first = take(PROCESSION, number=1, fps=25, inputs=IMAGE)
    second = take(EDITED_PROCESSION, number=2, cost=None, fps=50, at="2026-11-22T11:00:00Z")
    failed = take("A street", number=3, status="failed", cost="0.10")
    return lockfile(
        {"old-pier": record(take("An old pier", number=4))},
        procession=record(replace(first, inputs={"assets/alley.jpg": "sha256:1a2b3c4d" + "0" * 56}), second, current=2),
        street=record(failed),
    )


def test_a_lockfile_reads_as_agreed() -> None:
    text = lock_text(rich())
    assert text == golden("lock.txt", text)


def lines(value: Lockfile) -> set[str]:
    return set(lock_text(value).splitlines())


def test_an_edited_prompt_changes_the_clauses_that_were_edited() -> None:
    old = lockfile(procession=record(take(PROCESSION, number=1)))
    new = lockfile(procession=record(take(EDITED_PROCESSION, number=1)))
    gone = [line.strip() for line in sorted(lines(old) - lines(new)) if "record:" not in line]
    assert len(gone) == 4
    assert all(any(word in line for word in ("saffron", "giant", "stone", "chanting", "mountain")) for line in gone)


def test_a_new_take_is_a_line_and_what_it_changed() -> None:
    old = lockfile(alley=record(take("rain", number=1, fps=25)))
    new = lockfile(alley=record(take("rain", number=1, fps=25), take("rain", number=2, fps=50), current=2))
    told = lines(new) - lines(old)
    assert {line for line in told if "record:" not in line} == {
        "  1 shot, 2 takes, $0.96 spent",
        "  take 1: succeeded, $0.48, 2026-11-22T10:00:00Z",
        "  take 2: succeeded, $0.48, 2026-11-22T10:00:00Z, current",
        "  fps: 50",
        "    video: https://videos.example/2.mp4 (1.0 kB in the archive, 0000000000000000)",
    }
    assert sum("record:" in line for line in told) == 1


def test_what_only_machines_read_is_left_out() -> None:
    text = lock_text(rich())
    assert "sha256" not in text
    assert "digest" not in text
    assert "00000001-0000" not in text


def test_a_file_with_other_content_is_seen_to_be_another_one() -> None:
    taken = take("rain", number=1)
    sides = [
        lockfile(alley=record(replace(taken, inputs={"assets/a.jpg": f"sha256:{digit * 64}"}))) for digit in ("1", "2")
    ]
    assert lines(sides[0]) - lines(sides[1]) == {"  file: assets/a.jpg (1111111111111111)", record_line(sides[0])}


def record_line(value: Lockfile) -> str:
    return next(line for line in lock_text(value).splitlines() if line.startswith("    record: "))


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"sha256": "f" * 64}, "ffffffffffffffff"),
        ({"video_url": "https://evil.example/1.mp4"}, "https://evil.example/1.mp4"),
        ({"cost": Decimal("0.01")}, "record: "),
        ({"video_uuid": "other"}, "record: "),
    ],
)
def test_no_fact_of_any_take_changes_unseen(facts: dict[str, Any], shown: str) -> None:
    earlier, later = take("fog", number=1), take("rain", number=2, at="2026-11-22T11:00:00Z")
    forged = replace(earlier, outputs=(replace(earlier.outputs[0], **facts),))
    sides = [lines(lockfile(alley=record(item, later, current=2))) for item in (earlier, forged)]
    assert any(shown in line for line in sides[1] - sides[0])


def test_sizes_are_told_as_people_do() -> None:
    sizes = {number: lock_text(sized(number)).split(".mp4 ")[1].split("\n")[0] for number in (0, 999, 1500, 4_183_205)}
    assert sizes == {
        0: "(0 bytes in the archive, 0000000000000000)",
        999: "(999 bytes in the archive, 0000000000000000)",
        1500: "(1.5 kB in the archive, 0000000000000000)",
        4_183_205: "(4.2 MB in the archive, 0000000000000000)",
    }
    assert "1.mp4 (not in the archive)" in lock_text(sized(None, None))
    assert "1.mp4 (unknown size in the archive, ffffffffffffffff)" in lock_text(sized(None, "f" * 64))


def sized(number: int | None, sha256: str | None = "0" * 64) -> Lockfile:
    video = replace(output(1), bytes=number, sha256=sha256)
    return lockfile(alley=record(replace(take("rain"), outputs=(video,))))


@given(lockfiles)
def test_every_lockfile_can_be_told_and_nothing_in_it_writes_to_the_terminal(value: Lockfile) -> None:
    text = lock_text(value)
    assert text == lock_text(value)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
    assert all(line == line.rstrip() or ":" in line for line in text.splitlines())
