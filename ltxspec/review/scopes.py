"""The texts (as written) and variables (as rendered) that shots of one spec can use, on one side of a change."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.errors import Problems
from ltxspec.render.findings import Findings
from ltxspec.render.places import Places
from ltxspec.render.templating import Templates
from ltxspec.render.texts import Texts
from ltxspec.render.variables import instance_variables, spec_variables
from ltxspec.spec.expansion import expand
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.spec.models import Instance, Spec, SpecShot
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of the project, with its path from the root."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ScopeView:
    """One instance of a shot as its templates see it."""

    scope: "SpecScope"
    instance: Instance
    variables: Mapping[str, Json]

    @property
    def shot(self) -> SpecShot:
        """The shot it is an instance of."""
        return self.instance.shot

    def written(self, name: str) -> Json:
        """A variable as written in the spec or its data, before rendering; None if there is none."""
        for place in (self.instance.variables, self.shot.vars, self.scope.spec.vars):
            if name in place:
                return place[name]
        return None


class SpecScope:
    """One spec that rendered without errors. Everything is read once, on first use."""

    def __init__(self, spec: Spec, files: ProjectFiles) -> None:
        self.spec = spec
        self._files = files
        self._findings = Findings()
        self._texts = Texts(spec.document.source.file, Templates(files), Places(spec), self._findings)
        self._variables = spec_variables(spec, {}, self._texts, self._findings)
        self._instances: dict[str, dict[str, Instance]] = {}
        self._read: dict[tuple[str, str], TextFile | None] = {}

    def view(self, key: str) -> ScopeView | None:
        """An instance by its key, such as `weather[rain,dusk]`."""
        shot = self.spec.shots.get(key.partition("[")[0])
        if shot is None:
            return None
        if shot.name not in self._instances:
            instances = expand(self.spec, shot, self._files, Problems())
            self._instances[shot.name] = {instance.key: instance for instance in instances}
        instance = self._instances[shot.name].get(key)
        if instance is None:
            return None
        return ScopeView(self, instance, instance_variables(instance, self._variables, self._texts).values)

    def file(self, path: str, beside: str | None = None) -> TextFile | None:
        """A text file named in the spec, or in the file `beside`; None if it cannot be read."""
        place = beside or self.spec.document.source.file
        if (path, place) not in self._read:
            self._read[path, place] = self._load(path, place)
        return self._read[path, place]

    def place_of(self, path: str) -> str:
        """The path from the root of a file named in the spec; as written if there is no such file."""
        try:
            return self._files.resolve(path, beside=self.spec.document.source.file)
        except FileProblem:
            return path

    def _load(self, path: str, place: str) -> TextFile | None:
        try:
            return TextFile(self._files.resolve(path, beside=place), self._files.read_text(path, beside=place))
        except FileProblem:
            return None
