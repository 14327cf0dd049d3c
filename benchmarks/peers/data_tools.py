"""DVC, dbt and SQLMesh: data and models that are made again when their sources have changed."""

import hashlib
import json
import re
from collections.abc import Iterator

from workload import SHARED_TEMPLATE

from peers.peer import FIXED, Peer, Shot, Site, rendered, shots, write_if_changed

# The template as a macro: of SQL strings only the quotes need care, and the words have none.
MACRO = "{%- macro prompt(subject, place, light, move, lens, rain, details, mood) -%}\n" + SHARED_TEMPLATE
MACRO += "{%- endmacro -%}\n"
COLUMNS = ", ".join(f"'{value}' as {name}" for name, value in FIXED.items())

DBT_PROJECT = "name: bench\nversion: '1.0'\nprofile: bench\nmodel-paths: [models]\nmacro-paths: [macros]\n"
DBT_PROFILE = "bench:\n  target: local\n  outputs:\n    local: {type: duckdb, path: bench.duckdb, threads: 2}\n"
SQLMESH_CONFIG = """\
gateways:
  local:
    connection: {type: duckdb, database: bench.duckdb}
default_gateway: local
model_defaults: {dialect: duckdb, start: 2026-01-01}
"""


def _prepare_dvc(site: Site) -> None:
    site.run("dvc", "init", "--no-scm", "--quiet")
    site.run("dvc", "config", "core.analytics", "false")
    stages, lock = ["stages:\n"], ["schema: '2.0'\nstages:\n"]
    for shot, prompt in rendered(site.shots, edited=False):
        path = f"prompts/{shot.name}.txt"
        site.write(path, prompt)
        command = f"render --duration {shot.seconds} {path}"
        digest, size = hashlib.md5(prompt.encode(), usedforsecurity=False).hexdigest(), len(prompt.encode())
        stages.append(f"  {shot.name}:\n    cmd: {command}\n    deps:\n    - {path}\n")
        recorded = f"    - path: {path}\n      hash: md5\n      md5: {digest}\n      size: {size}\n"
        lock.append(f"  {shot.name}:\n    cmd: {command}\n    deps:\n{recorded}")
    site.write("dvc.yaml", "".join(stages))
    site.write("dvc.lock", "".join(lock))  # as `dvc repro` would have written it, after hours
    for shot, prompt in rendered(site.shots, edited=True):
        write_if_changed(site.folder / f"prompts/{shot.name}.txt", prompt)


def _prepare_dbt(site: Site) -> None:
    site.write("dbt_project.yml", DBT_PROJECT)
    site.write("profiles.yml", DBT_PROFILE)
    site.write("macros/prompt.sql", MACRO)
    for name, text in _dbt_models(site.shots, edited=False):
        site.write(name, text)
    site.run("dbt", "parse", "--quiet", "--profiles-dir", ".")
    (site.folder / "before").mkdir()
    (site.folder / "target" / "manifest.json").rename(site.folder / "before" / "manifest.json")
    for name, text in _dbt_models(site.shots, edited=True):
        write_if_changed(site.folder / name, text)


def _dbt_models(count: int, *, edited: bool) -> Iterator[tuple[str, str]]:
    for shot in shots(count, edited=edited):
        text = f"select '{_call(shot)}' as prompt, {shot.seconds} as duration, {COLUMNS}\n"
        yield f"models/{_identifier(shot)}.sql", text


def _call(shot: Shot) -> str:
    words = ", ".join(f"{name}={json.dumps(value)}" for name, value in shot.variables.items())
    return f"{{{{ prompt({words}) }}}}"


def _identifier(shot: Shot) -> str:
    return shot.name.replace("-", "_")


def _prepare_sqlmesh(site: Site) -> None:
    site.write("config.yaml", SQLMESH_CONFIG)
    site.write("macros/prompt.sql", MACRO)
    for name, text in _sqlmesh_models(site.shots, edited=False):
        site.write(name, text)
    site.run("sqlmesh", "plan", "--auto-apply", "--no-prompts", "--skip-tests", "--empty-backfill")
    for name, text in _sqlmesh_models(site.shots, edited=True):
        write_if_changed(site.folder / name, text)


def _sqlmesh_models(count: int, *, edited: bool) -> Iterator[tuple[str, str]]:
    for shot in shots(count, edited=edited):
        query = f"select '{_call(shot)}' as prompt, {shot.seconds} as duration, {COLUMNS}"
        model = f"MODEL (name bench.{_identifier(shot)}, kind FULL);\n\nJINJA_QUERY_BEGIN;\n{query}\nJINJA_END;\n"
        yield f"models/{_identifier(shot)}.sql", model


DVC = Peer(
    "DVC",
    _prepare_dvc,
    lambda site: [site.program("dvc"), "status", "--json"],
    lambda printed: len(json.loads(printed)),
    packages=("dvc==3.*",),
    compares="hashes of files with `dvc.lock`",
    lacks="templates (the prompts were rendered for it), prices, what changed inside a file",
    besides="a graph of stages; stores and moves data",
)
DBT = Peer(
    "dbt",
    _prepare_dbt,
    lambda site: [
        *(site.program("dbt"), "--quiet", "ls", "--profiles-dir", "."),
        *("--select", "state:modified", "--state", "before", "--output", "name"),
    ],
    lambda printed: len(re.findall(r"^shot_\d+$", printed, re.MULTILINE)),
    packages=("dbt-core==1.11.*", "dbt-duckdb"),
    compares="checksums of model files with the manifest of the last run",
    lacks="prices, what changed inside a model",
    besides="compiles SQL; a graph of models, tests of data",
)
SQLMESH = Peer(
    "SQLMesh",
    _prepare_sqlmesh,
    lambda site: [site.program("sqlmesh"), "diff", "prod"],
    lambda printed: len(re.findall(r"^\* `bench\.shot_\d+`", printed, re.MULTILINE)),
    packages=("sqlmesh==0.*",),
    exit_codes=(1,),  # "there are differences"
    compares="fingerprints of parsed models with its state database",
    lacks="prices",
    besides="parses SQL, follows columns, says whether a change breaks others; shows the difference",
)
