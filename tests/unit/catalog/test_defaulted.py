"""Places at which two requests differ once every default is filled in."""

from ltxspec.catalog.defaulted import Defaulted
from ltxspec.catalog.models import load_catalog
from ltxspec.storage.packaged import read_model_documents


def test_a_written_out_default_is_equal_to_an_omitted_one_and_another_value_is_not() -> None:
    model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
    assert model is not None
    both = Defaulted(model, {"numberResults": 1, "fps": 50}, {"inputs": {"frameImages": [{"image": "a"}]}})
    assert not both.differ_at("/numberResults")
    assert both.differ_at("/fps")
    assert both.differ_at("/inputs/frameImages/0/image")
    assert both.differ_at("/of/neither")  # a short form that is written out has another place
