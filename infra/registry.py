"""The model package group: every version of the model, waiting, approved or rejected."""

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stayline.adapters.aws.resources import Resources


class Registry(Construct):
    """Holds versions; who may approve one is up to people's own roles, see `roles`."""

    def __init__(self, scope: Construct, id_: str, *, resources: Resources) -> None:
        super().__init__(scope, id_)
        self.group = sagemaker.CfnModelPackageGroup(
            self,
            "Models",
            model_package_group_name=resources.model_package_group,
            model_package_group_description="Stayline's models; a person approves each.",
        )
