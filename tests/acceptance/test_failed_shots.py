"""A shot that failed wants its render, not another one: what other shots and specs have of it counts."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import Result, ltxspec, write_spec

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
PASSING, FOR_GOOD = "timeoutProvider", "contentPolicyViolation"


def run(folder: Path, *arguments: str, check: int | None = 0, fault: str | None = None, times: int = 99) -> Result:
    faults = {"faults": [{"fault": "fail", "times": times, "code": fault}]} if fault else {}
    more = {"LTXSPEC_SANDBOX_SCENARIO": json.dumps(faults)} if faults else {}
    return ltxspec(*arguments, cwd=folder, check=check, LTXSPEC_PROVIDER="sandbox", **more)


def spec(folder: Path, name: str, **shots: str) -> None:
    """Write a spec; a text that begins with `{` is a whole shot."""
    lines = [f"  {shot}: {text if text.startswith('{') else f'{{prompt: {text}}}'}\n" for shot, text in shots.items()]
    write_spec(folder, HEAD + "".join(lines), name)


def planned(folder: Path, *arguments: str) -> dict[str, Any]:
    document = run(folder, "plan", "--format", "json", *arguments).json
    return {shot["address"]: shot for shot in document["shots"]}


def told(shot: dict[str, Any]) -> tuple[Any, ...]:
    return (shot["action"], *shot["reasons"], *filter(None, [shot.get("from")]))


def charges(folder: Path) -> int:
    (database,) = (folder / ".ltxspec" / "sandbox").glob("*.sqlite*")
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("select count(*) from charges").fetchone()
    return int(count)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n", "utf-8")
    return tmp_path


def failed_here_bought_there(film: Path, code: str) -> None:
    """`s.a` failed; `t.q`, with the same request, has the render."""
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=code)
    spec(film, "t", q="a tower")
    run(film, "apply", "specs/t.yaml")


@pytest.mark.parametrize("edited", ["other", "gone"])
@pytest.mark.parametrize("code", [PASSING, FOR_GOOD])
def test_a_failed_shot_is_offered_the_free_take_of_another_spec(film: Path, code: str, edited: str) -> None:
    failed_here_bought_there(film, code)
    spec(film, "t", **({"q": "a gate"} if edited == "other" else {"r": "a gate"}))
    for more in ((), ("--retry", "s.a")):
        assert told(planned(film, *more)["s.a"]) == ("move", "same-fingerprint-elsewhere", "t.q")
    before = charges(film)
    run(film, "apply", "specs/s.yaml")
    assert charges(film) == before
    assert told(planned(film)["s.a"]) == ("no-op",)


@pytest.mark.parametrize(
    ("code", "more"), [(PASSING, ()), (PASSING, ("--retry", "s.a")), (FOR_GOOD, ("--retry", "s.a"))]
)
def test_a_failed_shot_is_not_bought_again_silently_where_another_spec_has_it(
    film: Path, code: str, more: tuple[str, ...]
) -> None:
    failed_here_bought_there(film, code)
    reason = "retry-requested" if more else "last-attempt-failed"
    assert told(planned(film, *more)["s.a"]) == ("create", reason, "owned-elsewhere")
    before = charges(film)
    assert "`t.q` has the same render" in run(film, "apply", "specs/s.yaml", *more, check=4).err
    assert charges(film) == before
    run(film, "apply", "specs/s.yaml", *more, "--buy-again")
    assert charges(film) == before + 1


def test_a_blocked_shot_stays_blocked_where_another_spec_has_its_render(film: Path) -> None:
    failed_here_bought_there(film, FOR_GOOD)
    assert told(planned(film)["s.a"]) == ("blocked", "failed-for-good")


@pytest.mark.parametrize("code", [PASSING, FOR_GOOD])
def test_within_one_spec_a_failed_shot_gets_the_free_take_of_another(film: Path, code: str) -> None:
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=code)
    spec(film, "s", a="a tower at dawn", q="a tower")
    run(film, "apply", "--retry", "s.*")
    spec(film, "s", a="a tower", q="a gate")
    for more in ((), ("--retry", "s.a")):
        assert told(planned(film, *more)["s.a"]) == ("move", "same-fingerprint-elsewhere", "q")


@pytest.mark.parametrize("code", [PASSING, FOR_GOOD])
def test_moved_of_a_failed_shot_takes_over_from_another_spec(film: Path, code: str) -> None:
    failed_here_bought_there(film, code)
    spec(film, "s", a="{prompt: a tower, moved: t.q}")
    spec(film, "t", r="a gate")
    assert told(planned(film)["s.a"]) == ("move", "moved-by-spec", "t.q")
    spec(film, "t", q="a gate")
    run(film, "apply", "specs/t.yaml")
    spec(film, "t", r="a wall")
    assert told(planned(film)["s.a"]) == ("move", "moved-by-spec", "t.q")


def test_a_spec_renamed_to_and_fro_keeps_its_renders(film: Path) -> None:
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=PASSING)
    (film / "specs" / "s.yaml").rename(film / "specs" / "t.yaml")
    spec(film, "t", a="a tower")
    run(film, "apply")
    (film / "specs" / "t.yaml").rename(film / "specs" / "s.yaml")
    spec(film, "s", a="a tower")
    assert told(planned(film)["s.a"])[0] == "move"
    before = charges(film)
    run(film, "apply")
    assert charges(film) == before


RENAMED = {
    "another name": {"e": "a tower"},
    "an instance": {"e": "{forEach: [{what: tower}], prompt: 'a {{ what }}'}"},
    "named by moved": {"e": "{prompt: a tower, moved: a}"},
}


@pytest.mark.parametrize("shots", RENAMED.values(), ids=RENAMED)
def test_a_renamed_shot_that_is_blocked_stays_blocked(film: Path, shots: dict[str, str]) -> None:
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=FOR_GOOD)
    spec(film, "s", **shots)
    before, (address,) = charges(film), [name for name in planned(film) if name.startswith("s.e")]
    for _ in range(2):
        blocked = planned(film)[address]
        assert (blocked["action"], blocked["reasons"]) == ("blocked", ["failed-for-good"])
        assert FOR_GOOD in blocked["note"]
        run(film, "apply", check=None)
    assert charges(film) == before
    assert told(planned(film, "--retry", "s.e*")[address]) == ("create", "retry-requested")
    run(film, "apply", "--retry", "s.e*")
    assert planned(film)[address]["action"] == "no-op"


@pytest.mark.parametrize("shots", RENAMED.values(), ids=RENAMED)
def test_attempts_count_on_when_a_shot_that_failed_is_renamed(film: Path, shots: dict[str, str]) -> None:
    (film / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n[provider]\nattempts = 2\n", "utf-8")
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=PASSING)
    spec(film, "s", **shots)
    (shown,) = run(film, "status", "--format", "json").json["shots"][:1]
    assert (shown["state"], shown["note"].partition(":")[0]) == ("failed", PASSING)
    run(film, "apply", check=3, fault=PASSING)
    (shot,) = [shot for address, shot in planned(film).items() if address.startswith("s.e")]
    assert told(shot)[:2] == ("blocked", "attempts-used-up")
    (shown,) = run(film, "status", "--format", "json").json["shots"][:1]
    assert (shown["state"], shown["note"].partition(":")[0]) == ("failed", PASSING)
    spec(film, "s", g="a tower")
    assert told(planned(film)["s.g"])[:2] == ("blocked", "attempts-used-up")


def test_a_shot_that_is_blocked_stays_so_in_another_spec(film: Path) -> None:
    spec(film, "s", a="a tower", b="a gate")
    run(film, "apply", "--target", "s.a", check=3, fault=FOR_GOOD)
    spec(film, "s", b="a gate")
    spec(film, "t", q="a tower")
    for _ in range(2):
        shot = planned(film)["t.q"]
        assert told(shot) == ("blocked", "failed-for-good")
        assert "`s.a`" in shot["note"]
        run(film, "apply", "specs/t.yaml")
    (film / "specs" / "s.yaml").unlink()
    assert told(planned(film, "specs/t.yaml")["t.q"]) == ("blocked", "failed-for-good")
    assert told(planned(film, "--retry", "t.q")["t.q"]) == ("create", "retry-requested")


def test_a_shot_that_moved_names_is_not_called_gone_while_its_heir_is_blocked(film: Path) -> None:
    spec(film, "s", a="a gate")
    run(film, "apply")
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=FOR_GOOD)
    spec(film, "s", e="{prompt: a tower, moved: a}")
    assert {address: told(shot) for address, shot in planned(film).items()} == {
        "s.e": ("blocked", "failed-for-good", "a")
    }
    run(film, "apply")
    assert {address: told(shot) for address, shot in planned(film).items()} == {"s.e": ("blocked", "failed-for-good")}
    spec(film, "s", e="a gate")
    assert told(planned(film)["s.e"]) == ("no-op",)


def test_a_failure_that_was_overcome_does_not_count_for_another_shot(film: Path) -> None:
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=FOR_GOOD)
    run(film, "apply", "--retry", "s.a")
    spec(film, "s", e="a tower", f="a tower")
    assert {address: shot["action"] for address, shot in planned(film).items()} == {"s.e": "move", "s.f": "create"}


def test_a_failure_goes_with_its_request_when_the_shot_is_edited_and_another_one_gets_its_words(film: Path) -> None:
    spec(film, "s", a="a tower")
    run(film, "apply", check=3, fault=FOR_GOOD)
    spec(film, "s", a="a gate", e="a tower")
    assert told(planned(film)["s.e"]) == ("blocked", "failed-for-good")
    spec(film, "s", a="a tower", e="a tower")
    assert told(planned(film)["s.e"]) == ("create", "new")


def test_a_refused_order_costs_nothing_wherever_it_is_told_and_a_failed_one_is_unknown(film: Path) -> None:
    spec(film, "s", a="a tower", b="a gate")
    faults = [
        {"fault": "refuse", "prompt": "tower", "code": "invalidPrompt", "status": 400},
        {"fault": "fail", "prompt": "gate", "code": FOR_GOOD},
    ]
    scenario = {"faults": faults, "behaviour": {"cost": "missing"}}
    ltxspec("apply", cwd=film, check=3, LTXSPEC_PROVIDER="sandbox", LTXSPEC_SANDBOX_SCENARIO=json.dumps(scenario))
    shots = run(film, "show", "--format", "json").json["shots"]
    assert {shot["address"]: shot["takes"][0]["cost"] for shot in shots} == {"s.a": "0.00", "s.b": None}
    assert "failed  $0.00" in run(film, "show", "s.a").out
    assert run(film, "cost", "--by", "shot").out.splitlines()[0].split() == ["s.a", "1", "take", "$0.00"]
    assert run(film, "cost", "--format", "json").json["total"] == {"takes": 2, "usd": "0.00", "unknown": 1}
    for command in ("status", "plan"):
        assert "takes worth 1 unknown" in run(film, command, check=None).out
