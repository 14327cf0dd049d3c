import builders
from builders import record, take, task
from replacing import replace

from ltxspec.formats import to_json
from ltxspec.report.results.takes import cost_of, shown_shot, video

HOME = {builders.output(1).sha256 or "": "renders/night/alley.mp4"}
BAD = take(number=3, status="failed", cost=None, at="2026-11-22T11:00:00Z")


def test_programs_get_every_field_with_null_for_what_is_unknown() -> None:
    document = to_json(shown_shot("night.alley", record(take(number=1), BAD), HOME))
    assert (document["address"], document["current"], document["retired"]) == ("night.alley", task(1), False)
    good, bad = document["takes"]
    assert (good["take"], good["current"], good["cost"], good["code"]) == (1, True, "0.48", None)
    assert good["outputs"] == [to_json(video(builders.output(1), HOME))]
    assert good["outputs"][0]["file"] == "renders/night/alley.mp4"
    assert (bad["take"], bad["current"], bad["cost"], bad["code"], bad["outputs"]) == (
        2,
        False,
        None,
        "providerError",
        [],
    )
    assert good.keys() == bad.keys()


def test_a_pick_is_the_number_of_the_chosen_result() -> None:
    several = replace(take(), outputs=(builders.output(1), builders.output(2)))
    shot = record(several, take(number=2)).with_pick(task(1), 2)
    assert [item.picked for item in shown_shot("night.alley", shot, HOME).takes] == [2, None]


def test_an_address_that_is_not_of_the_web_is_left_out() -> None:
    assert video(replace(builders.output(2), video_url="javascript:alert(1)"), {}).video_url is None


def test_takes_that_several_shots_share_count_once_in_the_total() -> None:
    rows = [("a", [take(number=1), take(number=2)]), ("b", [take(number=1)])]
    assert to_json(cost_of(rows, ["a.next"])) == {
        "formatVersion": "1.0",
        "groups": [
            {"name": "a", "takes": 2, "usd": "0.96", "unknown": 0},
            {"name": "b", "takes": 1, "usd": "0.48", "unknown": 0},
        ],
        "total": {"takes": 2, "usd": "0.96", "unknown": 0},
        "inProgress": ["a.next"],
    }
