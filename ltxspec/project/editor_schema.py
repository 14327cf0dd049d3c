"""The schema of specs for editors, with the models of a catalog."""

from ltxspec.catalog.media_places import with_free_places
from ltxspec.catalog.models import Catalog, Model, needs_prompt, stem_of, takes_prompt
from ltxspec.catalog.offers import model_words, offered_sizes, takes_only_listed_sizes, value_words
from ltxspec.spec.editing import EditorModel, Size
from ltxspec.spec.structure import spec_schema
from ltxspec.values import Json


def editor_schema(catalog: Catalog) -> dict[str, Json]:
    """The JSON Schema (2020-12) of a spec, in which `model:` decides which parameters there are."""
    return spec_schema([_shown(catalog, model) for model in catalog.models])


def _shown(catalog: Catalog, model: Model) -> EditorModel:
    names = dict.fromkeys((model.air, model.slug, stem_of(model.file)))
    return EditorModel(
        names=[name for name in names if catalog.by_name[name] is model],
        schema=with_free_places(model),
        slug=model.slug,
        title=model.name,
        about=model_words(model),
        is_offered=model.settings.status != "retired",
        sizes=[Size(size.width, size.height, size.about) for size in offered_sizes(model)],
        only_sizes=takes_only_listed_sizes(model),
        about_values=value_words(model),
        takes_prompt=takes_prompt(model),
        needs_prompt=needs_prompt(model),
    )
