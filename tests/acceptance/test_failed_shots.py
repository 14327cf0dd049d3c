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
