from builders import output
from replacing import replace

from ltxspec.apply.ports import Archived
from ltxspec.apply.takes import by_name, marked, with_hash, with_videos, without_secrets_of
from ltxspec.render.expectations import NONE

NEW = replace(output(home=False), video_url="https://v.example/a.mp4?X-Amz-Signature=abc")


def test_a_result_is_recorded_without_the_signature_of_its_address() -> None:
    assert "abc" not in (without_secrets_of(NEW).video_url or "")
    bare = replace(NEW, video_url=None)
    assert without_secrets_of(bare) is bare


def test_what_was_not_fetched_keeps_the_hash_that_is_recorded() -> None:
    known = with_hash(NEW, replace(NEW, sha256="1" * 64, bytes=5))
    assert with_videos([known, NEW], [None, Archived("2" * 64, 7)]) == (known, replace(NEW, sha256="2" * 64, bytes=7))
    assert with_hash(NEW, None) is NEW


def test_results_are_told_apart_by_number_where_they_look_the_same() -> None:
    assert [number for _, number in by_name([NEW, NEW])] == [0, 1]


def test_without_expectations_nothing_is_marked() -> None:
    assert marked((NEW,), NONE) == (NEW,)
