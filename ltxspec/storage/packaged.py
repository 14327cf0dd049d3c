"""Data shipped with ltxspec: the JSON Schemas and the model files."""

import os
from collections.abc import Mapping
from pathlib import Path

import orjson

from ltxspec.errors import Diagnostic, Invalid, Location, StorageError
from ltxspec.storage.durable import read_file, refuse_broken_link, translated
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.paths import shown
from ltxspec.values import Json

LARGEST_MODEL = 8 * 2**20  # bytes of a model file


def schemas_folder() -> Path:
    """The folder `schemas/`: inside the package when installed from a wheel, next to it in a checkout.

    Raises:
        StorageError: neither exists; the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if folder.is_dir():
            return folder
    raise StorageError("the schemas that belong to ltxspec are missing", hint="install ltxspec again")


def read_model_documents(extra: Path | None = None, within: Path | None = None) -> dict[str, Json]:
    """File name -> parsed JSON of every model file, sorted by name.

    Args:
        extra: folder of the project's own model files, if it exists; a file there replaces a packaged one of its name.
        within: the project's root, which no link among them may lead out of.

    Raises:
        Invalid: files are not JSON; all of them are listed.
        StorageError: a folder or file cannot be read.
    """
    files: dict[str, Path] = {}
    own = [extra] if extra is not None and _is_there(extra, within) else []
    for folder in (schemas_folder() / "models", *own):
        with translated("read", folder):
            found = [entry for entry in folder.iterdir() if entry.suffix == ".json" and not entry.name.startswith(".")]
        files.update({entry.name: entry for entry in found})
    problems: list[Diagnostic] = []
    documents = {
        name: _read(file, within if file.parent in own else None, problems) for name, file in sorted(files.items())
    }
    if problems:
        raise Invalid(problems)
    return documents


def replaced_model_documents(documents: Mapping[str, Json]) -> dict[str, Json]:
    """Packaged model files that the project replaces: file name -> parsed JSON.

    Args:
        documents: the model files in force, by name, as returned by `read_model_documents`.

    Raises:
        StorageError: a folder or file cannot be read.
    """
    packaged = read_model_documents(None)
    return {name: document for name, document in packaged.items() if documents.get(name) != document}


def own_models(documents: Mapping[str, Json]) -> set[str]:
    """Names of the model files in force that are not packaged ones. Raises StorageError."""
    packaged = read_model_documents(None)
    return {name for name, document in documents.items() if packaged.get(name) != document}


def _is_there(folder: Path, within: Path | None) -> bool:
    """Whether the folder exists. Raises StorageError when a link to it leads out of the project or is broken."""
    if within is not None:
        refuse_outside(within, folder)
    if not os.path.lexists(folder):
        refuse_broken_link(folder)
        return False
    return True


def _read(file: Path, within: Path | None, problems: list[Diagnostic]) -> Json:
    data = read_file(file, within, LARGEST_MODEL)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        where = Location(shown(file), error.lineno, error.colno)
        problems.append(not_json(error, where, is_empty=not data.strip()))
        return None


def not_json(error: orjson.JSONDecodeError, where: Location, *, is_empty: bool) -> Diagnostic:
    """The problem of a model file that is not JSON. A shell empties an output file before the command runs."""
    if is_empty:
        hint = (
            "remove it; print a model to another place first (`ltxspec models NAME --format json`), then move it here"
        )
        return Diagnostic("error", "model-file", "the model file is empty", where, hint)
    return Diagnostic("error", "model-file", f"model file is not JSON: {error.msg}", where)
