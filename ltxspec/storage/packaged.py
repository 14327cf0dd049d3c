"""Data that comes with ltxspec: the JSON Schemas and the model files."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from ltxspec.errors import Diagnostic, Invalid, Location, StorageError
from ltxspec.storage.durable import translated
from ltxspec.storage.paths import shown
from ltxspec.values import Json


def schemas_folder() -> Path:
    """The folder `schemas/`: inside the package when it was installed from a wheel, beside it in a checkout.

    Raises:
        StorageError: neither is there; the installation is incomplete.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if folder.is_dir():
            return folder
    raise StorageError("the schemas that belong to ltxspec are missing", hint="install ltxspec again")


def read_model_documents(extra: Path | None = None) -> dict[str, Json]:
    """File name -> parsed JSON of every model file, sorted by name.

    Args:
        extra: where the project's own model files would be; one with the name of a packaged file takes its place.

    Raises:
        Invalid: files that are not JSON, all of them.
        StorageError: a folder or file cannot be read.
    """
    files: dict[str, Path] = {}
    own = [extra] if extra is not None and extra.is_dir() else []
    for folder in (schemas_folder() / "models", *own):
        with translated("read", folder):
            found = [entry for entry in folder.iterdir() if entry.suffix == ".json" and not entry.name.startswith(".")]
        files.update({entry.name: entry for entry in found})
    problems: list[Diagnostic] = []
    documents = {name: _read(files[name], problems) for name in sorted(files)}
    if problems:
        raise Invalid(problems)
    return documents


def replaced_model_documents(documents: Mapping[str, Json]) -> dict[str, Json]:
    """Packaged model files in whose place others are: file name -> parsed JSON.

    Args:
        documents: the model files in force, by name, as `read_model_documents` gives them.

    Raises:
        StorageError: a folder or file cannot be read.
    """
    packaged = read_model_documents(None)
    return {name: document for name, document in packaged.items() if documents.get(name) != document}


def _read(file: Path, problems: list[Diagnostic]) -> Json:
    with translated("read", file):
        data = file.read_bytes()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        where = Location(shown(file), error.lineno, error.colno)
        problems.append(Diagnostic("error", "model-file", f"model file is not JSON: {error.msg}", where))
        return None
