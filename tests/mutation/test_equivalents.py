"""The list of equivalent mutants is about the code as it is: an entry that names none would hide that a new one is."""

from collections import defaultdict

from mutation.__main__ import ROOT, equivalents
from mutation.mutants import mutants


def test_every_known_equivalent_is_a_mutant_of_the_present_code() -> None:
    of_module = defaultdict(set)
    for name in equivalents():
        of_module[name[0]].add(name)
    for module, names in of_module.items():
        source = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        present = {mutant.name for mutant in mutants(source.read_text("utf-8"), module, str(source))}
        assert names - present == set()
