"""What a sidecar says, and what stays in it when it is written again."""

import json

import pytest
from builders import lockfile, record, take
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from replacing import replace

from ltxspec.lock.models import Lockfile, Take
from ltxspec.lock.sidecar import (
    Sidecar,
    SidecarTake,
    TooNew,
    decode_sidecar,
    encode_sidecar,
    entry,
    joined,
    recorded,
    sidecar_schema,
)

VIDEO = f"{1:064x}"


def made(*given: Lockfile, project: str = "p") -> Sidecar:
    """The sidecar of `VIDEO` by some lockfiles alone."""
    videos = [video for one in given for sha256, video in recorded(one) if sha256 == VIDEO]
    return Sidecar(sha256=VIDEO, bytes=1000, takes=tuple(entry(video, project) for video in videos))


def same_video(made: Take) -> Take:
    return replace(made, outputs=(replace(made.outputs[0], sha256=VIDEO),))


def test_a_sidecar_says_which_take_a_video_is() -> None:
    found = made(lockfile(alley=record(take("Rain", seed=7))))
    document = json.loads(encode_sidecar(found))
    (shown,) = document.pop("takes")
    assert document == {"sidecarVersion": 1, "sha256": VIDEO, "bytes": 1000}
    assert (shown["project"], shown["provider"], shown["spec"], shown["shot"]) == ("p", "runware", "night", "alley")
    assert (shown["prompt"], shown["model"], shown["cost"], shown["result"]) == ("Rain", "maker:1@0", "0.48", 1)
    assert (shown["request"]["seed"], shown["commit"], shown["recordedIn"]) == (7, None, None)
    assert "videoURL" not in encode_sidecar(found).decode()
    assert list(Draft202012Validator(sidecar_schema()).iter_errors(json.loads(encode_sidecar(found)))) == []


def test_retired_takes_and_further_results_have_entries_and_failed_ones_have_none() -> None:
    both = replace(take(number=2), outputs=(*take(number=2).outputs, *take(number=1).outputs))
    found = lockfile({"gone": record(take(number=1))}, alley=record(both, take(number=3, status="failed")))
    videos = [(sha256, video.shot, video.result) for sha256, video in recorded(found)]
    assert videos == [(f"{2:064x}", "alley", 1), (VIDEO, "alley", 2), (VIDEO, "gone", 1)]


def test_secrets_that_a_lockfile_should_not_have_are_left_out() -> None:
    leaky = take("Rain", webhookURL="https://u:pw@hooks.example/x?token=s3cret", apiKey="s3cret")
    leaky = replace(leaky, inputs={"https://a.example/a.png?X-Amz-Signature=s3cret": "sha256:" + "0" * 64})
    data = encode_sidecar(made(lockfile(alley=record(leaky)))).decode()
    assert "s3cret" not in data
    assert "pw@" not in data
    assert "https://hooks.example/x" in data


def test_the_entries_of_other_lockfiles_stay_and_the_own_ones_are_replaced() -> None:
    own = made(lockfile(alley=record(take())))
    day = made(Lockfile("runware", "day", {"gate": record(same_video(take(number=2)))}))
    theirs = made(lockfile(alley=record(same_video(take(number=3)))), project="other")
    both = joined(joined(own, day), theirs)
    assert [(item.project, item.spec, item.shot) for item in both.takes] == [
        ("other", "night", "alley"), ("p", "day", "gate"), ("p", "night", "alley"),
    ]  # fmt: skip
    again = joined(both, made(lockfile(lane=record(take()))))
    assert [(item.project, item.spec, item.shot) for item in again.takes] == [
        ("other", "night", "alley"), ("p", "day", "gate"), ("p", "night", "lane"),
    ]  # fmt: skip


def test_a_take_that_was_moved_to_another_spec_is_listed_there_only_and_keeps_its_commits() -> None:
    before = made(lockfile(alley=record(take())))
    before = replace(before, takes=(replace(before.takes[0], commit="a" * 40, recorded_in="b" * 40),))
    moved = joined(before, made(Lockfile("runware", "day", {"gate": record(take())})))
    (only,) = moved.takes
    assert (only.spec, only.shot, only.commit, only.recorded_in) == ("day", "gate", "a" * 40, "b" * 40)


TAKES = st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from(["night", "day"]), st.integers(1, 4)), max_size=5)


@given(takes=TAKES, owner=st.tuples(st.sampled_from("pq"), st.sampled_from(["night", "day"])), number=st.integers(1, 4))
def test_writing_again_changes_nothing_and_loses_no_other_take(
    takes: list[tuple[str, str, int]], owner: tuple[str, str], number: int
) -> None:
    def one(project: str, spec: str, task: int) -> SidecarTake:
        found = made(Lockfile("runware", spec, {"alley": record(same_video(take(number=task)))}), project=project)
        return found.takes[0]

    known = Sidecar(sha256=VIDEO, bytes=1000, takes=tuple(one(*item) for item in takes))
    own = Sidecar(sha256=VIDEO, bytes=1000, takes=(one(*owner, number),))
    once = joined(known, own)
    assert joined(once, own) == once
    (mine,) = own.takes
    others = [item for item in known.takes if item.owner != mine.owner and item.video != mine.video]
    assert sorted(map(str, once.takes)) == sorted(map(str, [*others, mine]))
    assert decode_sidecar(encode_sidecar(once), VIDEO) == once


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"sidecarVersion": 1}', b"\xff", b"null"])
def test_a_damaged_sidecar_counts_as_missing(data: bytes) -> None:
    assert decode_sidecar(data, VIDEO) is None


def test_the_sidecar_of_another_video_counts_as_missing() -> None:
    assert decode_sidecar(encode_sidecar(made(lockfile(alley=record(take())))), "0" * 64) is None


def test_a_sidecar_of_a_later_version_is_not_read() -> None:
    with pytest.raises(TooNew):
        decode_sidecar(b'{"sidecarVersion": 2, "more": 1}', VIDEO)


@pytest.mark.parametrize("field", ["commit", "recordedIn"])
@pytest.mark.parametrize("commit", ["--help", "HEAD", "a" * 39, f"{'a' * 40}\n"])
def test_a_commit_that_is_no_id_of_one_is_damage(field: str, commit: str) -> None:
    document = json.loads(encode_sidecar(made(lockfile(alley=record(take())))))
    document["takes"][0][field] = "a" * 40
    assert decode_sidecar(json.dumps(document).encode(), VIDEO) is not None
    document["takes"][0][field] = commit
    assert decode_sidecar(json.dumps(document).encode(), VIDEO) is None


@pytest.mark.parametrize("levels", [300, 900, 5000])
def test_a_request_that_is_too_deep_to_be_written_again_is_damage(levels: int) -> None:
    data = encode_sidecar(made(lockfile(alley=record(take("Rain")))))
    assert decode_sidecar(data.replace(b'"Rain"', b"[" * levels + b"]" * levels), VIDEO) is None
    deep = data.replace(b'"request": {', b'"request": {"x": ' + b"[" * levels + b"]" * levels + b", ")
    assert decode_sidecar(deep, VIDEO) is None
