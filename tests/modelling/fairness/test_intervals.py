import numpy as np

from stayline.modelling.fairness.intervals import percentiles


def ends(values):
    low, high = percentiles(np.array(values, dtype=float)[:, None])
    return low[0], high[0]


def test_the_ends_are_drawn_values_that_leave_a_fortieth_on_either_side():
    shuffled = np.random.default_rng(0).permutation(1001)
    assert ends(shuffled) == (25, 975)
    assert ends(np.arange(1000)) == (24, 975)


def test_an_end_may_be_infinite():
    assert ends([*range(90), *[np.inf] * 10]) == (2, np.inf)
    assert ends([*[-np.inf] * 10, *range(90)]) == (-np.inf, 87)


def test_a_figure_that_few_draws_do_not_define_has_the_interval_of_the_others():
    assert ends([*range(101), *[np.nan] * 11]) == (2, 98)


def test_a_figure_that_many_draws_do_not_define_has_no_interval():
    assert np.isnan(ends([*range(100), *[np.nan] * 12])).all()
    assert np.isnan(ends([np.nan] * 10)).all()
