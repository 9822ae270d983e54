from stayline.formats.card_figures import Figure
from stayline.reports.numbers import UNDEFINED, decimal, percent, plain, points, share


def test_a_figure_never_comes_without_its_interval_or_a_word_about_it():
    assert decimal(Figure(0.5, 0.4, 0.6)) == "0.500 (0.400 to 0.600)"
    assert decimal(Figure(0.5, None, None)) == "0.500 (no interval)"


def test_what_is_undefined_is_no_number():
    for nothing in (None, Figure(), Figure(float("nan"), 0.0, 1.0)):
        assert [decimal(nothing), percent(nothing), points(nothing)] == [UNDEFINED] * 3
    assert share(3, of=0) == share(None) == plain(float("nan")) == UNDEFINED


def test_a_rounded_zero_has_no_sign():
    assert points(Figure(-0.001, -0.2, 0.2)) == "0 (−20 to +20)"  # noqa: RUF001  (a minus sign)
    assert decimal(Figure(-0.0001, -0.01, 0.0)) == "0.000 (−0.010 to 0.000)"  # noqa: RUF001  (a minus sign)


def test_infinity_reads_the_same_as_text_and_as_a_number():
    assert plain("-Infinity") == plain(float("-inf")) == "−∞"  # noqa: RUF001  (a minus sign)
