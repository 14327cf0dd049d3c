from dataclasses import replace

import pytest
from builders import change

from ltxspec.errors import Refused
from ltxspec.plan.actions import Reason
from ltxspec.plan.bought_again import bought_again, owned_elsewhere_warnings, refuse_buying_again

ORDER = change()
AGAIN = replace(
    change(), reasons=(Reason.NEW, Reason.OWNED_ELSEWHERE), note="`day.gate` has the same render", cure="use that one"
)


def test_an_order_that_another_spec_has_is_a_warning_where_it_is_written() -> None:
    assert bought_again([ORDER, AGAIN]) == [AGAIN]
    (warning,) = owned_elsewhere_warnings([ORDER, AGAIN])
    assert (warning.message, warning.hint) == ("`night.alley`: `day.gate` has the same render", "use that one")
    assert str(warning.where) == "specs/night.yaml:7:3"


def test_it_is_refused_with_the_way_out() -> None:
    refuse_buying_again([ORDER])
    with pytest.raises(Refused) as refused:
        refuse_buying_again([ORDER, AGAIN, AGAIN])
    assert refused.value.hint == "use that one; `--buy-again` buys another"
    assert len(refused.value.details) == 2
