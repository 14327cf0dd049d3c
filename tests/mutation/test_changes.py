import ast
from pathlib import Path

import pytest
from mutation.mutants import mutants


def changed(code: str) -> list[str]:
    """What the lines of a function may become; a change is told by the statement that it stands in."""
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    return [mutant.after for mutant in mutants(f"async def f():\n{lines}", "m", "m.py")]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("x = a < b", ["x = a <= b", "x = a >= b"]),
        ("x = a is None", ["x = a is not None"]),
        ("x = a in b", ["x = a not in b"]),
        ("x = a and b and c", ["x = b and c", "x = a and c", "x = a and b"]),
        ("x = a or b", ["x = b", "x = a"]),
        ("x = not a", ["x = a"]),
        ("x = -a", ["x = a"]),
        ("x = a + b", ["x = a - b"]),
        ("x = a + 1", ["x = a - 1"]),
        ("x = a | b", ["x = a", "x = b"]),
        ("x = 3", ["x = 4"]),
        ("x = True", ["x = False"]),
        ("x = None", []),
        ("x = 'words'", []),
        ("x = a['taskUUID']", ["x = a['taskUUID?']"]),
        ("x = a.get('taskUUID', 'words')", ["x = a.get('taskUUID?', 'words')"]),
        ("x = {'taskUUID': 'words'}", ["x = {'taskUUID?': 'words'}"]),
        ("x = a == 'failed'", ["x = a != 'failed'", "x = a == 'failed?'"]),
        ("x = min(a, b)", ["x = max(a, b)", "x = a"]),
        ("x = order(a, cost=b)", ["x = order(a)", "x = a"]),
        ("x = Order(a, cost=b)", ["x = Order(a)"]),
        ("x = await order(a)", []),
        ("x = text.strip()", ["x = text"]),
        ("x = str(a)", []),
        ("x = a if b else c", ["x = a if True else c", "x = a if False else c"]),
        ("x = [a for a in b if c]", ["x = [a for a in b]"]),
        ("x = {a, b}", ["x = {b}", "x = {a}"]),
        ("keep.x = a", ["pass"]),
        ("x += a", ["pass"]),
        ("journal.append(a)", ["pass"]),
        ("await journal.append(a)", ["pass"]),
        ("del keep[a]", ["pass"]),
        ("raise a", ["pass"]),
        ("return a", ["return None"]),
        ("return", ["pass"]),
        ("return f(a)", ["return a"]),
        ("return F(a)", ["return None"]),
        ("return a is b", ["return a is not b"]),
        ("x: Literal['a'] = y", []),
        ("@a(b=3)\ndef g(x: 'y' = 1) -> 'z': ...", ["def g(x: 'y'=2) -> 'z':"]),
    ],
)
def test_a_line_may_be_wrong_in_these_ways(code: str, wanted: list[str]) -> None:
    assert changed(code) == wanted


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("if a:\n    b()", ["if True:", "if False:"]),
        ("if a:\n    b()\nelse:\n    c()", ["if True:", "if False:", "pass", "pass"]),
        ("if a and b:\n    c()", ["if False:", "if b:", "if a:"]),
        ("if a or b:\n    c()", ["if True:", "if b:", "if a:"]),
        ("if a < b:\n    c()", ["if True:", "if False:", "if a <= b:"]),
        ("while a:\n    b()", ["while False:", "pass"]),
        ("for a in b:\n    continue", ["break", "pass"]),
        ("for a in b:\n    break", ["continue"]),
        ("with a:\n    b = c", ["if True:"]),
        ("with a as b:\n    c = b", []),
        ("try:\n    x = a\nexcept E:\n    x = b", ["except ():"]),
        ("try:\n    x = a\nexcept (E, F):\n    x = b", ["except ():", "except (F,):", "except (E,):"]),
        ("match a:\n    case E() | F():\n        x = b", ["case E() | F() if False:", "case F():", "case E():"]),
        ("match a:\n    case E() if b:\n        x = b", ["case E():", "case E() if False:"]),
        ("match a:\n    case _:\n        x = b", []),
    ],
)
def test_a_block_may_be_wrong_in_these_ways(code: str, wanted: list[str]) -> None:
    assert changed(code) == wanted


def test_every_mutant_of_real_code_compiles_and_differs() -> None:
    path = Path(__file__).parents[2] / "ltxspec" / "apply" / "recovery.py"
    found = list(mutants(path.read_text("utf-8"), "ltxspec.apply.recovery", str(path)))
    assert len(found) > 50
    assert all(mutant.before != mutant.after for mutant in found)
    plain = compile(ast.parse(path.read_text("utf-8")), str(path), "exec")
    assert all(mutant.code != plain for mutant in found)
