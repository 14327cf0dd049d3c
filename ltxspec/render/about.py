"""Titles and labels of shots: templates, too, rendered for each instance and never part of what is bought."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ltxspec.render.templating import has_tags
from ltxspec.render.texts import Scope, Texts
from ltxspec.render.variables import Variables
from ltxspec.spec.models import Spec, SpecShot


@dataclass(frozen=True, slots=True)
class About:
    """The title and the labels of one instance."""

    title: str | None
    labels: Mapping[str, str] = field(default_factory=dict)


def about_shot(spec: Spec, shot: SpecShot, scope: Scope, texts: Texts) -> About | None:
    """Title and labels of an instance, the spec's labels included; None if one cannot be rendered."""
    labels = {**spec.labels, **shot.labels} if shot.labels else spec.labels
    if not (shot.title and has_tags(shot.title)) and not (labels and any(map(has_tags, labels.values()))):
        return About(shot.title, labels)
    own = ("shots", shot.name)
    title = shot.title
    is_fine = True
    if title is not None:
        title = texts.text(title, scope, (*own, "title"))
        is_fine = title is not None
    rendered = {}
    for name, label in labels.items():
        path = (*own, "labels", name) if name in shot.labels else ("metadata", "labels", name)
        text = texts.text(label, scope, path)
        is_fine = is_fine and text is not None
        rendered[name] = (text or "").strip()
    return About(title.strip() if title is not None else None, rendered) if is_fine else None


def title_of(spec: Spec, variables: Variables, texts: Texts) -> str | None:
    """The spec's own title."""
    if spec.title is None or not has_tags(spec.title):
        return spec.title
    rendered = texts.text(spec.title, Scope(variables.values, None, variables.broken), ("metadata", "title"))
    return None if rendered is None else rendered.strip()
