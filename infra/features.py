"""The feature groups: what is known of people now; the facts behind it are tables in S3."""

from aws_cdk import CfnTag
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.keys import Keys
from stayline.adapters.aws.feature_names import COMMIT_ORDER, feature_definitions
from stayline.adapters.aws.resources import Resources
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.ports.feature_store import FEATURES, OUTCOMES, TOKEN


class Features(Construct):
    """One group of model inputs and segments, one of outcomes; each online alone.

    Their names and the types of their columns cannot change later; columns can be added.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        schema: WorkforceSchema,
        keys: Keys,
    ) -> None:
        super().__init__(scope, id_)
        named = {FEATURES: resources.feature_group, OUTCOMES: resources.outcome_group}
        for group, name in named.items():
            sagemaker.CfnFeatureGroup(
                self,
                group.capitalize(),
                feature_group_name=name,
                description=f"Stayline's {group}, by the person's token.",
                record_identifier_feature_name=TOKEN,
                event_time_feature_name=COMMIT_ORDER,
                feature_definitions=[
                    {"featureName": feature, "featureType": kept}
                    for feature, kept in feature_definitions(group, schema).items()
                ],
                online_store_config={
                    "EnableOnlineStore": True,
                    "SecurityConfig": {"KmsKeyId": keys.data.key_arn},
                },
                tags=[CfnTag(key="stayline:part", value="features")],
            )
