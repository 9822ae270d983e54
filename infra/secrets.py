"""The secrets, under the key of names: whoever has the token key can tell who is who."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.keys import Keys
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.token_keys import FIRST


class Secrets(Construct):
    """The token key, made by AWS and never seen.

    AWS does not rotate the token key by itself: everybody's tokens hang on it. The product changes
    it, on a schedule, under two names at once; see `schedules`. All other secrets are made by the
    product when they are needed, under the same key of encryption. Alarms go to the topic alone.
    """

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, keys: Keys, keeps_data: bool
    ) -> None:
        super().__init__(scope, id_)
        removal = RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY
        self.token_key = secretsmanager.Secret(
            self,
            "TokenKey",
            secret_name=resources.secret(FIRST),
            description="Turns HR ids into tokens.",
            encryption_key=keys.people,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=removal,
        )
