import pytest

from stayline.bootstrap import Ports
from stayline.domain.scores_alike import Alike, alike
from stayline.errors import PackageRefused
from stayline.usecases.read_scores_alike import read_scores_alike


def test_a_package_tells_of_ten_groups_how_many_left_and_how_sure_that_is(ports: Ports) -> None:
    deployed = ports.registry.deployed()
    assert deployed is not None
    tenths = read_scores_alike(deployed.digest, registry=ports.registry)
    assert len(tenths) == 10
    assert all(0 <= one.low <= one.left <= one.high <= 1 for one in tenths)
    assert all(one.count > 0 for one in tenths)
    least, most = alike(tenths, 0.0), alike(tenths, 1.0)
    assert least is not None
    assert most is not None
    assert least.mean_risk < most.mean_risk
    assert least.high < most.low
    assert {one.measured_on for one in tenths} != {""}


@pytest.mark.parametrize(
    ("risk", "is_near"), [(0.0, True), (0.02, True), (0.35, True), (0.49, False), (1.0, False)]
)
def test_a_group_far_from_a_risk_says_so(risk: float, is_near: bool) -> None:
    groups = [Alike(100, 0.01, 0.02, 0.0, 0.04), Alike(100, 0.39, 0.4, 0.3, 0.5)]
    nearest = alike(groups, risk)
    assert nearest is not None
    assert nearest.is_near(risk) is is_near


def test_a_package_that_is_not_there_is_refused(ports: Ports) -> None:
    with pytest.raises(PackageRefused):
        read_scores_alike("sha256:" + "0" * 64, registry=ports.registry)
