"""Questions that only the whole word `yes` answers."""

import click

_MEANT = frozenset({"y", "ye", "yes", "yep", "ok"})  # perhaps `yes`; asked once more instead of taken for it


def agreed(question: str) -> bool:
    """Ask on standard error. What may be meant as `yes`, such as `y`, is asked about once more."""
    answer = _answer(f"{question} Only `yes` is accepted")
    if answer != "yes" and answer.lower() in _MEANT:
        try:
            answer = _answer(f"`{answer}` is not enough. Type the whole word `yes` to go on, anything else to stop")
        except click.Abort as abort:
            if isinstance(abort.__context__, EOFError):  # the answers have ended, and none was `yes`
                return False
            raise
    return answer == "yes"


def _answer(prompt: str) -> str:
    answer: str = click.prompt(prompt, default="", show_default=False, err=True)
    return answer.strip()
