"""What a project is made from: earlier orders, or a table. It is read before anything is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.apply.exchanges import Exchanges
from ltxspec.catalog.models import Catalog
from ltxspec.errors import Diagnostic, Invalid, Location, WrongUsage
from ltxspec.plan.document import PlanOptions
from ltxspec.project.load import every_spec
from ltxspec.project.locks import locked
from ltxspec.project.migrating.fetch import fetch_past
from ltxspec.project.migrating.migrate import Migrated, Origin, migrate_exchanges, spec_place
from ltxspec.project.migrating.read import read_exchanges
from ltxspec.project.migrating.table import TableSpec, copy_of, table_spec
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.plan import ProjectPlan, plan_project
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.scaffold.files import EXAMPLE_MODEL, spec_name
from ltxspec.spec.encodings import BY_MARK, ENCODINGS
from ltxspec.spec.files import FileProblem, refuse_hidden, text_of
from ltxspec.spec.tables import is_delimited
from ltxspec.storage.durable import REAL, make_folder, read_if_exists, replace_file
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.named import LARGEST_INPUT, read_named
from ltxspec.values import TaskId

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class PastSource:
    """Earlier orders, and warnings about what cannot be read."""

    origin: Origin
    found: Exchanges
    warnings: Sequence[Diagnostic]


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table, and the spec for it."""

    origin: Origin
    text: str
    is_plain: bool  # UTF-8 without a byte-order mark
    encoding: str | None
    spec: TableSpec


Source = PastSource | TableSource


def read_source(folder: Path, path: Path, name: str, spec: str | None, encoding: str | None) -> Source:
    """Read what a project is made from.

    Args:
        folder: the project's folder, which may not exist yet.
        path: the folder, file or table.
        name: its path as the user wrote it.
        spec: the name for the new spec; None: that of the source.
        encoding: of a table; None: by its byte-order mark, else UTF-8.

    Raises:
        WrongUsage: there is nothing to read.
        Invalid: with every problem of a table, or of the project's configuration.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise WrongUsage(f"no encoding is called `{encoding}`", hint=f"known: {', '.join(ENCODINGS)}")
    catalog = open_project(folder).catalog if folder.is_dir() else packaged_catalog()
    origin = Origin(path, name, spec_name(spec or path.resolve().stem))
    if path.is_file() and is_delimited(path.name):
        return _read_table(origin, encoding, catalog)
    if encoding is not None:
        raise WrongUsage("`--encoding` is for tables (.csv, .tsv)", hint="other files are UTF-8")
    kinds = dict.fromkeys(model.task_type for model in catalog.models)
    found, warnings = read_exchanges(path, name, list(kinds))
    if not found.orders:
        hint = "requests are JSON objects with `taskType` and `model`, in .json, .jsonl, .log, .txt, .md or .har files"
        raise _nothing(name, warnings, hint)
    return PastSource(origin, found, warnings)


def _nothing(name: str, warnings: Sequence[Diagnostic], hint: str) -> Invalid | WrongUsage:
    if warnings:
        problem = Diagnostic("error", "no-requests", f"`{name}` has no request that can be read", None, hint)
        return Invalid([*warnings, problem])
    return WrongUsage(f"`{name}` has no request", hint=hint)


def _read_table(origin: Origin, encoding: str | None, catalog: Catalog) -> TableSource:
    data = read_named(origin.path, origin.name, LARGEST_INPUT)
    try:
        text = text_of(data, origin.name, encoding=encoding or BY_MARK)
    except FileProblem as error:
        hint = error.hint
        if hint is not None and "`encoding:`" in hint:
            hint = "save it as UTF-8, or name its encoding, such as `--encoding windows-1252`"
        where = error.where or Location(origin.name, 1, 1)
        raise Invalid([Diagnostic("error", "file", error.summary, where, hint)]) from error
    try:
        spec = table_spec(text, origin.name, catalog, EXAMPLE_MODEL)
    except Invalid as invalid:
        raise Invalid(map(_for_tables, invalid.diagnostics)) from invalid
    return TableSource(origin, text, data.startswith(text[:1].encode()), encoding, spec)


def _for_tables(problem: Diagnostic) -> Diagnostic:
    """A problem whose cure is a line of a spec, with a cure for a table that has no spec yet."""
    from dataclasses import replace

    if problem.hint is None or "`delimiter:`" not in problem.hint:
        return problem
    return replace(problem, hint="write `sep=;` (or the sign that separates the cells) as the first line of the table")


def side_of(project: ProjectContext, source: Source, *, is_named: bool) -> ProjectContext:
    """The project with the provider that earlier orders were sent to: a paid one, unless the user names another."""
    if isinstance(source, PastSource) and project.service.free and not is_named:
        return project.paid[0]
    return project


def migrate(project: ProjectContext, source: Source, say: Callable[[str], None], *, download: bool) -> Migrated:
    """Write the spec, and record what was rendered. Nothing is ordered, and no file is overwritten.

    Args:
        project: the project, with its files written by `scaffold`.
        source: what was read.
        say: gets a line for each video that is fetched.
        download: fetch videos that are not files beside the documents.

    Raises:
        WrongUsage: another table is in the way.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    if isinstance(source, TableSource):
        return _migrate_table(project, source)

    def fetch(tasks: Sequence[TaskId]) -> None:
        if download and tasks:
            fetch_past(project, tasks, say)

    done = migrate_exchanges(project, source.origin, source.found, fetch)
    done.warnings = [*source.warnings, *done.warnings]
    return done


def first_plan(project: ProjectContext) -> ProjectPlan:
    """What is left to order after a migration. Raises Invalid for what the model does not accept."""
    return plan_project(project, PlanOptions())


def _migrate_table(project: ProjectContext, source: TableSource) -> Migrated:
    with locked(project, [source.origin.spec], command="init"):  # another one cannot write the same files meanwhile
        return _write_table(project, source)


def _write_table(project: ProjectContext, source: TableSource) -> Migrated:
    done, origin = Migrated(), source.origin
    file, label = spec_place(project, every_spec(project, {}), origin.spec)
    if file is None:
        done.notes.append(f"`{label}` exists, and stays as it is; `--name OTHER` writes a new spec for the table")
        return done
    table, encoding = _place(project, source, done)
    refuse_outside(project.root, file)
    text = source.spec.text(origin.spec, table, encoding, origin.name)
    replace_file(file, text.encode(), REAL.inside(project.root))
    done.spec, done.shots = label, source.spec.rows
    done.notes += source.spec.notes
    return done


def _place(project: ProjectContext, source: TableSource, done: Migrated) -> tuple[str, str | None]:
    """Where the table is in the project, and its encoding: as it is if a spec can use it, else a copy in `data/`."""
    path, renamed = source.origin.path.resolve(), source.spec.renamed
    if not renamed and _is_usable(project, path):
        return path.relative_to(project.root.resolve()).as_posix(), source.encoding
    text = copy_of(source.text, source.origin.name, renamed) if renamed else source.text
    text = text if source.is_plain else _MARK + text
    target = project.root / "data" / f"{source.origin.spec}.csv"
    label = project.label(target)
    known = read_if_exists(target, project.root)
    if known is not None and known != text.encode():
        hint = f"remove it, or give it with `--from {label}`; `--name` writes another one"
        raise WrongUsage(f"`{label}` exists, and is another table", hint=hint)
    refuse_outside(project.root, target)
    make_folder(target.parent, REAL.inside(project.root))
    replace_file(target, text.encode(), REAL.inside(project.root))
    done.notes.append(f"the table is copied to `{label}`: edit it there")
    done.notes += [f"column `{old}` is `{new}` there, so that templates can use it" for old, new in renamed.items()]
    return label, None


def _is_usable(project: ProjectContext, path: Path) -> bool:
    """Whether a spec of the project can read this file."""
    root = project.root.resolve()
    if not path.is_relative_to(root):
        return False
    try:
        refuse_hidden(path.relative_to(root).as_posix(), path.name)
    except FileProblem:
        return False
    return True
