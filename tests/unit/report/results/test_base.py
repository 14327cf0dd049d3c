from ltxspec.report.results.base import result_json
from ltxspec.report.results.setup import CatalogResult, ListedModel

RESULT = CatalogResult(models=(ListedModel("a:1@1", "a-one", "A"),))


def test_a_result_begins_with_its_version() -> None:
    assert result_json(RESULT).splitlines()[1] == '  "formatVersion": "1.0",'


def test_it_fits_on_one_line_where_lines_are_read() -> None:
    assert result_json(RESULT, indent=False) == (
        '{"formatVersion":"1.0","models":[{"air":"a:1@1","slug":"a-one","name":"A"}]}'
    )
