from typing import Any

import pytest
from builders import intent, record, request, take, task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec import fingerprint as fingerprints
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.fingerprint import fingerprint_of
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.recorded import (
    answers,
    is_needless,
    latest,
    next_order,
    open_by_fingerprint,
    preferred,
    record_under,
    spare_takes,
)
from ltxspec.render.models import Request
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import Fingerprint

AIR = "lightricks:2@0"
BODY: dict[str, Any] = {
    "taskType": "videoInference", "model": AIR, "positivePrompt": "a gate", "width": 1920, "height": 1080,
    "duration": 8, "fps": 25,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(read_model_documents(None))


def bought(catalog: Catalog, **parameters: Any) -> Take:
    model = catalog.find(AIR)
    assert model is not None
    wanted = {**BODY, **parameters}
    return replace(take(), model=AIR, request=wanted, fingerprint=fingerprint_of(model, wanted, {}))


def asked(catalog: Catalog, **parameters: Any) -> Request:
    model = catalog.find(AIR)
    assert model is not None
    wanted = {**BODY, **parameters}
    return replace(request(), body=wanted, fingerprint=fingerprint_of(model, wanted, {}))


def test_a_take_answers_the_request_it_was_bought_for(catalog: Catalog) -> None:
    assert answers(bought(catalog), asked(catalog), catalog)
    assert not answers(bought(catalog), asked(catalog, duration=6), catalog)


def test_an_entry_from_before_a_default_changed_still_answers(catalog: Catalog) -> None:
    old = replace(bought(catalog), fingerprint=Fingerprint("v1:sha256:" + "0" * 64))
    assert answers(old, asked(catalog), catalog)
    assert not answers(old, asked(catalog, fps=50), catalog)


def test_an_entry_of_an_unknown_version_answers_by_its_recorded_request(catalog: Catalog) -> None:
    later = replace(bought(catalog), fingerprint=Fingerprint("v9:sha256:" + "0" * 64))
    assert not answers(later, asked(catalog, positivePrompt="another"), catalog)


def test_a_model_that_left_the_catalog_answers_only_by_its_fingerprint(catalog: Catalog) -> None:
    gone = Catalog((), {})
    assert answers(bought(catalog), asked(catalog), gone)
    assert not answers(replace(bought(catalog), fingerprint=Fingerprint("v1:sha256:0")), asked(catalog), gone)


takes = st.lists(
    st.builds(
        lambda retake, attempt, good, number: take(
            retake=retake, attempt=attempt, status="succeeded" if good else "failed", number=number
        ),
        st.none() | st.integers(1, 4),
        st.integers(1, 4),
        st.booleans(),
        st.integers(1, 99),
    ),
    max_size=6,
)


@given(takes, st.booleans())
def test_an_order_never_takes_the_name_of_an_earlier_one(known: list[Take], retake: bool) -> None:
    order = next_order(known, retake=retake)
    succeeded = {item.retake or 1 for item in known if item.status == "succeeded"}
    used = {(item.retake or 1, item.attempt or 1) for item in known}
    if retake or order[0] not in succeeded:
        assert order not in used


def test_a_take_is_spare_when_its_own_shot_wants_something_else() -> None:
    locked = Lockfile(
        "runware", "night",
        {"alley": record(take("a")), "tower": record(take("t", number=2))},
        {"old": record(take("o", number=3))},
    )  # fmt: skip
    wanted = {"alley": request("alley", "a"), "tower": request("tower", "new")}
    spare = spare_takes(locked, wanted, Catalog((), {}))
    assert {offer.key for offers in spare.values() for offer in offers} == {"tower", "old"}


def test_names_that_are_gone_offer_a_take_first_then_retired_ones_then_shots_that_changed() -> None:
    locked = Lockfile(
        "runware", "night",
        {"edited": record(take("a")), "gone": record(take("a", number=2))}, {"old": record(take("a", number=3))},
    )  # fmt: skip
    (offers,) = spare_takes(locked, {"edited": request("edited", "b")}, Catalog((), {})).values()
    assert [offer.key for offer in offers] == ["gone", "old", "edited"]


def test_a_take_that_another_shot_uses_is_not_spare() -> None:
    locked = Lockfile("runware", "night", {"alley": record(take("a")), "gate": record(take("a"))})
    wanted = {"alley": request("alley", "b"), "gate": request("gate", "a")}
    assert list(spare_takes(locked, wanted, Catalog((), {})).values()) == [[]]


def test_of_several_takes_of_one_request_the_picked_one_is_offered_first_and_never_a_failed_one() -> None:
    takes = (take(), take(number=2, retake=2), take(number=3, retake=3, status="failed"))
    for shot, number in ((record(*takes), 2), (record(*takes).with_pick(task(1)), 1)):
        (offers,) = spare_takes(Lockfile("runware", "night", {"old": shot}), {}, Catalog((), {})).values()
        assert [offer.take.task_id for offer in offers] == [task(number), task(3 - number)]


def test_a_key_among_the_shots_and_the_retired_ones_has_the_takes_of_both() -> None:
    locked = Lockfile(
        "runware", "night", {"a": record(take())}, {"a": record(take("b", number=2)), "b": record(take())}
    )
    found = record_under(locked, "a")
    assert found is not None
    assert (found.current, {item.task_id for item in found.takes}) == (task(1), {task(1), task(2)})
    assert record_under(locked, "b") == locked.retired["b"]
    assert record_under(locked, "c") is record_under(locked, None) is None


def test_the_preferred_take_is_the_one_that_was_picked_else_the_newest() -> None:
    shot = record(take(), take(number=2, retake=2))
    assert preferred(shot.takes) == shot.takes[1]
    assert preferred(shot.with_pick(task(1)).takes) == shot.with_pick(task(1)).takes[0]


def test_the_latest_take_is_the_last_submitted() -> None:
    assert latest([take(at="2026-11-22T11:00:00Z", number=2), take()]) == take(at="2026-11-22T11:00:00Z", number=2)
    assert latest([]) is None
    assert task(1) != task(2)


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> str:
    """A version of the fingerprint's algorithm besides the present one, which looks at the prompt only."""
    known = {**fingerprints._VERSIONS, "v0": lambda _model, body, _inputs: {"prompt": body["positivePrompt"]}}
    monkeypatch.setattr(fingerprints, "_VERSIONS", known)
    return "v0"


def test_an_entry_of_an_earlier_version_answers_by_that_version(catalog: Catalog, earlier: str) -> None:
    model = catalog.find(AIR)
    assert model is not None
    old = replace(bought(catalog, fps=50), fingerprint=fingerprint_of(model, BODY, {}, earlier))
    assert answers(old, asked(catalog), catalog)
    other = replace(old, fingerprint=fingerprint_of(model, {**BODY, "positivePrompt": "b"}, {}, earlier))
    assert not answers(other, asked(catalog), catalog)


def test_an_entry_that_cannot_be_fingerprinted_any_more_does_not_answer(catalog: Catalog) -> None:
    later = replace(bought(catalog), fingerprint=Fingerprint("v9:sha256:" + "0" * 64))
    assert not answers(later, asked(catalog), catalog)


@pytest.mark.parametrize(
    ("takes", "retake", "order"),
    [
        ([take()], True, (2, 1)),
        ([take()], False, (1, 1)),
        ([take(retake=2)], False, (2, 1)),
        ([take(status="failed"), take(number=2, attempt=2)], False, (1, 1)),
        ([take(status="failed", attempt=None)], False, (1, 2)),
    ],
)
def test_the_next_order_follows_from_what_there_is(takes: list[Take], retake: bool, order: tuple[int, int]) -> None:
    assert next_order(takes, retake=retake) == order


@pytest.mark.parametrize(
    ("stage", "takes", "needless"),
    [
        ("intent", [take(number=2)], True),
        ("intent", [take(number=2, status="failed")], False),
        ("intent", [take(number=1)], False),
        ("accepted", [take(number=2)], False),
    ],
)
def test_an_order_is_needless_when_another_render_is_there_and_it_may_not_have_arrived(
    stage: Any, takes: list[Take], needless: bool
) -> None:
    assert is_needless(OpenTask(intent(), stage), takes) is needless


def test_every_other_take_of_a_shot_is_spare_also_after_one_that_answers() -> None:
    locked = Lockfile("runware", "night", {"alley": record(take("a"), take("b", number=2))})
    spare = spare_takes(locked, {"alley": request("alley", "a")}, Catalog((), {}))
    assert [offer.take.task_id for offers in spare.values() for offer in offers] == [task(2)]


def test_names_of_one_rank_are_offered_as_the_lockfile_has_them() -> None:
    locked = Lockfile("runware", "night", {"b": record(take("a")), "a": record(take("a", number=2))})
    (offers,) = spare_takes(locked, {}, Catalog((), {})).values()
    assert [offer.key for offer in offers] == ["b", "a"]


def test_a_key_whose_shot_has_no_current_take_has_that_of_the_retired_one() -> None:
    failed = take("b", number=2, status="failed")
    both = Lockfile("runware", "night", {"a": record(failed)}, {"a": record(take(), failed)})
    found = record_under(both, "a")
    assert found is not None
    assert (found.current, len(found.takes)) == (task(1), 2)
    again = record_under(Lockfile("runware", "night", {"a": record(take("c", cost="9"))}, {"a": record(take())}), "a")
    assert again is not None
    assert [item.cost for item in again.takes] == [take("c", cost="9").cost]


def test_an_order_in_progress_is_found_when_its_image_is_signed_again(catalog: Catalog) -> None:
    """Its journal has the address without the signature."""
    model = catalog.find(AIR)
    assert model is not None
    address = "https://bucket.example/hero.jpg"
    signed = [
        {**BODY, "inputs": {"frameImages": [{"image": image, "frame": "first"}]}}
        for image in (f"{address}?X-Amz-Signature=1", address, f"{address}?X-Amz-Signature=2")
    ]
    task = OpenTask(replace(intent(), fingerprint=fingerprint_of(model, signed[0], {}), request=signed[1]))
    found = open_by_fingerprint(JournalState({task.intent.task_id: task}), catalog)
    assert found[fingerprint_of(model, signed[2], {})] == [task]
    whole = OpenTask(replace(intent(), fingerprint=fingerprint_of(model, signed[1], {}), request=signed[1]))
    found = open_by_fingerprint(JournalState({whole.intent.task_id: whole}), catalog)
    assert found[fingerprint_of(model, signed[2], {})] == [whole]


def test_an_order_in_progress_and_a_spare_take_are_found_after_a_default_changed(catalog: Catalog) -> None:
    old, now = Fingerprint("v1:sha256:" + "0" * 64), asked(catalog).fingerprint
    assert now is not None
    task = OpenTask(replace(intent(), fingerprint=old, request=BODY))
    assert open_by_fingerprint(JournalState({task.intent.task_id: task}), catalog) == {old: [task], now: [task]}
    lockfile = Lockfile("runware", "night", shots={"before": record(replace(bought(catalog), fingerprint=old))})
    assert spare_takes(lockfile, {}, catalog).keys() == {old, now}
