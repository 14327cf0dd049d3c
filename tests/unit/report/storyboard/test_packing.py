from typing import Any

from ltxspec.report.storyboard.packing import packed

FACTS = {"fps": 25.0, "frames": 50, "audio": True, "width": 16, "height": 9}


def video(name: str, **other: Any) -> dict[str, Any]:
    return {"href": f"{name}.mp4", **FACTS, **other}


def data(*results: dict[str, Any], **sides: dict[str, Any]) -> dict[str, Any]:
    return {
        "players": {"1-0": sides},
        "takes": {"1": {"current": "t", "takes": [{"task": "t", "results": [*results]}]}},
    }


def test_a_video_is_said_once_and_named_by_its_number() -> None:
    old, new = video("old"), video("new")
    found = packed(data({"sha256": "00", "clip": old}, {"sha256": "11", "clip": dict(new)}, before=old, after=new))
    assert found["players"] == {"1-0": {"before": 0, "after": 1}}
    assert found["takes"]["1"]["takes"][0]["results"] == [{"clip": 0}, {"clip": 1}]
    assert found["kinds"] == [FACTS]
    assert found["clips"] == [[0, {"href": "old.mp4"}], [0, {"href": "new.mp4"}]]


def test_videos_that_differ_in_anything_are_kept_apart() -> None:
    long = video("old", frames=75)
    film = {"film": "film-1", "type": "video/mp4", **FACTS}
    found = packed(data(before=video("old"), after=long, other=film))
    assert found["players"]["1-0"] == {"before": 0, "after": 1, "other": 2}
    assert [found["kinds"][kind] | own for kind, own in found["clips"]] == [video("old"), long, film]


def test_what_has_no_video_and_all_else_stays() -> None:
    given = data({"url": "https://videos.example/1"}) | {"said": {"t": 1}}
    found = packed(given)
    assert found["takes"] == given["takes"]
    assert (found["said"], found["clips"], found["kinds"]) == ({"t": 1}, [], [])
    assert packed({"labels": {}}) == {"labels": {}, "players": {}, "takes": {}, "kinds": [], "clips": []}


def test_what_is_given_is_not_changed() -> None:
    given = data({"sha256": "00", "clip": video("a")}, after=video("a"))
    packed(given)
    assert given == data({"sha256": "00", "clip": video("a")}, after=video("a"))
