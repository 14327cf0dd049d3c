"""`ltxspec collect`: fetches what is under way and never orders."""

from pathlib import Path

from acceptance.commands import ltxspec


def test_only_what_was_ordered_is_collected(project: Path) -> None:
    ltxspec("apply", "--detach", "--target", "night.weather", cwd=project)
    collected = ltxspec("collect", "--format", "json", cwd=project)
    *_, last = collected.out.splitlines()
    assert '"collected":2' in last.replace(" ", "")
    assert ltxspec("plan", "--format", "json", cwd=project).json["summary"]["create"] == 2
    shown = ltxspec("show", "--format", "json", cwd=project).json["shots"]
    assert [record["address"] for record in shown] == ["night.weather[fog]", "night.weather[rain]"]


def test_with_nothing_under_way_there_is_nothing_to_do(rendered: Path) -> None:
    result = ltxspec("collect", cwd=rendered)
    assert (result.out, result.err) == ("", "Nothing is under way.\n")
