import base64
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.storyboard.models import Picture
from ltxspec.report.storyboard.page import SCRIPTS
from ltxspec.report.storyboard.templates import _environment, asset, island, policy

ATTACK = "</script><!--<script>&\"'\u2028\u202e"


def filled(source: str, **names: object) -> str:
    return _environment().from_string(source).render(names)


def test_texts_are_escaped_and_cleaned_wherever_they_stand() -> None:
    assert filled("<p title='{{ text }}'>{{ text }}</p>", text="<b>'\"\u202e\x00") == (
        "<p title='&lt;b&gt;&#39;&#34;\\u202e\\x00'>&lt;b&gt;&#39;&#34;\\u202e\\x00</p>"
    )


def test_names_between_backticks_become_code() -> None:
    assert filled("{{ text | prose }}", text="see `a<b` now") == "see <code>a&lt;b</code> now"
    assert filled("{{ text | prose }}", text="an odd ` tick <") == "an odd ` tick &lt;"


def test_line_ends_of_prompts_are_kept_and_nothing_else_is_obeyed() -> None:
    assert filled("{{ text | lines }}", text="a <\r\nb\u202e\n") == "a &lt;\nb\\u202e\n"


def test_a_still_becomes_a_data_uri() -> None:
    assert filled("{{ still | jpeg }}", still=Picture(0, 1, 1, b"abc")) == "data:image/jpeg;base64,YWJj"


@given(st.recursive(st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists, max_leaves=5))
def test_nothing_in_an_island_ends_it_and_it_reads_back_as_it_was(value: object) -> None:
    text = str(island([value, ATTACK]))
    assert "<" not in text
    assert json.loads(text) == [value, ATTACK]


def test_the_policy_names_style_and_script_by_their_hashes_and_allows_no_others() -> None:
    script = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy("p {}", "run()").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{script}'"
    assert "unsafe" not in policy("p {}", "run()")
    assert rules["media-src"] == "'self' file: blob:"


@pytest.mark.parametrize("name", [*SCRIPTS, "page.css", "page.html.j2", "shot.html.j2", "controls.html.j2"])
def test_assets_ask_the_network_for_nothing_and_end_no_element(name: str) -> None:
    text = asset(name)
    assert "http://" not in text
    assert "https://" not in text
    if not name.endswith(".j2"):
        assert "</" not in text


def test_the_templates_write_no_styles_and_handlers_that_the_policy_would_refuse() -> None:
    for name in ("page.html.j2", "shot.html.j2", "controls.html.j2"):
        assert re.findall(r"\s(?:style|on[a-z]+)\s*=", asset(name)) == []


def test_a_long_name_may_break_after_its_commas_and_is_escaped() -> None:
    assert filled("{{ text | broken }}", text="weather[rain,<fog>]") == "weather[rain,<wbr>&lt;fog&gt;]"
