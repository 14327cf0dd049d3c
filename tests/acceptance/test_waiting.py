"""What waits, and what will not come: counted, priced and told before it costs."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from acceptance.services import KEY, paid_service
from acceptance.test_chains import SPEC, actions, apply, plan, project, write

from ltxspec.apply.recovery import RecoveryLimits

GATED = SPEC.replace("  alley:\n", "  alley:\n    gate: approval\n")
SANDBOX = ("--provider", "sandbox")


def run(folder: Path, *arguments: str, check: int | None = 0) -> str:
    found = ltxspec(*arguments, *SANDBOX, cwd=folder, check=check)
    return found.out + found.err


def test_what_waits_has_its_price_in_every_last_line(tmp_path: Path) -> None:
    told = run(project(tmp_path, GATED), "plan")
    assert "1 to render (1 create), 2 held. Estimated $0.36, and $0.72 held" in told
    assert "Would have cost $0.36; 2 shots held (`ltxspec plan` says why)" in apply(tmp_path)
    status = run(tmp_path, "status")
    assert "held: 2 shots" in status
    assert "the take of `film.alley` is not approved yet" in status
    assert "$0.00 to render, $0.72 held" in status
    assert ltxspec("status", *SANDBOX, "--format", "json", cwd=tmp_path).json["held"] == {"usd": "0.72", "unknown": 0}
    run(tmp_path, "reject", "film.alley")
    (held,) = [shot["note"] for shot in plan(tmp_path)["shots"] if shot["shot"] == "street"]
    assert held == "the take of `film.alley` was rejected; `--retake film.alley` renders it once more"


def test_a_video_that_is_not_as_expected_is_told_in_the_status_and_counted_once(tmp_path: Path) -> None:
    write(project(tmp_path), SPEC.replace("shots:", "expect: {audio: true}\nshots:"))
    told = ltxspec("apply", *SANDBOX, "--auto-approve", cwd=tmp_path, check=3)
    assert "1/3 done, $0.36 of $1.08, 0 in progress, 2 not ordered" in told.err
    assert "the video of `film.alley` is not as expected: it has no audio" in run(tmp_path, "status")


def test_an_order_that_cannot_be_as_expected_is_told_before_it_costs(tmp_path: Path) -> None:
    write(project(tmp_path), SPEC.replace("shots:", "expect: {duration: 8}\nshots:"))
    assert "8 s are expected, and 6 s are ordered" in ltxspec("validate", cwd=tmp_path).out


def test_a_result_that_the_source_will_never_have_is_an_error(tmp_path: Path) -> None:
    write(project(tmp_path), SPEC.replace("{shot: alley, frame: last}", "{shot: alley, frame: last, result: 3}"))
    told = run(tmp_path, "apply", "--auto-approve", check=1)
    assert "`film.alley` gives 1 video: it has no result 3" in told
    assert not (tmp_path / ".ltxspec" / "sandbox").exists() or actions(plan(project(tmp_path)))["alley"] == "create"


def test_a_pin_on_a_take_that_there_is_not_is_told_at_its_shot(tmp_path: Path) -> None:
    apply(project(tmp_path))
    write(tmp_path, SPEC.replace("{shot: alley, frame: last}", "{shot: alley, frame: last, take: 9}"))
    told = run(tmp_path, "plan")
    assert "`film.street` cannot be rendered as it is written: `film.alley` has no take 9" in told
    assert "specs/film.yaml:12:3" in told


def test_a_source_that_was_removed_is_told_with_the_takes_that_are_kept(tmp_path: Path) -> None:
    apply(project(tmp_path))
    write(tmp_path, SPEC.replace("  alley:\n", "  passage:\n"))
    told = run(tmp_path, "plan", check=1)
    assert (
        "there is no shot `film.alley`: it was removed, or has another name now; its take is kept, and `film.street` "
        "follows from it"
    ) in " ".join(told.split())


def test_shots_of_other_specs_that_follow_are_told(tmp_path: Path) -> None:
    day = SPEC.partition("shots:")[0].replace("film", "day")
    day += "shots:\n  home:\n    prompt: Home.\n    inputs: {frameImages: [{shot: film.door, frame: last}]}\n"
    (project(tmp_path) / "specs" / "day.yaml").write_text(day, "utf-8")
    apply(tmp_path)
    write(tmp_path, SPEC.replace("red door", "blue door"))
    told = run(tmp_path, "plan", "specs/film.yaml")
    assert "`day.home` of other specs follows from what is rendered here" in told
    assert "other specs" not in run(tmp_path, "plan")


def test_a_plus_takes_what_follows_into_the_film_and_into_what_is_printed(tmp_path: Path) -> None:
    project(tmp_path)
    film = ltxspec(
        "animatic", "--target", "film.street+", "--size", "320x180", "-o", "a.mp4", "--format", "json", *SANDBOX,
        cwd=tmp_path,
    )  # fmt: skip
    assert [shot["address"] for shot in film.json["shots"]] == ["film.door", "film.street"]
    assert "film.door" in run(tmp_path, "render", "--shot", "film.street+")


LOST = '{"faults":[{"fault":"video-status","status":404,"times":null}]}'
STRICT = SPEC.replace("    prompt: A man walks", "    expect: {audio: true}\n    prompt: A man walks")


def lost(folder: Path, spec: str) -> None:
    """Render the first shot of a spec, whose video cannot be fetched yet: nobody knows whether it is as expected."""
    write(project(folder), spec)
    arguments = ("--auto-approve", "--target", "film.alley", *SANDBOX)
    ltxspec("apply", *arguments, cwd=folder, check=3, LTXSPEC_SANDBOX_SCENARIO=LOST)
    write(folder, spec.replace("{shot: alley, frame: last}", "{shot: alley, frame: last, take: 1}"))


def test_a_pinned_take_that_turns_out_not_as_expected_holds_what_follows(tmp_path: Path) -> None:
    lost(tmp_path, STRICT)
    told = apply(tmp_path, check=3)
    assert "is not as expected: it has no audio; `ltxspec approve film.alley --take 1`" in " ".join(told.split())
    assert actions(plan(tmp_path)) == {"door": "held", "alley": "no-op", "street": "held"}


def test_an_approval_counts_in_the_run_that_finds_the_video_not_as_expected(tmp_path: Path) -> None:
    lost(tmp_path, STRICT)
    write(tmp_path, STRICT)
    run(tmp_path, "approve", "film.alley")
    apply(tmp_path, check=3)  # the video is not as expected, which the exit code tells
    assert set(actions(plan(tmp_path)).values()) == {"no-op"}


def test_pins_on_names_that_are_swapped_buy_nothing(tmp_path: Path) -> None:
    def spec(one: str, two: str) -> str:
        head = SPEC.partition("shots:")[0]
        shots = f"  {one}: {{prompt: Alpha.}}\n  {two}: {{prompt: Beta.}}\n"
        for name, source in (("c", one), ("d", two)):
            image = f"{{shot: {source}, take: 1, frame: last}}"
            shots += (
                f"  {name}: {{prompt: Shot {name}., inputs: {{frameImages: [{{image: {image}, frame: first}}]}}}}\n"
            )
        return f"{head}shots:\n{shots}"

    apply(project(tmp_path, spec("a", "b").partition("  c:")[0]), "--parallelism", "1")  # the order of takes counts
    write(tmp_path, spec("a", "b"))
    apply(tmp_path)
    write(tmp_path, spec("b", "a"))
    document = plan(tmp_path)
    assert document["estimate"] == {"usd": "0.00", "unknown": 0}
    apply(tmp_path)
    told = run(tmp_path, "plan")
    assert "take 1 of `film.a` is not the one that `film.d` was rendered from: that is take 2 now" in " ".join(
        told.split()
    )
    write(tmp_path, spec("b", "a").replace("shot: a, take: 1", "shot: a, take: 2"))
    assert plan(tmp_path)["estimate"] == {"usd": "0.00", "unknown": 0}
    apply(tmp_path)
    assert set(actions(plan(tmp_path)).values()) == {"no-op"}


def test_an_order_that_may_have_got_lost_is_not_sent_again_while_its_source_waits_for_an_approval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    config = '[project]\nid = "chains"\n[runware]\npoll_interval = 0.05\npoll_max = 0.1\ngrace = 0.2\n'
    (tmp_path / "ltxspec.toml").write_text(config, "utf-8")
    lost = {"fault": "drop", "accepted": False, "prompt": "turns into", "times": RecoveryLimits().max_submits}
    paid = ("apply", "--auto-approve", "--target", "film.street")
    with paid_service(tmp_path / "service", {"faults": [lost]}) as address:
        monkeypatch.setenv("RUNWARE_BASE_URL", address)
        monkeypatch.setenv("RUNWARE_API_KEY", KEY)
        ltxspec(*paid, cwd=tmp_path, check=3)
        write(tmp_path, SPEC.replace("    prompt: A man walks", "    gate: approval\n    prompt: A man walks"))
        shown = " ".join(ltxspec("plan", cwd=tmp_path).out.split())
        assert "is not approved yet" in shown
        assert "until then the task is only looked for" in shown
        left = ltxspec(*paid, cwd=tmp_path, check=3).out
        assert "its source needs an approval before it may be ordered again" in " ".join(left.split())
        assert ltxspec("cost", "--format", "json", cwd=tmp_path).json["total"]["usd"] == "0.36"
        ltxspec("approve", "film.alley", cwd=tmp_path)
        ltxspec(*paid, cwd=tmp_path)
        assert ltxspec("cost", "--format", "json", cwd=tmp_path).json["total"]["usd"] == "0.72"
