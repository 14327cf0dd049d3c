"""The prompts of one spec's shots: read from the spec or from a file, rendered, stripped and checked."""

from ltxspec.catalog.models import Model, needs_prompt, takes_prompt
from ltxspec.catalog.validation import validate_prompt
from ltxspec.errors import Diagnostic
from ltxspec.render.allowance import Allowance
from ltxspec.render.findings import Findings
from ltxspec.render.places import Path, Places
from ltxspec.render.templating import has_tags
from ltxspec.render.texts import Scope, Texts
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.spec.models import SpecShot


class Prompts:
    """The prompts of the spec in `file`."""

    def __init__(
        self, file: str, files: ProjectFiles, texts: Texts, places: Places, findings: Findings, allowance: Allowance
    ) -> None:
        self._file = file
        self._files = files
        self._texts = texts
        self._places = places
        self._findings = findings
        self._allowance = allowance
        self._read: dict[str, tuple[str, str] | FileProblem] = {}

    def of(self, shot: SpecShot, scope: Scope, model: Model | None) -> str | None:
        """The rendered, stripped prompt of a shot; empty for a shot without one, whose model can do without.

        None if there is an error in it, or if the model needs one; the error is kept.
        """
        if not shot.has_prompt:
            return self._none(shot, scope, model)
        path: Path = ("shots", shot.name, "prompt")
        text, file = shot.prompt or "", None
        if shot.prompt_file is not None:
            path = (*path, "file")
            read = self._from_file(shot.prompt_file)
            if isinstance(read, FileProblem):
                self._findings.add("error", read.code, read.summary, read.where or self._places.value(path), read.hint)
                return None
            text, file = read
        if has_tags(text):
            rendered = self._texts.text(text, scope, path, file)
            if rendered is None:
                return None
            text = rendered
            self._warn_of_leftovers(text, path, scope)
        else:
            self._allowance.keep(text)  # an alias, a file or a matrix can multiply one text
        prompt = text.strip()
        if prompt:
            return prompt if model is None or self._accepts(prompt, path, scope, model) else None
        hint = "write what the video shows below `prompt:`"
        message = f"the prompt of `{shot.name}` is empty"
        self._findings.note(
            Diagnostic("error", "missing-prompt", message, self._places.key(path), hint), scope.instance
        )
        return None

    def _none(self, shot: SpecShot, scope: Scope, model: Model | None) -> str | None:
        """An empty prompt, if the model can do without; with an unknown model, nothing can be said."""
        if model is not None and not needs_prompt(model):
            return ""
        if model is not None:
            where, hint = self._places.key(("shots", shot.name)), "write what the video shows below `prompt:`"
            self._findings.note(
                Diagnostic("error", "missing-prompt", f"`{shot.name}` has no prompt", where, hint), scope.instance
            )
        return None

    def _warn_of_leftovers(self, prompt: str, path: Path, scope: Scope) -> None:
        """Warn of tags in a rendered prompt: they are probably a mistake."""
        if "{{" in prompt or "{%" in prompt:
            message = "the rendered prompt still has template tags in it"
            hint = "values of variables are not rendered again"
            diagnostic = Diagnostic("warning", "leftover-template", message, self._places.key(path), hint)
            self._findings.note(diagnostic, scope.instance)

    def _accepts(self, prompt: str, path: Path, scope: Scope, model: Model) -> bool:
        """Whether the model accepts this prompt; problems are reported."""
        if not takes_prompt(model):
            message, hint = f"`{model.air}` takes no prompt", "remove `prompt:`"
            diagnostic = Diagnostic("error", "unknown-parameter", message, self._places.key(path), hint)
            self._findings.note(diagnostic, scope.instance)
            return False
        problems = validate_prompt(model, prompt)
        for problem in problems:
            diagnostic = Diagnostic("error", problem.code, problem.message, self._places.key(path), problem.hint)
            self._findings.note(diagnostic, scope.instance)
        return not problems

    def _from_file(self, path: str) -> tuple[str, str] | FileProblem:
        """(text, path from the project's root) of a prompt file, read once."""
        if path not in self._read:
            try:
                text = self._files.read_text(path, beside=self._file)
                self._read[path] = (text, self._files.resolve(path, beside=self._file))
            except FileProblem as problem:
                self._read[path] = problem
        return self._read[path]
