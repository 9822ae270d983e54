"""Real boto3 clients that speak to a server of ours."""

from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from served_home import Served
from stayline.bootstrap import build
from stayline.domain.access_keys import AccessKey
from stayline.settings import Settings


def new_key(home: Path, name: str = "payroll") -> AccessKey:
    return build(Settings(home=home)).secrets.create_access_key(name)


def client(service: str, server: Served, key: AccessKey | None) -> Any:
    """Return a client; without a key it signs nothing."""
    config = Config(
        retries={"total_max_attempts": 1}, signature_version=UNSIGNED if key is None else None
    )
    return boto3.session.Session().client(
        service,
        endpoint_url=server.url,
        region_name="eu-central-1",
        aws_access_key_id=key.key_id if key else None,
        aws_secret_access_key=key.secret if key else None,
        config=config,
    )
