"""Values for variables of specs, as given on the command line and in files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ltxspec.errors import WrongUsage
from ltxspec.render.overrides import Overrides
from ltxspec.spec.cuts import cut_texts, of_table
from ltxspec.spec.document import Document, read_document
from ltxspec.values import Json


def read_variables(pairs: Sequence[str], files: Sequence[str], folder: Path) -> Overrides:
    """Later files override earlier ones, `--var` overrides files. Each value is of the kind of the spec's variable.

    Raises:
        WrongUsage: a pair without `=`, or a file that is not a mapping.
    """
    values = Overrides()
    for name in files:
        document = _read_file(folder / name, name)
        values.update(document.root)
        for key in document.root:
            values.places[key] = document.locate((key,), value=True)
            values.warnings[key] = []
        for path, warning in cut_texts(document, of_table).items():
            values.warnings[str(path[0])].append(warning)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise WrongUsage(f"`--var {pair}` has no `=`", hint="write it as --var NAME=VALUE")
        values[key.strip()] = value
        values.places.pop(key.strip(), None)
        values.warnings.pop(key.strip(), None)
    return values


def _read_file(path: Path, name: str) -> Document:
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    try:
        text = read_named(path, name, LARGEST_INPUT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"`{name}` is not UTF-8 text") from error
    document = read_document(text, name, needs="write variables as `city: Lisbon`")
    if not isinstance(document.root, dict):
        raise WrongUsage(f"`{name}` must contain a mapping of variable names to values")
    return document


def refuse_to_keep_secrets(variables: Mapping[str, Json]) -> None:
    """Refuse variables with secrets: a saved plan is planned again with its variables, so they cannot be redacted.

    Raises:
        WrongUsage: a variable may hold a secret.
    """
    from ltxspec.redaction import redact_secrets

    for name, value in variables.items():
        if redact_secrets({name: value}) != {name: value}:
            raise WrongUsage(
                f"the variable `{name}` may contain a secret, and saved plans store no secrets",
                hint="apply without `-o`, or use an address without a secret",
            )
