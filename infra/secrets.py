"""The secrets, under the key of names: whoever has the token key can tell who is who."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.keys import Keys
from stayline.adapters.aws.resources import Resources

TOKEN_KEY = "token-key"  # noqa: S105  (the name of a secret, not its value)
ALARM_CHANNELS = "alarm-channels"


class Secrets(Construct):
    """The token key, made by AWS and never seen, and where alarms are sent besides SNS.

    AWS does not rotate the token key by itself: everybody's tokens hang on it. The product changes
    it, on a schedule, under two names at once; see `schedules`.
    """

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, keys: Keys, keeps_data: bool
    ) -> None:
        super().__init__(scope, id_)
        removal = RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY
        self.token_key = secretsmanager.Secret(
            self,
            "TokenKey",
            secret_name=resources.secret(TOKEN_KEY),
            description="Turns HR ids into tokens.",
            encryption_key=keys.people,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=removal,
        )
        self.alarm_channels = secretsmanager.Secret(
            self,
            "AlarmChannels",
            secret_name=resources.secret(ALARM_CHANNELS),
            description="Where alarms are sent, one NAME=URL a line; a person fills it in.",
            encryption_key=keys.people,
            removal_policy=removal,
        )
