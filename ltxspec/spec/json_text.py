"""Reads JSON by its own rules, which differ from YAML's in surrogate pairs and some control characters."""

import json
import math
from collections import Counter

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.document import MAX_CHARACTERS, Lines, SourceText, read_document
from ltxspec.suggest import shown
from ltxspec.values import Json


class _Unwanted(ValueError):
    """JSON that Python accepts, but that is refused here."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_json(text: str, file: str) -> Json:
    """Read JSON text as strictly as specs are read: no duplicate keys, no NaN or infinity, no half characters.

    Raises:
        Invalid: with one diagnostic.
    """
    lines = Lines(SourceText(file, text.removeprefix("\ufeff")))
    try:
        return _loads(lines.source.text)
    except json.JSONDecodeError as error:
        where = lines.locate(min(error.pos, len(lines.source.text)))
        raise Invalid([Diagnostic("error", "json", f"this is not valid JSON: {error.msg.lower()}", where)]) from None
    except RecursionError:
        problem = Diagnostic("error", "too-deep", "values are nested too deep", Location(file, 1, 1))
    except _Unwanted as error:
        problem = Diagnostic("error", error.code, str(error), Location(file, 1, 1))
    except ValueError:
        problem = Diagnostic("error", "number", "a number has too many digits", Location(file, 1, 1))
    raise Invalid([_placed(problem, text, file)])


def _placed(problem: Diagnostic, text: str, file: str) -> Diagnostic:
    """The problem with its place from the YAML reader, if that finds the same problem first; else unchanged."""
    try:
        read_document(text, file)
    except Invalid as invalid:
        found = invalid.diagnostics[0]
        return found if found.code == problem.code else problem
    return problem


def _loads(text: str) -> Json:
    if len(text) > MAX_CHARACTERS:
        raise _Unwanted("too-large", f"the file has more than {MAX_CHARACTERS // 1_000_000} million characters")
    root = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite)
    if "\\u" in text:
        try:
            json.dumps(root, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _Unwanted("json", "half of a surrogate pair is not a character") from None
    return root


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        double, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _Unwanted("duplicate-key", f"duplicate key {shown(double)}")
    return found


def _constant(name: str) -> Json:
    raise _Unwanted("number", f"`{name}` is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Unwanted("number", f"{shown(digits)} is too large for a number")
    return number
