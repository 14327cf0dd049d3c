r"""Escaped surrogate pairs, with which JSON writes what is beyond 16 bits: `"\ud83d\ude00"` is one emoji.

YAML knows only whole characters (`"\U0001f600"`). JSON is YAML in all else, so its pairs are rewritten for the YAML
reader. What replaces a pair is two characters shorter, and `Rewritten` says where a character was before.
"""

import json
import re
from bisect import bisect_right

_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_ESCAPE = re.compile(rf"{_PAIR}|\\.", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SHORTER = 2  # characters
_MOST = 100  # texts in quotes that are rewritten one by one: the file is read again after each


class Rewritten:
    """A text for the YAML reader, with pairs rewritten as far as that was needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends: list[int] = []  # of what replaces the pairs, in order
        self._left = _MOST

    def before(self, index: int) -> int:
        """The index, in the text as it was written, of the character at `index`."""
        return index + _SHORTER * bisect_right(self._ends, index)

    def mend(self, start: int) -> bool:
        """Rewrite the text in double quotes at `start`, or all texts if this is JSON. False if no pair is left."""
        quoted = _QUOTED.match(self.text, start)
        if quoted is None or self._left == 0:
            return False
        self._left -= 1
        first, last = (0, len(self.text)) if self._is_json() else quoted.span()
        count = len(self._ends)
        pieces, done = [self.text[:first]], first
        for found in _ESCAPE.finditer(self.text, first, last):
            if found[1]:
                pieces += [self.text[done : found.start()], f"\\U{_code(found):08x}"]
                done = found.end()
                self._ends.append(done - _SHORTER * (len(self._ends) - count + 1))
        self.text = "".join([*pieces, self.text[done:]])
        return len(self._ends) > count

    def _is_json(self) -> bool:
        """Whether all quotes in the text are those of JSON: in YAML, they may also be a part of a text."""
        if self._left < _MOST - 1 or not self.text.lstrip().startswith(("{", "[")):
            return False
        try:
            json.loads(self.text)
        except (ValueError, RecursionError):
            return False
        return True


def _code(pair: re.Match[str]) -> int:
    high, low = int(pair[1], 16), int(pair[2], 16)
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
