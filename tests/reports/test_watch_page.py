import math
import re
import time
from dataclasses import replace

import pytest

from page_reading import check_page, elements, visible_text
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched
from stayline.formats.data_statistics import Statistics
from stayline.formats.watched_form import decode_watched, encode_watched
from stayline.reports.watch_page import watch_page
from watched_windows import MONDAY, WEEK, WORDS, finding, statistics, window

HOSTILE = (
    "</title></svg></td><script>alert(1)</script><img src=x onerror=alert(2)> \u202e\u05e9\u05dc "
    "\x00\x1b 😀 & \"'" + "long" * 300
)


@pytest.fixture(scope="module")
def year() -> str:
    """The page of 30 features in the 52nd window, two of which drift since the 49th."""
    return watch_page(
        window(51, drift_from=48),
        statistics=statistics(30, 1000, 2, shift=0.6),
        baseline=statistics(30, 20_000, 1),
        former=[window(weeks, drift_from=48) for weeks in range(51)],
        name="attrition-risk, weekly",
        alarms=("drift",),
    )


def with_findings(*found, rows: int = 1000) -> Watched:
    return replace(window(0, 1), findings=found, intake=Intake(rows, rows))


def test_the_page_is_self_contained_and_readable_without_eyes(year: str):
    check_page(year)


def test_a_year_of_thirty_features_is_made_within_seconds_and_is_no_burden_to_send():
    now, then = statistics(30, 1000, 2), statistics(30, 20_000, 1)
    former = [window(weeks) for weeks in range(51)]
    began = time.monotonic()
    page = watch_page(window(51), statistics=now, baseline=then, former=former)
    assert time.monotonic() - began < 5
    assert len(page.encode()) < 1_000_000


def test_equal_figures_give_an_equal_page_also_when_read_back_from_the_shelf(year: str):
    again = watch_page(
        decode_watched(encode_watched(window(51, drift_from=48))),
        statistics=statistics(30, 1000, 2, shift=0.6),
        baseline=statistics(30, 20_000, 1),
        former=[
            decode_watched(encode_watched(window(weeks, drift_from=48)))
            for weeks in reversed(range(51))
        ],
        name="attrition-risk, weekly",
        alarms=("drift",),
    )
    assert again == year


def test_it_is_told_first_in_words_what_changed_most_and_since_when(year: str):
    (first, *_) = [e.text for e in elements(year) if e.tag == "li" and "PSI" in e.text]
    since = (MONDAY + 48 * WEEK).strftime("%Y-%m-%d")
    most = r"\d of 30 features changed\. Most: (Job role|Monthly income) PSI 0\.\d+"
    assert re.match(most, first)
    assert f"since {since}, in 4 windows" in first
    text = visible_text(year)
    assert text.index("Something changed.") < text.index("What came in")
    assert "Alarms that are on: drift ." in text


def test_every_feature_has_a_picture_and_every_figure_a_course(year: str):
    titles = [e.text for e in elements(year) if e.tag == "title" and "svg" in e.inside]
    assert sum(title.endswith(", then and now") for title in titles) == 31
    for name in (
        "Monthly income PSI", "Monthly income wasserstein", "estimated ROC AUC", "ndcg",
        "Gender = Female bias metric DPPL", "Team4 mean abs shap",
    ):  # fmt: skip
        assert titles.count(name) == 1


def test_what_came_in_and_what_could_not_be_used_is_counted(year: str):
    rows = [e.text for e in elements(year) if e.tag == "tr"]
    for told in ("captured lines 1,013", "rows that were used 1,000", "torn line 1",
                 "duplicate event 12", "hours without a single record 3"):  # fmt: skip
        assert told in rows


def test_too_little_evidence_is_told_and_never_as_good_news():
    found = [
        finding(monitor, "x", "y", 0.1, verdict=Verdict.INSUFFICIENT, reason="40 rows.")
        for monitor in Monitor
    ]
    page = watch_page(with_findings(*found))
    check_page(page)
    assert "There is not enough to say whether anything changed." in visible_text(page)
    assert "Not enough to say: 4 of 4 checks." in visible_text(page)
    assert "as before" not in visible_text(page)
    assert 'class="pass"' not in page


def test_a_change_that_was_not_found_is_only_as_good_as_what_could_be_judged():
    good = finding(Monitor.DATA, "Pay", "psi", 0.1)
    blind = replace(good, metric="ks", verdict=Verdict.INSUFFICIENT)
    told = "No change was found, as far as there is enough to say."
    assert told in visible_text(watch_page(with_findings(good, blind)))
    text = visible_text(watch_page(with_findings(good)))
    assert "No change was found." in text
    assert "None of 1 features is seen to have changed." in text


def test_an_empty_window_says_so_and_names_its_cause():
    reason = "No request came in since the endpoint was down"
    cause = Finding(Monitor.DATA, "no_data_check", Verdict.FAIL, reason)
    empty = replace(with_findings(cause, rows=0), intake=Intake(empty_hours=24))
    page = watch_page(empty, statistics=Statistics(statistics(3, 1, 1).dataset, ()),
                      baseline=statistics(3, 500, 1), former=[window(-1, 3)])  # fmt: skip
    check_page(page)
    text = visible_text(page)
    assert "No request came in since the endpoint was down (since this window)." in text
    assert "No row could be used. No line was captured." in text
    assert text.count("The column is not in the window.") == 3
    assert "No answer was captured, so nothing can be said." in text
    assert "Something changed" not in text
    bare = watch_page(replace(empty, findings=()))
    check_page(bare)
    assert "No answer was captured" in visible_text(bare)


def test_the_first_window_has_no_course_yet():
    page = watch_page(
        window(0, 6), statistics=statistics(6, 500, 1), baseline=statistics(6, 500, 2)
    )
    check_page(page)
    assert "This is the first window of this model" in visible_text(page)
    assert "this is the first" in visible_text(page)


def test_windows_of_another_version_are_counted_and_left_out():
    other = replace(window(0, 3), model_digest="sha256:" + "cd" * 32)
    page = watch_page(window(2, 3), former=[other, window(1, 3)])
    check_page(page)
    assert (
        "Windows of other model versions are left out, since their baselines differ: 1."
        in visible_text(page)
    )
    assert "2 windows, 2 with a figure." in page
    assert "3 windows" not in page


def test_no_name_can_break_out_of_the_page():
    hostile = [
        finding(monitor, HOSTILE, HOSTILE, 0.5, reason=HOSTILE, check=HOSTILE, threshold=limit)
        for monitor in Monitor
        for limit in (0.2, None)
    ]
    watched = replace(with_findings(*hostile), intake=Intake(9, 9, {HOSTILE: 3}))
    told = statistics(3, 500, 1)
    renamed = Statistics(
        told.dataset,
        tuple(type(f)(f"{HOSTILE}{n}", *_parts(f)) for n, f in enumerate(told.features)),
    )
    before = replace(watched, window=window(-1).window)
    page = watch_page(watched, statistics=renamed, baseline=renamed, former=[before],
                      name=HOSTILE, alarms=(HOSTILE,))  # fmt: skip
    check_page(page)
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page)
    assert "alert(1)" in visible_text(page)
    sentences = [e.text for e in elements(page) if e.tag == "li"]
    assert not any("\u202e" in sentence for sentence in sentences)


def _parts(feature):
    return feature.inferred_type, feature.numerical_statistics, feature.string_statistics


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, None, 1e308, -1e-300, 0.0])
def test_figures_that_are_no_numbers_or_huge_are_drawn_around(odd):
    found = [
        replace(finding(monitor, "x", f"m{n}", 0.1), **{part: odd})
        for monitor in Monitor
        for n, part in enumerate(("value", "low", "high", "threshold", "baseline"))
    ]
    former = [replace(with_findings(*found), window=window(-n).window) for n in (1, 2, 3)]
    page = watch_page(with_findings(*found), former=former)
    check_page(page)
    for drawn in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert not re.search(r'="[^"]*(nan|inf)', drawn)


def test_words_that_few_of_the_window_share_are_not_shown_one_by_one():
    then = statistics(3, 20_000, 1)
    now = statistics(3, 1000, 5)
    few = {word for word, count in now.features[2].string_statistics.counts.items() if count < 5}
    assert few == {WORDS[-1]}
    page = watch_page(window(0, 3), statistics=now, baseline=then)
    assert WORDS[-1] in then.features[2].string_statistics.counts
    shown = {e.text for e in elements(page) if e.tag in {"text", "th"}}
    assert WORDS[0] in shown
    assert WORDS[-1] not in shown
    assert "all others" in shown


def test_a_figure_that_is_told_and_not_judged_has_no_verdict():
    page = watch_page(with_findings(finding(Monitor.DATA, "Pay", "mean", 5.0, threshold=None)))
    (row,) = [e.text for e in elements(page) if e.tag == "tr" and "Pay" in e.text]
    assert "told, not judged" in row
    assert "Nothing was judged in this window." in visible_text(page)
