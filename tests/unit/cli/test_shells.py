import os

import click
import pytest
from click.shell_completion import CompletionItem

from ltxspec.cli.shells import Bash, Fish, Zsh


def bash(line: str, part: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Bash, tuple[list[str], str]]:
    for name, value in {"COMP_WORDS": line, "COMP_CWORD": "", "COMP_PART": part}.items():
        monkeypatch.setitem(os.environ, name, value)
    made = Bash(click.Group(), {}, "ltxspec", "_LTXSPEC_COMPLETE")
    return made, made.get_completion_args()


@pytest.mark.parametrize(
    ("line", "words", "typed"),
    [
        ("ltxspec why ni", ["why"], "ni"),
        ("ltxspec why ", ["why"], ""),
        ("ltxspec why 'a b", ["why"], "a b"),
        ("ltxspec why 'a ", ["why"], "a "),
        (r"ltxspec why night.sky\[ra", ["why"], "night.sky[ra"),
        ("ltxspec", [], "ltxspec"),
    ],
)
def test_the_words_are_those_of_the_line(
    line: str, words: list[str], typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bash(line, typed, monkeypatch)[1] == (words, typed)


@pytest.mark.parametrize(
    ("typed", "part", "value", "answer"),
    [
        ("lightricks:2", "2", "lightricks:2@0", "2@0"),
        ("lightricks:", "", "lightricks:2@0", "2@0"),
        ("night.sky[ra", "night.sky[ra", "night.sky[rain]", "night.sky[rain]"),
        ("--provider=sa", "sa", "sandbox", "sandbox"),
    ],
)
def test_bash_gets_what_follows_the_colon_at_which_it_cuts(
    typed: str, part: str, value: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = bash(f"ltxspec models {typed}", part, monkeypatch)
    assert asked.format_completion(CompletionItem(value)) == f"plain,{answer}"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [(Zsh, "plain\n--provider=sandbox\n_"), (Fish, "plain,--provider=sandbox")],
)
def test_where_the_whole_word_is_replaced_the_option_is_repeated(
    kind: type[Zsh] | type[Fish], answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = "--provider=sa"
    monkeypatch.setitem(os.environ, "COMP_WORDS", f"ltxspec plan {word}")
    monkeypatch.setitem(os.environ, "COMP_CWORD", "2" if kind is Zsh else word)
    asked = kind(click.Group(), {}, "ltxspec", "_LTXSPEC_COMPLETE")
    assert asked.get_completion_args()[1] == word
    assert asked.format_completion(CompletionItem("sandbox")) == answer
    assert asked.format_completion(CompletionItem("specs", type="file")).endswith(("specs\n_", ",specs"))
