import re

from unit.report.graph.graphs import CHAIN, hostile

from ltxspec.report.graph.dot import dot_text, escaped


def test_the_shots_are_boxes_and_the_links_arrows_with_their_frames() -> None:
    lines = dot_text(CHAIN).splitlines()
    assert (lines[0], lines[-1]) == ("digraph shots {", "}")
    assert '  s1 [label="night.door\\nheld, later: $0.36", style="rounded,dashed"];' in lines
    assert '  s2 [label="night.alley\\nbought, approved"];' in lines
    assert '  s2 -> s1 [label="frame at 2.5 s, take 2"];' in lines


def test_a_name_cannot_end_its_label() -> None:
    lines = dot_text(hostile()).splitlines()
    assert all(re.fullmatch(r'[^"]*("(?:[^"\\]|\\.)*"[^"]*)*', line) for line in lines)
    assert escaped('a\\N"&lt;\n') == 'a\\\\N\\"&amp;lt; '
