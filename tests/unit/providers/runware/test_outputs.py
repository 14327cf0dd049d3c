"""The results in an answer; what they mean for a task is in `test_classify.py`."""

from decimal import Decimal

from ltxspec.providers.runware.outputs import delivers, outputs_of, progress_of, total_cost
from ltxspec.providers.runware.wire import Item

VIDEO = "https://vm.example/1.mp4"


def item(**fields: object) -> Item:
    return Item("task", fields)


def test_a_finished_video_has_an_address_or_an_id() -> None:
    assert delivers(item(status="success", videoUUID="v-1"))
    assert delivers(item(videoURL=VIDEO))
    assert not delivers(item(videoUUID="v-1"))
    assert not delivers(item(status="processing", videoURL=VIDEO))


def test_repeated_items_are_one_video_and_two_prices_are_none() -> None:
    once = item(status="success", videoUUID="v-1", videoURL=VIDEO, cost=Decimal("0.48"))
    other = item(status="success", videoUUID="v-1", cost=Decimal("0.96"))
    assert [output.cost for output in outputs_of([once, once])] == [Decimal("0.48")]
    assert [output.cost for output in outputs_of([once, other])] == [None]


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert total_cost([Decimal("0.48"), None], 2) is None
    assert total_cost([Decimal("0.48")], 2) is None
    assert total_cost([Decimal("0.48"), Decimal("0.12")], 2) == Decimal("0.60")


def test_the_progress_is_that_of_the_slowest_result() -> None:
    assert progress_of([item(progress=80), item(progress=20), item(progress=True), item(progress=900)]) == 20
    assert progress_of([item()]) is None
