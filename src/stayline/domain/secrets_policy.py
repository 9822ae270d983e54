"""Where secrets live, and how long replaced ones are understood."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretsPolicy:
    """``[secrets]`` of ``governance.toml``; each name refers to a place, none holds a secret.

    A reference is ``env:NAME``, ``file:/path`` or ``aws-secretsmanager:NAME[#json-key]``. Empty
    means the variable or file of the home that is documented for it.
    """

    token_key: str = ""
    """Where the token key is, from before any rotation."""
    token_key_next: str = ""
    """Where the next one is; empty: a rotation makes one in the home."""
    token_key_overlap_days: int = 400
    """How long tokens of a replaced key lead to their people."""
    access_keys: str = ""
    """Where the keys are that programs sign with, as JSON."""
    alarm_channels: str = ""
    """Where the addresses of alarms are."""
    checkpoint_key: str = ""
    """Where the key is that signs checkpoints of the audit log."""
    oidc_client_secret: str = ""
    """Where the portal's secret at the identity provider is; empty: it is a public client."""
