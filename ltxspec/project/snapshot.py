"""Reads one side of a review: configuration, models, specs and lockfiles of a commit or of the working tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.errors import (
    Invalid,
    Location,
    LockfileError,
    LockfileTooNew,
    LtxspecError,
    Problems,
    StorageError,
)
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.journal import fold
from ltxspec.lock.models import Lockfile
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.load import LoadedSpecs, Sources, load_specs
from ltxspec.project.others import Others, others_of_side
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import NOTHING_SAID, Remarks
from ltxspec.review.sides import ReviewSide
from ltxspec.storage.config import Config, parse_config
from ltxspec.storage.finding import CONFIG_NAME, LARGEST_CONFIG
from ltxspec.storage.journal import read_events
from ltxspec.storage.packaged import LARGEST_MODEL, not_json, own_models, read_model_documents, replaced_model_documents
from ltxspec.storage.provenance import refuse_stranger
from ltxspec.storage.trees import FileTree, FolderTree
from ltxspec.storage.validation_cache import FileVerdicts

_MODELS = "schemas/models"


@dataclass(slots=True)
class SnapshotReading:
    """Everything known about one side; filled while it is read."""

    name: str
    project: ProjectContext  # with the configuration and the models of this side
    tree: FileTree
    verdicts: FileVerdicts
    problems: Problems = field(default_factory=Problems)
    specs: LoadedSpecs = field(default_factory=LoadedSpecs)
    recorded: dict[str, RecordedState] = field(default_factory=dict)
    paid: dict[str, list[Lockfile]] = field(default_factory=dict)  # lockfiles of paid providers that are not compared
    unreadable: dict[str, LtxspecError] = field(default_factory=dict)  # spec -> what is wrong with its lockfile
    edited: dict[str, LtxspecError] = field(
        default_factory=dict
    )  # spec -> why its digests do not match; its takes are compared anyway

    def side(self, elsewhere: Mapping[str, str], remarks: Remarks = NOTHING_SAID) -> ReviewSide:
        """What was read, as a `ReviewSide`.

        Args:
            elsewhere: file -> name of its spec on the other side, for files too broken to read it from.
            remarks: what was decided about takes on this side.
        """
        names = {file: name or elsewhere.get(file, "") for file, name in self.specs.broken.items()}
        return ReviewSide(
            name=self.name,
            requests={
                name: {request.address.instance: request for request in spec.requests}
                for name, spec in self.specs.rendered.items()
            },
            lockfiles={name: recorded.lockfile for name, recorded in self.recorded.items()},
            paid=self.paid,
            unrendered=frozenset(name for name in names.values() if name),
            unreadable=frozenset(self.unreadable),
            edited=frozenset(self.edited),
            verdicts=remarks.certain,
            unheard=bool(remarks.unread),
            complete=all(names.values()),
        )

    @property
    def has_project(self) -> bool:
        """Whether there is anything of a project: a configuration, a spec, a lockfile."""
        parts = (
            self.specs.rendered,
            self.specs.broken,
            self.recorded,
            self.paid,
            self.unreadable,
            self.problems.diagnostics,
        )
        return any(parts) or self.project.config.file is not None

    @property
    def others(self) -> Others:
        """The recorded specs of this side that cannot be planned."""
        return others_of_side(self.specs, self.recorded, self.project.catalog)

    @property
    def files(self) -> dict[str, str]:
        """File -> name of its spec, or "" if unknown."""
        return {spec.file: spec.name for spec in self.specs.rendered.values()} | self.specs.broken


def read_side(name: str, project: ProjectContext, tree: FileTree, verdicts: FileVerdicts) -> SnapshotReading:
    """Read one side. Problems are collected in the result; only a broken configuration raises.

    Raises:
        Invalid: the configuration or a model file of this side is not valid.
        StorageError: something cannot be read at all.
    """
    reading = SnapshotReading(name, project, tree, verdicts)
    files = tree.specs(project.config.project.specs)
    reading.specs = load_specs(files, project, Sources(tree, verdicts), reading.problems)
    _read_lockfiles(reading)
    return reading


def project_at(project: ProjectContext, tree: FileTree) -> ProjectContext:
    """The project as a commit configures it: its `ltxspec.toml` and its own model files.

    Raises:
        Invalid: one of them is not valid there.
    """
    file = project.config.file or project.root / CONFIG_NAME
    data = tree.content(file.name, LARGEST_CONFIG)
    problems = Problems()
    config = Config(root=project.root) if data is None else parse_config(data, file, file.name, problems)
    problems.raise_if_errors()
    return replace(project, config=config, catalog=catalog_at(project, tree))


def catalog_at(project: ProjectContext, tree: FileTree) -> Catalog:
    """The models of a commit. Equal models give the project's own object, which is compared and cached by identity.

    Raises:
        Invalid: a model file is not valid there.
        StorageError: one cannot be read.
    """
    here = FolderTree(project.root)
    names = tree.names(_MODELS, ".json")
    if names == here.names(_MODELS, ".json") and all(
        tree.content(name, LARGEST_MODEL) == here.content(name, LARGEST_MODEL) for name in names
    ):
        return project.catalog
    import orjson

    documents = read_model_documents(None)
    for name in names:
        try:
            documents[name.rpartition("/")[2]] = orjson.loads(tree.content(name, LARGEST_MODEL) or b"")
        except orjson.JSONDecodeError as error:
            problem = not_json(error, Location(name, error.lineno, error.colno), is_empty=not error.doc.strip())
            raise Invalid([problem]) from error
    return load_catalog(documents, replaced_model_documents(documents), own_models(documents))


def _read_lockfiles(reading: SnapshotReading) -> None:
    """Read every lockfile of the provider; on the working tree, also the tasks in progress from its journals.

    Lockfiles of other paid providers are read as well: changing the provider must not hide that a record is gone.
    """
    project = reading.project
    folder = project.label(project.lockfiles)
    for spec in sorted({*_names(reading.tree, folder), *reading.specs.rendered}):
        try:
            reading.recorded[spec] = _recorded(spec, reading, f"{folder}/{spec}{SUFFIX}")
        except (LockfileError, StorageError) as error:
            reading.unreadable[spec] = error
    for side in (side for side in project.paid if side.provider != project.provider):
        folder = project.label(side.lockfiles)
        for spec in _names(reading.tree, folder):
            try:
                lockfile = _lockfile(spec, reading, f"{folder}/{spec}{SUFFIX}", side.provider)
                reading.paid.setdefault(spec, []).append(lockfile)
            except (LockfileError, StorageError) as error:
                reading.unreadable[spec] = error


def _names(tree: FileTree, folder: str) -> list[str]:
    return [path.rpartition("/")[2].removesuffix(SUFFIX) for path in tree.names(folder, SUFFIX)]


def _recorded(spec: str, reading: SnapshotReading, path: str) -> RecordedState:
    """Recorded state of a spec. On the working tree the journal is read first, see `read_state`; it must be its own."""
    project = reading.project
    paths = project.paths_of(spec)
    journal = fold(read_events(paths.journal, paths.root) if isinstance(reading.tree, FolderTree) else [])
    refuse_stranger(paths, journal, project.root, project.config.project.id)
    return RecordedState(_lockfile(spec, reading, path, project.provider), journal)


def _lockfile(spec: str, reading: SnapshotReading, path: str, provider: str) -> Lockfile:
    """A lockfile from a commit or from disk; empty if there is none.

    A lockfile that git tracks but that is missing here appears in a review as lost takes. One whose digests do not
    match still shows which tasks were paid for, and how much they cost: it is compared and reported as edited.

    Raises:
        LockfileError: it cannot be decoded, or belongs to another spec or provider.
        StorageError: it cannot be read at all.
    """
    data = reading.tree.content(path)
    if data is None:
        return Lockfile(provider, spec)
    try:
        lockfile = decode_lockfile(data, path)
    except LockfileTooNew:
        raise
    except LockfileError as error:
        lockfile = decode_lockfile(data, path, check_digests=False)
        reading.edited[spec] = error
    if (lockfile.spec, lockfile.provider) != (spec, provider):
        raise LockfileError(f"lockfile `{path}` belongs to `{lockfile.spec}` with {lockfile.provider}")
    return lockfile
