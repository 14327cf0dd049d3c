"""Reads one side of a review: configuration, models, specs and lockfiles of a commit or of the working tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ltxspec import __version__
from ltxspec.canonical import sha256_hex
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.errors import Diagnostic, Invalid, Location, LockfileError, LockfileTooNew, LtxspecError, Problems
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.journal import fold
from ltxspec.lock.models import Lockfile
from ltxspec.plan.recorded import Owned
from ltxspec.project.project import Project
from ltxspec.render.models import RenderedSpec
from ltxspec.render.requests import RenderContext, render_spec
from ltxspec.review.sides import Side
from ltxspec.spec.files import FileProblem
from ltxspec.spec.models import Spec
from ltxspec.spec.parsing import parse_spec
from ltxspec.storage.config import Config, parse_config
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents
from ltxspec.storage.state import read_state
from ltxspec.storage.trees import FolderTree, Tree
from ltxspec.storage.validation_cache import FileVerdicts

_MODELS = "schemas/models"
_LOCK = ".lock.json"


@dataclass(slots=True)
class Reading:
    """One side while it is read, and afterwards everything known about it."""

    name: str
    project: Project  # with the configuration and the models of this side
    tree: Tree
    verdicts: FileVerdicts
    problems: Problems = field(default_factory=Problems)
    rendered: dict[str, RenderedSpec] = field(default_factory=dict)
    specs: dict[str, Spec] = field(default_factory=dict)  # those that render
    unrendered: dict[str, str] = field(default_factory=dict)  # file -> name of its spec, or ""
    owned: dict[str, Owned] = field(default_factory=dict)
    unreadable: dict[str, LtxspecError] = field(default_factory=dict)  # spec -> what is wrong with its lockfile

    def side(self, elsewhere: Mapping[str, str]) -> Side:
        """What was read, as values.

        Args:
            elsewhere: file -> name of its spec on the other side, for files too broken to tell.
        """
        names = {file: name or elsewhere.get(file, "") for file, name in self.unrendered.items()}
        return Side(
            name=self.name,
            requests={
                name: {request.address.instance: request for request in spec.requests}
                for name, spec in self.rendered.items()
            },
            lockfiles={name: owned.lockfile for name, owned in self.owned.items()},
            unrendered=frozenset(name for name in names.values() if name),
            unreadable=frozenset(self.unreadable),
            complete=all(names.values()),
        )

    @property
    def files(self) -> dict[str, str]:
        """File -> name of its spec, as far as it is known."""
        return {spec.file: spec.name for spec in self.rendered.values()} | self.unrendered


def read_side(name: str, project: Project, tree: Tree, verdicts: FileVerdicts) -> Reading:
    """Read everything. What is wrong with it stands in the reading; only a broken configuration is raised.

    Raises:
        Invalid: the configuration or a model file of this side is not valid.
        StorageError: something cannot be read at all.
    """
    reading = Reading(name, project, tree, verdicts)
    context = RenderContext(
        catalog=project.catalog,
        files=tree,
        overrides={},
        delivery=project.config.delivery.parameters(),
        known_requests=verdicts,
    )
    for file in tree.specs(project.config.project.specs):
        _read_spec(file, reading, context)
    _read_lockfiles(reading)
    return reading


def project_at(project: Project, tree: Tree) -> Project:
    """The project as a commit configures it: its `ltxspec.toml` and its own model files.

    Raises:
        Invalid: one of them is not valid there.
    """
    file = project.config.file or project.root / CONFIG_NAME
    data = tree.content(file.name)
    problems = Problems()
    config = Config(root=project.root) if data is None else parse_config(data, file, file.name, problems)
    problems.raise_if_errors()
    return replace(project, config=config, catalog=_catalog_at(project, tree))


def _catalog_at(project: Project, tree: Tree) -> Catalog:
    """The models of a commit. The same object when they are the same: it is compared and cached by identity."""
    here = FolderTree(project.root)
    names = tree.names(_MODELS, ".json")
    if names == here.names(_MODELS, ".json") and all(tree.content(name) == here.content(name) for name in names):
        return project.catalog
    import orjson

    documents = read_model_documents(None)
    for name in names:
        try:
            documents[name.rpartition("/")[2]] = orjson.loads(tree.content(name) or b"")
        except orjson.JSONDecodeError as error:
            where = Location(name, error.lineno, error.colno)
            problem = Diagnostic("error", "model-file", f"model file is not JSON: {error.msg}", where)
            raise Invalid([problem]) from error
    return load_catalog(documents, replaced_model_documents(documents))


def _read_spec(file: str, reading: Reading, context: RenderContext) -> None:
    """Parse and render one spec. Problems stand in the reading."""
    found = Problems()
    try:
        text = reading.tree.read_text(file, beside="")
    except FileProblem as error:
        found.error("file", error.summary, Location(file, 1, 1), error.hint)
        text = None
    spec = rendered = None
    if text is not None:
        spec = _parse(file, text, reading, found)
        rendered = render_spec(spec, context, found) if spec is not None else None
    if rendered is not None and rendered.name in reading.rendered:
        other = reading.rendered[rendered.name].file
        message = f"`{rendered.name}` is the name of two specs, this one and `{other}`"
        found.error("duplicate-spec-name", message, Location(file, 1, 1), "give each its own `metadata.name`")
    reading.problems.extend(found.diagnostics)
    if spec is not None and rendered is not None and not found.errors:
        reading.rendered[spec.name], reading.specs[spec.name] = rendered, spec
    else:
        reading.unrendered[file] = spec.name if spec is not None else ""


def _parse(file: str, text: str, reading: Reading, found: Problems) -> Spec | None:
    """The spec; the slow judgement of its structure is remembered for these very bytes."""
    asked: list[str] = []

    def known_good() -> bool:
        asked.append(sha256_hex(f"spec {__version__}\0{text}".encode()))
        return asked[0] in reading.verdicts

    spec = parse_spec(text, file, found, known_good=known_good)
    if spec is not None and asked and not found.diagnostics:
        reading.verdicts.add(asked[0])
    return spec


def _read_lockfiles(reading: Reading) -> None:
    """Read every lockfile of the provider; on the working tree with what its journals know is under way."""
    project = reading.project
    folder = project.label(project.lockfiles)
    found = [path.rpartition("/")[2].removesuffix(_LOCK) for path in reading.tree.names(folder, _LOCK)]
    for spec in sorted({*found, *reading.rendered}):
        try:
            reading.owned[spec] = _owned(spec, reading, f"{folder}/{spec}{_LOCK}")
        except LockfileError as error:
            reading.unreadable[spec] = error


def _owned(spec: str, reading: Reading, path: str) -> Owned:
    paths = reading.project.paths_of(spec)
    if isinstance(reading.tree, FolderTree):
        # A lockfile that is missing here, though git tracks it, shows as what it is in a review: takes that are lost.
        lockfile, events = read_state(replace(paths, tracked=None))
        return Owned(lockfile, fold(events))
    data = reading.tree.content(path)
    if data is None:
        return Owned(Lockfile(reading.project.provider, spec))
    lockfile = _decode(data, path)
    if (lockfile.spec, lockfile.provider) != (spec, reading.project.provider):
        raise LockfileError(f"lockfile `{path}` belongs to `{lockfile.spec}` with {lockfile.provider}")
    return Owned(lockfile)


def _decode(data: bytes, path: str) -> Lockfile:
    """A lockfile of a commit. One whose digests do not match still tells which tasks were paid for."""
    try:
        return decode_lockfile(data, path)
    except LockfileTooNew:
        raise
    except LockfileError:
        return decode_lockfile(data, path, check_digests=False)
