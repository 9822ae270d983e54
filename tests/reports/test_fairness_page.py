import msgspec
import pytest

from page_reading import check_page, elements, visible_text
from stayline.errors import ReportUnreadable
from stayline.reports.fairness_page import fairness_page

HOSTILE = (
    "</td></table><script>alert(1)</script> \u202e\u05e9\u05dc\u05d5\u05dd 😀\x00" + "long" * 900
)


@pytest.fixture(scope="session")
def page(audit: dict[str, object]) -> str:
    return fairness_page(audit)


def read(audit: dict[str, object], **changes: object) -> str:
    return visible_text(fairness_page(audit | changes))


def test_the_page_is_self_contained_and_readable_without_eyes(page: str):
    check_page(page)


def test_a_file_read_back_gives_the_same_page(audit: dict[str, object], page: str):
    assert fairness_page(msgspec.json.decode(msgspec.json.encode(audit))) == page


def test_every_group_metric_and_table_is_told(audit: dict[str, object], page: str):
    rows = [element.text for element in elements(page) if element.tag == "tr"]
    for group in audit["groups"]:
        start = f"{group['group']} {group['facet']} {group['n']} "
        assert sum(row.startswith(start) for row in rows) >= 3
    for facet in audit["facets"]:
        for metric in facet["pre_training"] + facet["post_training"]:
            assert any(row.startswith(f"{metric['name']} ") for row in rows)
    text = visible_text(page)
    for table in audit["impact_tables"]:
        assert f"Selected means: {table['reading']}. n = {table['n']}" in text


def test_the_favourable_reading_is_stated(audit: dict[str, object], page: str):
    assert audit["favourable"] in visible_text(page)


def test_what_is_undefined_is_never_a_number(audit: dict[str, object]):
    groups = [group | {"recall": None, "differences": {}} for group in audit["groups"]]
    assert "not defined" in read(audit, groups=groups)


def test_infinity_is_told_as_a_sign(audit: dict[str, object]):
    facet = audit["facets"][0]
    metric = facet["post_training"][0] | {"value": "Infinity", "interval": [1.0, "Infinity"]}
    assert "∞ 1.000 to ∞" in read(audit, facets=[facet | {"post_training": [metric]}])


def test_unknown_groups_and_left_out_categories_are_counted(audit: dict[str, object]):
    rate = {"value": 0.5, "low": 0.1, "high": 0.9}
    small = {"category": "Diverse", "n": 2, "selected": 1, "rate": rate, "reason": "0.7% of rows"}
    table = audit["impact_tables"][0] | {"excluded": [small]}
    text = read(audit, unknown={"Gender": 30, "Age": 0}, impact_tables=[table])
    assert "Gender 30 10.0%" in text
    assert "Diverse 2 1 50% (10% to 90%) left out: 0.7% of rows" in text


def test_small_crossed_groups_are_counted_without_figures(audit: dict[str, object]):
    small = {"facet": "Age x Gender", "group": "under 40 x Diverse", "n": 2, "people": 2,
             "people_who_left": 1, "positives": 1, "flagged": 0}  # fmt: skip
    text = read(audit, intersections=[small])
    assert "under 40 x Diverse Age x Gender 2 1 0 too few people for figures" in text


def test_an_audit_without_any_group_says_so(audit: dict[str, object]):
    empty = {key: [] for key in ("groups", "facets", "intersections", "impact_tables", "proxies")}
    page = fairness_page(audit | empty | {"unknown": {}})
    check_page(page)
    assert "No group is known, so nothing could be compared." in visible_text(page)


def test_hostile_names_stay_names(audit: dict[str, object], page: str):
    text = msgspec.json.encode(audit).decode()
    for name in ("Female", "Age"):
        text = text.replace(f'"{name}"', msgspec.json.encode(HOSTILE).decode())
    hostile = fairness_page(msgspec.json.decode(text))
    check_page(hostile)
    drawn = {"g", "path", "line", "text"}  # an axis may take other ticks when its names are cut
    tags = [[e.tag for e in elements(one) if e.tag not in drawn] for one in (hostile, page)]
    assert tags[0] == tags[1], "no name became an element"
    assert "\x00" not in hostile


def test_more_groups_than_a_picture_holds_are_all_in_the_tables(audit: dict[str, object]):
    groups = [audit["groups"][0] | {"group": f"group {at}"} for at in range(60)]
    text = read(audit, groups=groups)
    assert "The pictures show the 40 largest groups; the tables show all." in text
    assert all(f"group {at} " in text for at in range(60))


def test_anything_but_an_audit_is_refused():
    with pytest.raises(ReportUnreadable, match=r"fairness\.json"):
        fairness_page({"n": 3})


def test_where_people_have_several_rows_people_stand_beside_rows(audit: dict[str, object]):
    groups = [g | {"people": 50, "people_who_left": 7} for g in audit["groups"]]
    text = read(audit, groups=groups, people=100, people_who_left=14)
    assert f"Rows before a leaving {audit['positives']} " in text
    assert ", of 14 people" in text
    first = groups[0]
    told = f"{first['n']} 50 people {first['positives']} 7 people {first['flagged']}"
    assert f"{first['group']} {first['facet']} {told}" in text
