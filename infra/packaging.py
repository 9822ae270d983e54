"""The gateway's code as the CDK takes it: the bundle, or a placeholder."""

from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as functions

from infra.app import ROOT
from infra.bundle import LARGEST_MB, Bundle, size_mb

PLACEHOLDER = ROOT / "infra" / "placeholder"
"""A folder that says it is no code, for whoever only wants to see the template."""
RUNTIME = functions.Runtime.PYTHON_3_13


def gateway_code(*, is_packaged: bool) -> functions.Code:
    """Return the code, built with pip, which asks the package index; or else the placeholder."""
    if not is_packaged:
        return functions.Code.from_asset(str(PLACEHOLDER))
    return functions.Code.from_asset(
        str(ROOT / "src"),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("none"),  # never asked: the local way answers or raises
            local=PipBundling(),
        ),
    )


@jsii.implements(ILocalBundling)
class PipBundling:
    """Fills a folder with wheels for Lambda's arm64 machines and our package, without Docker."""

    def __init__(self, bundle: Bundle | None = None, *, largest_mb: int = LARGEST_MB) -> None:
        self._bundle = bundle or Bundle()
        self._largest_mb = largest_mb

    def try_bundle(self, output_dir: str, options: Any = None, **_rest: Any) -> bool:
        """Fill the folder; raises `CalledProcessError` with pip's words, `ValueError` if too large.

        CDK would take False for "use Docker instead", so this never says so.
        """
        folder = Path(output_dir)
        self._bundle.fill(folder)
        size = size_mb(folder)
        if size >= self._largest_mb:
            raise ValueError(f"the package has {size:.0f} MB; Lambda takes {self._largest_mb} MB")
        return True
