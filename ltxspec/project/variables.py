"""`--var K=V` and `--var-file F`: values that override a spec's vars for one run."""

from collections.abc import Sequence
from pathlib import Path

from ltxspec.errors import WrongUsage
from ltxspec.values import Json


def read_variables(pairs: Sequence[str], files: Sequence[str], folder: Path) -> dict[str, Json]:
    """Later files override earlier ones, `--var` overrides files. Values from `--var` get the type of the spec's var.

    Raises:
        WrongUsage: a pair without `=`, or a file that is not a mapping.
    """
    values: dict[str, Json] = {}
    for name in files:
        values.update(_read_file(folder / name, name))
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise WrongUsage(f"`--var {pair}` has no `=`", hint="write it as --var NAME=VALUE")
        values[key.strip()] = value
    return values


def _read_file(path: Path, name: str) -> dict[str, Json]:
    from ltxspec.spec.document import read_document
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    try:
        text = read_named(path, name, LARGEST_INPUT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"`{name}` is not UTF-8 text") from error
    root = read_document(text, name).root
    if not isinstance(root, dict):
        raise WrongUsage(f"`{name}` must contain a mapping of variable names to values")
    return root
