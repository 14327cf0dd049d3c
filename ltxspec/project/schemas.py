"""Generates the published JSON Schemas from the code. Run as a module, it writes them under `schemas/`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import orjson

from ltxspec.catalog.models import Catalog
from ltxspec.formats import Schema
from ltxspec.lock.codec import lockfile_schema
from ltxspec.lock.review_export import export_schema
from ltxspec.lock.sidecar import sidecar_schema
from ltxspec.lock.verdicts import verdict_schema
from ltxspec.project.editor_schema import editor_schema
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.report.apply.document import events_schema
from ltxspec.report.results.schemas import RESULTS, result_schema
from ltxspec.report.schemas import plan_schema, review_schema
from ltxspec.report.status.document import status_schema
from ltxspec.storage.packaged import schemas_folder

NAMES = ("spec", "lockfile", "plan", "events", "review", "status", "verdicts", "review-export", "sidecar", *RESULTS)


def schema_text(name: str, catalog: Catalog) -> str:
    """The schema of one of `NAMES`, as it is published."""
    documents: dict[str, Callable[[], Schema]] = {
        "spec": lambda: editor_schema(catalog),
        "lockfile": lockfile_schema,
        "plan": plan_schema,
        "events": events_schema,
        "review": review_schema,
        "verdicts": verdict_schema,
        "review-export": export_schema,
        "sidecar": sidecar_schema,
        "status": status_schema,
        **{name: partial(result_schema, name) for name in RESULTS},
    }
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(documents[name](), option=option).decode()


def write_all(folder: Path) -> None:
    """Write every generated schema below `folder`."""
    catalog = packaged_catalog()
    for name in NAMES:
        target = folder / name / "v1.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(schema_text(name, catalog), encoding="utf-8")


if __name__ == "__main__":
    write_all(schemas_folder())
