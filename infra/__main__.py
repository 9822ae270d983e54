"""``python -m infra STAGE``: write a stack's cloud assembly, for the CDK's own command line."""

import argparse
import os
import sys

from infra.app import build_app, own_node
from infra.checks import StackRefused


def main(arguments: list[str]) -> int:
    """Synthesise into ``--outdir``; by default where the CDK's command line looks for it."""
    parser = argparse.ArgumentParser(prog="python -m infra", description=__doc__)
    parser.add_argument("stage", choices=["dev", "prod"])
    parser.add_argument("--profile", choices=["steady", "thrifty"], default="steady")
    parser.add_argument("--outdir", default=os.environ.get("CDK_OUTDIR", "cdk.out"))
    parser.add_argument("--version", type=int, help="The version that serves; none: no endpoint.")
    parser.add_argument("--schema", help="File or preset of the features.", default=None)
    parser.add_argument("--issuer", help="The identity provider of people.")
    parser.add_argument("--audience", help="The audience that its tokens name.")
    parser.add_argument("--packaged", action="store_true", help="Build the gateway's code, too.")
    asked = parser.parse_args(arguments)
    if (asked.issuer is None) != (asked.audience is None):
        parser.error("--issuer and --audience belong together")
    own_node()
    from infra.ingress import SignIn
    from stayline.samples.presets import named_schema

    try:
        build_app(
            asked.stage,
            asked.profile,
            outdir=asked.outdir,
            version=asked.version,
            schema=named_schema(asked.schema) if asked.schema else None,
            sign_in=SignIn(asked.issuer, asked.audience) if asked.issuer else None,
            is_packaged=asked.packaged,
        )
    except StackRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
