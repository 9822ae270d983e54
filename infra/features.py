"""The feature groups: what is known of people now, and ever, on two clocks."""

from typing import Any

import polars as pl
from aws_cdk import CfnTag
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.keys import Keys
from infra.stores import Stores
from stayline.adapters.aws.resources import Resources
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    group_types,
)


class Features(Construct):
    """One group of model inputs and segments, one of outcomes; each online and offline.

    Their names and the types of their columns cannot change later; columns can be added.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        schema: WorkforceSchema,
        stores: Stores,
        keys: Keys,
        role_arn: str,
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
                event_time_feature_name=EVENT_TIME,
                feature_definitions=_definitions(group, schema),
                online_store_config={
                    "EnableOnlineStore": True,
                    "SecurityConfig": {"KmsKeyId": keys.data.key_arn},
                },
                offline_store_config={
                    "S3StorageConfig": {
                        "S3Uri": f"s3://{stores.data.bucket_name}/features",
                        "KmsKeyId": keys.data.key_arn,
                    },
                    "DisableGlueTableCreation": True,
                },
                role_arn=role_arn,
                tags=[CfnTag(key="stayline:part", value="features")],
            )


def _definitions(group: str, schema: WorkforceSchema) -> list[dict[str, Any]]:
    """Return the columns; times as text, as the API's own form of an event time is."""
    types = {TOKEN: "String", EVENT_TIME: "String", WRITE_TIME: "String"}
    types |= {name: _type(kept) for name, kept in group_types(group, schema).items()}
    return [{"featureName": name, "featureType": kept} for name, kept in types.items()]


def _type(kept: pl.DataType) -> str:
    return "Fractional" if kept == pl.Float64() else "String"
