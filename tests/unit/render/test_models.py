from builders import fingerprint, request
from replacing import replace


def test_the_fingerprint_of_a_new_order_comes_first() -> None:
    assert request("alley", "a").fingerprints == (fingerprint("a"),)
    assert replace(request("alley", "a"), also=(fingerprint("b"),)).fingerprints == (fingerprint("a"), fingerprint("b"))
