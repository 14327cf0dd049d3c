import re

from unit.report.graph.graphs import CHAIN, hostile

from ltxspec.report.graph.mermaid import escaped, mermaid_text


def test_the_shots_are_boxes_and_the_links_arrows_with_their_frames() -> None:
    lines = mermaid_text(CHAIN).splitlines()
    assert lines[:4] == [
        "flowchart LR",
        '  s1["night.door<br/>held, later#58; #36;0.36"]',
        '  s2["night.alley<br/>bought, approved"]',
        '  s3["night.street<br/>to render again, #36;0.36"]',
    ]
    assert '  s2 -->|"frame at 2.5 s, take 2"| s1' in lines
    assert "  class s1 Held" in lines


def test_a_name_cannot_end_its_label() -> None:
    line = mermaid_text(hostile()).splitlines()[1]
    label = re.fullmatch(r'  s1\["(.*)<br/>[^"<>]*"\]', line)
    assert label is not None
    assert re.fullmatch(r"(?:[\w .,/()=+-]|#\d+;)*", label[1])
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label[1]).startswith(
        'night.w["\\N&lt;--><b>`x`#35;;%%{'
    )


def test_letters_of_other_scripts_are_written_as_numbers() -> None:
    assert escaped("é 1") == "#233; 1"
