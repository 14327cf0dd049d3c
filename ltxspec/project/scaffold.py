"""What `ltxspec init` writes. Every file is small, commented and the user's own from then on."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from ltxspec.catalog.models import load_catalog
from ltxspec.project.scaffold_ci import ci_files, service_of
from ltxspec.project.schemas import schema_text
from ltxspec.storage.durable import REAL, make_folder, read_if_exists, replace_file, translated
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.packaged import read_model_documents

_CONFIG = """\
# https://toml.io; every key has a default, `ltxspec doctor` shows what is in force
[project]
id = "{id}"  # salts task ids: two projects never share a task

[budget]
per_apply = "20.00"  # USD; apply refuses a plan that costs more
per_shot = "3.00"
"""

_SPEC = """\
# yaml-language-server: $schema=../schemas/spec/v1.json
apiVersion: ltxspec/v1
kind: RenderSpec
metadata:
  name: {name}
  title: {title}
model: lightricks:2@0
vars:
  city: Lisbon
defaults:
  width: 1920
  height: 1080
  duration: 6

shots:
  opening:
    prompt: |
      Morning light over the roofs of {{{{ city }}}}, swifts crossing the frame, slow aerial drift.
"""

_IGNORED = (".ltxspec/", "renders/")
_ATTRIBUTES = ("lockfiles/*.lock.json text eol=lf merge=ltxspec diff=ltxspec",)


def scaffold(folder: Path, name: str | None, service: str | None = None) -> tuple[list[str], list[str]]:
    """Write what is missing. Returns the paths written and the paths left as they were.

    Args:
        folder: of the project; made when it does not exist.
        name: of the example spec; None: the folder's.
        service: one of `scaffold_ci.SERVICES`; None: the one that is likely.

    Raises:
        StorageError: a file cannot be written.
    """
    with translated("create", folder):
        make_folder(folder)
    spec = _spec_name(name or folder.resolve().name)
    files = {
        "ltxspec.toml": _CONFIG.format(id=secrets.token_hex(16)),
        f"specs/{spec}.yaml": _SPEC.format(name=spec, title=spec.replace("-", " ").capitalize()),
        "schemas/spec/v1.json": schema_text("spec", load_catalog(read_model_documents(None))),
        **ci_files(service or service_of(folder)),
    }
    lists = {".gitignore": _IGNORED, ".gitattributes": _ATTRIBUTES}
    refuse_outside(folder, *(folder / path for path in (*files, *lists)))
    if any((folder / "specs").glob("*.y*ml")):  # a clone of a project: it has its own
        del files[f"specs/{spec}.yaml"]
    written, kept = _write_new(folder, files)
    for path, lines in lists.items():
        (written if _add_lines(folder, path, lines) else kept).append(path)
    return written, kept


def _write_new(folder: Path, files: Mapping[str, str]) -> tuple[list[str], list[str]]:
    written, kept = [], []
    for name, text in files.items():
        path = folder / name
        if os.path.lexists(path):
            kept.append(name)
            continue
        replace_file(path, text.encode(), REAL.inside(folder))
        written.append(name)
    return written, kept


def _add_lines(folder: Path, name: str, lines: tuple[str, ...]) -> bool:
    """Add the lines that are missing; whether anything was written."""
    path = folder / name
    text = (read_if_exists(path, folder) or b"").decode("utf-8", "surrogateescape")
    missing = [line for line in lines if line not in text.splitlines()]
    if missing:
        start = text if not text or text.endswith("\n") else text + "\n"
        data = (start + "".join(f"{line}\n" for line in missing)).encode("utf-8", "surrogateescape")
        replace_file(path, data, REAL.inside(folder))
    return bool(missing)


def _spec_name(text: str) -> str:
    """A spec's name from any text: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-") or "shots"
