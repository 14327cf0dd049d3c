"""Facts of a task that both sides record: what may become known, what changes by right, and what is a forgery."""

from decimal import Decimal
from typing import Any

import pytest
from builders import lockfile, output, record, take, task
from replacing import replace

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.lock.facts import altered_takes, copies_of, fact_changes
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Lockfile, Output, Take
from ltxspec.storage.packaged import read_model_documents

NONE = Catalog((), {})
HOST = "https://videos.example"


def changed(before: Take, after: Take, catalog: Catalog = NONE) -> dict[str, tuple[Any, Any]]:
    """The facts that need an eye."""
    return {item.path: (item.before, item.after) for item in fact_changes(before, after, catalog) if not item.expected}


def with_output(known: Take, **facts: Any) -> Take:
    return replace(known, outputs=(replace(known.outputs[0], **facts),))


@pytest.mark.parametrize(
    ("after", "path", "values"),
    [
        (replace(take(), cost=Decimal("0.01")), "/cost", ("0.48", "0.01")),
        (replace(take(), cost=None), "/cost", ("0.48", None)),
        (replace(take(), model="maker:2@0"), "/model", ("maker:1@0", "maker:2@0")),
        (replace(take(), retake=2), "/retake", (1, 2)),
        (replace(take(), finished_at="2020-01-01T00:00:00Z"), "/finishedAt", None),
        (replace(take(), fingerprint=take("b").fingerprint), "/fingerprint", None),
        (take(seed=7), "/request/seed", (None, 7)),
        (take(duration=10), "/request/duration", (8, 10)),
        (replace(take(), inputs={"a.png": "sha256:1"}), "/inputs/a.png", (None, "sha256:1")),
        (with_output(take(), sha256="f" * 64), "/outputs/0/sha256", (f"{1:064x}", "f" * 64)),
        (with_output(take(), sha256=None), "/outputs/0/sha256", (f"{1:064x}", None)),
        (with_output(take(), bytes=7), "/outputs/0/bytes", (1000, 7)),
        (with_output(take(), cost=Decimal("0.01")), "/outputs/0/cost", ("0.48", "0.01")),
        (with_output(take(), video_uuid="other"), "/outputs/0/videoUUID", ("video-1", "other")),
        (with_output(take(), video_url="https://evil.example/1.mp4"), "/outputs/0/videoURL", None),
        (replace(take(), outputs=()), "/outputs/0", ("video-1", None)),
        (replace(take(), outputs=(output(1), output(2))), "/outputs/1", (None, "video-2")),
    ],
)
def test_a_recorded_fact_that_changed_is_told_with_both_values(after: Take, path: str, values: Any) -> None:
    found = changed(take(), after)
    assert list(found) == [path]
    assert values is None or found[path] == values


def test_what_was_unknown_may_become_known() -> None:
    bare = replace(take(cost=None), outputs=(Output(video_uuid="video-1", video_url=None),), finished_at=None)
    assert fact_changes(bare, take(), NONE) == ()
    assert fact_changes(replace(bare, outputs=()), take(), NONE) == ()


def test_a_task_that_failed_and_now_succeeded_is_told() -> None:
    assert "/status" in changed(take(status="failed"), take())


def test_a_pick_is_told_as_expected() -> None:
    (change,) = fact_changes(replace(take(), picked="video-1"), replace(take(), picked="1"), NONE)
    assert (change.path, change.expected) == ("/picked", True)


@pytest.mark.parametrize(
    ("old", "new", "fresh"),
    [
        ({}, {"video_url": f"{HOST}/new/1.mp4"}, True),  # its hash still pins it
        ({}, {"video_url": "http://videos.example/1.mp4"}, False),
        ({}, {"video_url": "https://evil.example/1.mp4"}, False),
        ({}, {"video_url": "https://[evil/1.mp4"}, False),
        ({}, {"video_url": None}, False),
        (
            {"sha256": None},
            {"video_url": f"{HOST}/new/1.mp4", "sha256": "f" * 64},
            False,
        ),  # nothing says it is the same
        ({"sha256": None}, {"video_url": f"{HOST}/new/video-1.mp4", "sha256": "f" * 64}, True),
        ({"video_uuid": None}, {"video_uuid": None, "video_url": f"{HOST}/new/1.mp4"}, False),
    ],
)
def test_a_fresh_address_of_the_same_video_is_expected_and_any_other_is_not(
    old: dict[str, Any], new: dict[str, Any], fresh: bool
) -> None:
    before = with_output(take(), **old)
    found = [item for item in fact_changes(before, with_output(before, **new), NONE) if item.path.endswith("videoURL")]
    assert [item.expected for item in found] == [fresh]


def test_results_are_matched_by_their_ids_whatever_their_order() -> None:
    both = replace(take(), outputs=(output(1), output(2)))
    assert changed(both, replace(both, outputs=(output(2), output(1)))) == {}
    spoiled = replace(both, outputs=(replace(output(2), bytes=7), output(1)))
    assert changed(both, spoiled) == {"/outputs/1/bytes": (1000, 7)}


def test_more_results_of_a_task_that_had_not_ended_are_no_change_and_their_sum_grows() -> None:
    first = replace(take(numberResults=2), finished_at=None)
    whole = replace(take(numberResults=2, cost="0.96"), outputs=(output(1), output(2)))
    assert changed(first, whole) == {}
    assert changed(first, replace(whole, cost=Decimal("0.01"))) == {"/cost": ("0.48", "0.01")}


def test_parameters_that_are_only_recorded_follow_the_spec_and_files_may_be_renamed() -> None:
    catalog = load_catalog(read_model_documents(None))
    before = replace(take(safety={"checkContent": True}), model="lightricks:2@0", inputs={"a.png": "sha256:1"})
    after = replace(take(), model="lightricks:2@0", inputs={"b.png": "sha256:1"})
    assert fact_changes(before, after, catalog) == ()
    assert list(changed(before, replace(after, inputs={"a.png": "sha256:2"}), catalog)) == ["/inputs/a.png"]


def test_a_renamed_file_may_have_its_new_name_in_the_request_too() -> None:
    catalog = load_catalog(read_model_documents(None))

    def named(name: str, recorded: str, content: str = "1") -> Take:
        files = {"frameImages": [{"image": name, "frame": "first"}]}
        return replace(take(inputs=files), model="lightricks:2@0", inputs={recorded: f"sha256:{content}"})

    assert fact_changes(named("a.png", "a.png"), named("b.png", "b.png"), catalog) == ()
    assert fact_changes(named("a.png", "b.png"), named("c.png", "c.png"), catalog) == ()
    other = fact_changes(named("a.png", "a.png"), named("b.png", "b.png", "2"), catalog)
    assert [change.path for change in other] == ["/request/inputs", "/inputs/a.png", "/inputs/b.png"]


def test_every_copy_of_a_task_is_held_against_the_earlier_copy_that_it_is_nearest_to() -> None:
    poor = take(cost=None)
    before = copies_of([lockfile({"old": record(poor)}, alley=record(take()))])
    assert altered_takes(before, copies_of([lockfile({"old": record(poor)}, alley=record(take()))]), NONE) == []
    moved = Lockfile("runware", "day", {"pier": record(replace(take(), cost=Decimal("0.01")))})
    (found,) = altered_takes(before, copies_of([moved, lockfile(alley=record(take()))]), NONE)
    assert (str(found.address), found.task_id, found.is_expected) == ("day.pier", task(1), False)


def test_tasks_that_only_one_side_knows_are_no_concern_here() -> None:
    before, now = copies_of([lockfile(alley=record(take()))]), copies_of([lockfile(alley=record(take(number=2)))])
    assert altered_takes(before, now, NONE) == []


def test_a_secret_that_an_earlier_version_kept_may_be_taken_out_and_nothing_else() -> None:
    image, bare = f"{HOST}/a.png?code=4711", f"{HOST}/a.png"
    before = take(inputs={"frameImages": [{"image": image}]}, passphrase="open sesame")
    scrubbed = take(inputs={"frameImages": [{"image": bare}]}, passphrase="[redacted]")
    assert fact_changes(before, scrubbed, NONE) == ()
    assert list(changed(scrubbed, before)) == ["/request/inputs", "/request/passphrase"]
    other = take(inputs={"frameImages": [{"image": f"{HOST}/b.png"}]}, passphrase="[redacted]")
    assert list(changed(before, other)) == ["/request/inputs"]


def test_facts_of_a_video_may_become_known_and_must_not_be_forgotten() -> None:
    facts = VideoFacts(width=64, height=48, fps=25.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)
    measured = replace(take(), outputs=(replace(output(), facts=facts),))
    assert fact_changes(take(), measured, NONE) == ()
    (change,) = fact_changes(measured, take(), NONE)
    assert (change.path, change.after, change.expected) == ("/outputs/0/facts", None, False)
