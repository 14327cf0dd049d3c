"""Completion in shells for what ltxspec's names contain: brackets, commas, colons; and for `--option=value`.

In bash, words are taken from the line itself, because bash cuts them at colons, and readline quotes what it inserts. In
fish, a value is cut from its kind at the first comma only. Zsh and fish replace the whole word `--option=va`.
"""

import os

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

_BASH = r"""%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                COMPREPLY+=("$value")
                # quoted by readline, within quotes that are open as well
                [[ $value == *[^A-Za-z0-9_./:@=+-]* ]] && compopt -o filenames
                ;;
        esac
    done < <(
        env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD= COMP_PART="$2" %(complete_var)s=bash_complete "$1" \
            2>/dev/null
    )
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_FISH = r"""function %(complete_func)s
    for line in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp | string collect) \
            COMP_CWORD=(commandline -t | string collect) %(prog_name)s 2>/dev/null)
        set -l part (string split -m 1 "," -- $line)
        switch $part[1]
            case dir
                __fish_complete_directories $part[2]
            case file
                __fish_complete_path $part[2]
            case plain
                echo $part[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class Bash(BashComplete):
    """Completion in bash."""

    source_template = _BASH
    _cut = ""  # the beginning of the word that bash does not count to it, and does not want in an answer

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one as far as it is typed."""
        if os.environ.get("COMP_CWORD"):
            return super().get_completion_args()
        line = os.environ["COMP_WORDS"]
        words, longer = split_arg_string(line), split_arg_string(f"{line}x")
        typed = words.pop() if len(words) == len(longer) else ""
        raw = os.environ.get("COMP_PART")
        part = typed if raw is None else "".join(split_arg_string(raw))
        self._cut = typed.removesuffix(part) if typed.endswith(part) else ""
        return words[1:], typed

    def format_completion(self, item: CompletionItem) -> str:
        """One line of the answer: the kind, and the value without what bash has already."""
        return f"{item.type},{str(item.value).removeprefix(self._cut)}"


class _KeepsOption(ShellComplete):
    """Repeats the `--option=` that a word begins with in every answer, as zsh and fish expect."""

    _option = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one as far as it is typed."""
        words, typed = super().get_completion_args()
        self._option = _option_of(typed)
        return words, typed

    def format_completion(self, item: CompletionItem) -> str:
        """One answer, as the shell's script reads it."""
        return super().format_completion(_with_option(item, self._option))


class Zsh(_KeepsOption, ZshComplete):
    """Completion in zsh, with click's script."""


class Fish(_KeepsOption, FishComplete):
    """Completion in fish."""

    source_template = _FISH


def _option_of(typed: str) -> str:
    """The `--option=` that a word begins with; empty if it does not."""
    name, equals, _ = typed.partition("=")
    return name + equals if name.startswith("--") and equals else ""


def _with_option(item: CompletionItem, option: str) -> CompletionItem:
    return CompletionItem(f"{option}{item.value}", item.type, item.help) if item.type == "plain" else item


def register() -> None:
    """Use these classes when a shell asks."""
    for name, shell in (("bash", Bash), ("zsh", Zsh), ("fish", Fish)):
        add_completion_class(shell, name)
