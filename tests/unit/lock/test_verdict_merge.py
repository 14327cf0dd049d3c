"""What one side took out since both were the same is out; everything else that either side said is kept."""

import pytest
from builders import task
from hypothesis import given
from unit.lock.test_verdicts import EMPTY, LATER, NOON, files, remark

from ltxspec.lock.verdict_merge import merge_verdicts
from ltxspec.lock.verdicts import Note, Verdict, VerdictError, VerdictFile, no_verdicts


def test_files_of_different_specs_are_not_merged() -> None:
    with pytest.raises(VerdictError, match="cannot be merged"):
        merge_verdicts(EMPTY, no_verdicts("runware", "day"))


def test_a_remark_that_one_side_took_out_is_out_and_what_came_since_stays() -> None:
    approved = EMPTY.with_remark(task(1), remark()).with_note(task(1), Note("fine", 1.0, "Ann", NOON))
    since = approved.with_remark(task(2), remark(Verdict.REJECTED, LATER))
    for merged in (merge_verdicts(since, EMPTY, approved), merge_verdicts(EMPTY, since, approved)):
        assert merged == EMPTY.with_remark(task(2), remark(Verdict.REJECTED, LATER))
    again = since.with_remark(task(1), remark(Verdict.NEEDS_WORK, LATER))
    assert merge_verdicts(again, EMPTY, approved).verdicts[task(1)] == (remark(Verdict.NEEDS_WORK, LATER),)


@given(files, files, files)
def test_what_both_sides_have_or_added_is_kept(ours: VerdictFile, theirs: VerdictFile, base: VerdictFile) -> None:
    merged = merge_verdicts(ours, theirs, base)
    assert merged == merge_verdicts(theirs, ours, base)
    for number in ours.verdicts.keys() | theirs.verdicts.keys() | base.verdicts.keys():
        mine, other, old = ({*file.verdicts.get(number, ())} for file in (ours, theirs, base))
        assert {*merged.verdicts.get(number, ())} == (mine & other) | ((mine | other) - old)
