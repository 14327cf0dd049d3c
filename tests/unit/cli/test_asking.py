import click
import pytest

from ltxspec.cli.asking import agreed


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    asked: list[str] = []
    given = iter(answers)

    def prompt(text: str, **_: object) -> str:
        asked.append(text)
        return next(given)

    monkeypatch.setattr(click, "prompt", prompt)
    return asked


@pytest.mark.parametrize(("answer", "agrees"), [("yes", True), (" yes ", True), ("no", False), ("", False)])
def test_only_the_whole_word_agrees(answer: str, agrees: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, answer)
    assert agreed("Spend $1?") is agrees
    assert asked == ["Spend $1? Only `yes` is accepted"]


@pytest.mark.parametrize(("second", "agrees"), [("yes", True), ("y", False), ("", False)])
def test_what_may_be_meant_as_yes_is_asked_about_once_more(
    second: str, agrees: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, "y", second)
    assert agreed("Spend $1?") is agrees
    assert len(asked) == 2
    assert "`y` is not enough" in asked[1]


@pytest.mark.parametrize(("end", "agrees"), [(EOFError, False), (KeyboardInterrupt, None)])
def test_an_end_of_the_answers_is_a_no_and_an_interruption_is_one(
    end: type[BaseException], agrees: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[str] = ["y"]

    def typed(_: str) -> str:
        if not answers:
            raise end
        return answers.pop()

    monkeypatch.setattr("click.termui.visible_prompt_func", typed)
    if agrees is None:
        with pytest.raises(click.Abort):
            agreed("Spend $1?")
    else:
        assert agreed("Spend $1?") is agrees


def test_another_way_to_write_it_is_no_yes_either(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(answering(monkeypatch, "YES", "yes")) == 0
    assert agreed("Spend $1?")
