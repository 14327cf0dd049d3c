"""Turns a spec into requests: variables, defaults, templates, model, checks, price and fingerprint of every shot.

All problems of all shots are found in one pass. A shot without templates costs a few microseconds: its parameters are
prepared once for all shots with the same ones (see `parameter_sets.py`), and its prompt is used as written.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

from ltxspec.catalog.elsewhere import Elsewhere
from ltxspec.catalog.models import PROMPT, Model, known_names
from ltxspec.catalog.validation import ParameterProblem
from ltxspec.errors import Diagnostic, Problems, Severity
from ltxspec.render.about import About, about_shot, title_of
from ltxspec.render.allowance import Allowance, SpecLimit
from ltxspec.render.checks import names_for, run_checks
from ltxspec.render.concern import NO_SHOT, Found
from ltxspec.render.context import RenderContext
from ltxspec.render.conversion import convert
from ltxspec.render.expectations import NONE, ExpectationTexts
from ltxspec.render.findings import Findings
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.parameter_sets import ParameterSet, ParameterSets, PlainParameters, merge, with_idle_nulls
from ltxspec.render.places import Path, Places
from ltxspec.render.prompts import Prompts
from ltxspec.render.reference_hints import reference_hint
from ltxspec.render.request_media import RequestMedia
from ltxspec.render.templating import Templates, has_tags
from ltxspec.render.texts import FAILED, Scope, TextReading, Texts
from ltxspec.render.uploads import warn_of_shared_uploads
from ltxspec.render.variables import Variables, instance_variables, spec_variables
from ltxspec.spec.expansion import expand
from ltxspec.spec.models import Instance, Spec, SpecShot
from ltxspec.values import Fingerprint, ShotAddress


def render_spec(
    spec: Spec, context: RenderContext, problems: Problems, keep_part: Callable[[RenderedSpec], None] = lambda _: None
) -> RenderedSpec | None:
    """Render every shot of a spec.

    Args:
        spec: the spec.
        context: models, files, overrides.
        problems: receives all errors and warnings.
        keep_part: receives what is sound of a spec that has errors, if these are all in shots.

    Returns:
        The requests in the order written, or None if `problems` received an error. Its diagnostics are the warnings.
    """
    rendering = Rendering(spec, context)
    try:
        requests = rendering.requests()
    except SpecLimit as limit:
        message = f"`{spec.name}` is too large for one spec: {limit.summary}"
        problems.error(limit.code, message, spec.document.locate(("metadata", "name"), value=True), limit.hint)
        return None
    found = [*rendering.expansion, *rendering.findings.report(rendering.instances)]
    diagnostics, left_out = [diagnostic for diagnostic, _ in found], frozenset[str]()
    if context.concern is not None:
        diagnostics, left_out = context.concern.sort(spec.name, found)
    problems.extend(diagnostics)
    if not _has_errors(diagnostics):
        return rendering.rendered(requests, diagnostics, left_out)
    diagnostics, left_out = NO_SHOT.sort(spec.name, found)
    if not _has_errors(diagnostics):
        part = rendering.rendered(requests, diagnostics, left_out)
        keep_part(replace(part, is_part=True, broken=rendering.broken))
    return None


def _has_errors(diagnostics: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


class Rendering:
    """The rendering of one spec: what its shots share; with `is_earlier`, by the rules of earlier versions."""

    def __init__(self, spec: Spec, context: RenderContext, *, is_earlier: bool = False) -> None:
        self.spec = spec
        self.context = context
        self.is_earlier = is_earlier
        self.file = spec.document.source.file
        self.findings = Findings()
        self.expansion: list[Found] = []
        self.instances: dict[str, int] = {}
        self.places = Places(spec)
        self.allowance = Allowance()
        self.templates = Templates(context.files, self.allowance, earlier=is_earlier)
        self.texts = Texts(self.file, self.templates, self.places, self.findings)
        media = RequestMedia(self.file, context.files, context.looks)
        self.sets = ParameterSets(media, context.delivery, context.known_requests, self.allowance, spec=spec.name)
        self.elsewhere = Elsewhere(context.catalog)
        self.variables = Variables({})
        self.plain_sets = PlainParameters(spec, context.catalog, self.sets)
        self.title: str | None = None
        self.prompts = Prompts(self.file, context.files, self.texts, self.places, self.findings, self.allowance)
        self.expectations = ExpectationTexts(spec, self.texts, self.places, self.findings)
        self.broken: list[Request] = []  # those of shots with errors, as far as their references are known
        self.earlier_rendering: Rendering | None = None

    def requests(self) -> list[Request]:
        """All valid requests. Raises SpecLimit."""
        self.variables = spec_variables(self.spec, self.context.overrides, self.texts, self.findings)
        self.title = title_of(self.spec, self.variables, self.texts)
        all_changed = self.templates.take_changed()
        found = []
        positions = self.spec.document.key_positions(("shots",))
        for shot in self.spec.shots.values():
            instances = self.expand(shot)
            self.instances[shot.name] = len(instances)
            self.allowance.expand(len(instances))
            for instance in instances:
                position = positions[shot.name]
                self.findings.enter(shot.name, instance.key, instance.row)
                request = self.request(instance, position)
                is_changed = self.templates.take_changed() or all_changed or instance.spaced
                if request is not None and is_changed:
                    request = replace(request, earlier=cache(partial(self.earlier, instance, position)))
                if request is not None:
                    found.append(request)
        self.findings.enter(None)
        warn_of_shared_uploads(self.spec, found, self.places, self.findings)
        return found

    def rendered(
        self, requests: Sequence[Request], diagnostics: Sequence[Diagnostic], left_out: frozenset[str]
    ) -> RenderedSpec:
        """The spec, without the shots and instances that are left out."""
        values = self.variables.values
        whole = RenderedSpec(self.spec.name, self.file, self.title, requests, tuple(diagnostics), values, left_out)
        if not left_out:
            return whole
        # An instance whose check failed has a request, too.
        return replace(whole, requests=[one for one in requests if not whole.leaves_out(one.address.instance)])

    def earlier(self, instance: Instance, position: tuple[int, int]) -> tuple[Fingerprint, ...]:
        """The fingerprints that earlier versions gave to a request.

        They glued or kept other lines of a template, and kept the spaces around the cells of a table. What was bought
        under those rules must not be bought again.
        """
        if self.earlier_rendering is None:
            self.earlier_rendering = Rendering(self.spec, replace(self.context, looks=None), is_earlier=True)
            texts, findings = self.earlier_rendering.texts, self.earlier_rendering.findings
            self.earlier_rendering.variables = spec_variables(self.spec, self.context.overrides, texts, findings)
        instance = replace(instance, variables={**instance.variables, **instance.spaced})
        try:
            found = self.earlier_rendering.request(instance, position)
        except SpecLimit:
            return ()
        return () if found is None else found.versions

    def expand(self, shot: SpecShot) -> list[Instance]:
        """The instances of a shot; none if there is an error in them, which is kept."""
        problems = Problems()
        instances = expand(self.spec, shot, self.context.files, problems)
        if problems.diagnostics:
            self.expansion += [(diagnostic, [(shot.name, shot.name)]) for diagnostic in problems.diagnostics]
        return instances

    def request(self, instance: Instance, position: tuple[int, int]) -> Request | None:
        """One request, or None if there is an error in it."""
        shot = instance.shot
        variables = self.variables
        self.allowance.work(len(variables.values) + len(instance.variables))
        if shot.vars or instance.variables:
            variables = instance_variables(instance, self.variables, self.texts)
        scope = Scope(variables.values, instance.key, variables.broken)
        model = self.model(shot, scope)
        prompt = self.prompts.of(shot, scope, model)
        parameters = self.parameters(shot, scope, model)
        about = about_shot(self.spec, shot, scope, self.texts)
        expect = NONE if self.is_earlier else self.expectations.of(shot, scope)
        if model is None or parameters is None:
            return None
        if prompt is None or about is None or expect is None or parameters.problems or variables.broken:
            if parameters.references:
                self.broken.append(self.assemble(instance, "", parameters, position, About(None)))
            return None
        request = self.assemble(instance, prompt, parameters, position, about)
        if expect is not NONE:
            request = replace(request, expect=expect)
            self.expectations.compare(shot, scope, expect, request.body)
        checks = (*self.spec.checks, *shot.checks)
        if not checks or self.is_earlier:
            return request
        inside = Scope(names_for(model, request, variables.values), instance.key)
        if run_checks(checks, inside, self.texts, self.places, self.findings):
            return request
        self.broken.append(request)
        return None

    def model(self, shot: SpecShot, scope: Scope) -> Model | None:
        """The model of a shot: its own, or the spec's."""
        own = shot.model is not None
        path: Path = ("shots", shot.name, "model") if own else ("model",)
        text = shot.model if own else self.spec.model
        if text is None:
            where, hint = self.places.key(("shots", shot.name)), "write `model:` at the top of the spec, or in the shot"
            self.findings.add("error", "missing-model", f"no model is given for `{shot.name}`", where, hint)
            return None
        if has_tags(text):
            rendered = self.texts.text(text, scope, path)
            if rendered is None:
                return None
            text = rendered.strip()
        model = self.context.catalog.find(text)
        if model is None:
            near = self.context.catalog.suggest(text)
            hint = f"did you mean `{near}`?" if near else "`ltxspec models` lists the available models"
            where = self.places.value(path)
            self.findings.note(
                Diagnostic("error", "unknown-model", f"there is no model `{text}`", where, hint), scope.instance
            )
        return model

    def parameters(self, shot: SpecShot, scope: Scope, model: Model | None) -> ParameterSet | None:
        """The parameters of a shot over the defaults, rendered, with their problems; None if rendering fails."""
        found = self.plain_sets.of(shot)
        if found is None:
            reading = TextReading(
                lambda path: self.places.path_of(shot, path), lambda path, text: convert(model, path, text)
            )
            rendered = self.texts.read(merge(self.spec.defaults, shot.parameters), scope, reading)
            if rendered is FAILED or model is None:
                return None
            found = self.sets.prepare(model, rendered, prompted=shot.has_prompt)
            found = with_idle_nulls(found, self.context.catalog, self.spec.defaults, shot.parameters)
        for problem in found.problems:
            hint = reference_hint(problem, found.model, found.body, self.spec.shots)
            hint = hint or self.elsewhere.hint(problem, found.model, found.body)
            self.blame(replace(problem, hint=hint), shot, scope)
        for remark in found.warnings:
            self.blame(remark, shot, scope, "warning")
        return found

    def blame(self, problem: ParameterProblem, shot: SpecShot, scope: Scope, severity: Severity = "error") -> None:
        """Report an invalid parameter where it is written."""
        path = self.places.path_of(shot, problem.path)
        if path == ("shots", shot.name) and problem.path[0] in self.context.delivery:
            hint = problem.hint or "set it under `[delivery]` of the configuration"
            self.findings.add("error", problem.code, problem.message, None, hint)
            return
        whole = path[-len(problem.path) :] == problem.path
        at_value = whole and problem.code != "unknown-parameter"
        where = self.places.value(path) if at_value else self.places.key(path)
        diagnostic = Diagnostic(severity, problem.code, problem.message, where, problem.hint)
        self.findings.note(diagnostic, scope.instance, shared=path[:1] != ("shots",))

    def assemble(
        self, instance: Instance, prompt: str, parameters: ParameterSet, position: tuple[int, int], about: About
    ) -> Request:
        """Assemble a request."""
        shot = instance.shot
        marks: Sequence[Fingerprint | None] = [None]
        identify = None
        if parameters.references:
            identify = partial(_identified, parameters.fingerprints, prompt)
        else:
            marks = [by_prompt(prompt) for by_prompt in parameters.fingerprints]
        return Request(
            address=ShotAddress(self.spec.name, instance.key),
            body={
                "taskType": parameters.model.task_type,
                "model": parameters.model.air,
                **({PROMPT: prompt} if prompt else {}),
                **parameters.body,
            },
            delivery=parameters.delivery,
            inputs=parameters.inputs,
            fingerprint=marks[0],
            estimate=parameters.estimate,
            file=self.file,
            line=position[0],
            column=position[1],
            recorded=parameters.model.recorded,
            known=known_names(parameters.model),
            moved=None if shot.moved is None else shot.moved.removeprefix(f"{self.spec.name}."),
            moved_place=None if shot.moved is None else self.places.value(("shots", shot.name, "moved")),
            title=about.title,
            labels=about.labels or None,
            also=tuple(filter(None, marks[1:])),
            references=parameters.references,
            gate=shot.gate,
            identify=identify,
        )


def _identified(by_prompt: Sequence[Callable[..., Fingerprint]], prompt: str, *contents: str) -> list[Fingerprint]:
    """The fingerprints of a request with references, of which only the contents of its sources were unknown."""
    return [identify(prompt, *contents) for identify in by_prompt]
