from ltxspec.catalog.models import load_catalog
from ltxspec.catalog.names import known_names
from ltxspec.storage.packaged import read_model_documents


def test_the_names_of_all_fields_are_known_at_any_depth_and_nothing_else() -> None:
    model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
    assert model is not None
    names = known_names(model)
    assert {"positivePrompt", "providerSettings", "lightricks", "generateAudio", "frameImages", "image"} <= names
    assert not names & {"type", "properties", "facts", "price", "source"}
