"""Every error Stayline raises on purpose, so a caller can tell them apart.

    StaylineError
    ├── SchemaRefused            a workforce schema that must not be used
    ├── ExtractUnreadable        a file that is no readable CSV or Parquet extract
    ├── ExtractUnsettled         an extract that is still being written
    ├── SchemaMismatch           an extract or a home that does not fit the schema
    ├── NothingImported          a home without a workforce
    ├── TrainingRefused          too little, or the wrong, data to train on
    ├── ProgramInputRefused      a file or option that a program of the image needs and has not
    ├── PackageRefused           a model package that is torn, altered or foreign
    ├── ReportUnreadable         an evaluation file that is torn or of another form
    ├── UnknownModel             a version that was never registered
    ├── ModelNotApproved         an attempt to deploy what nobody approved
    ├── ApprovalRefused          an approval or rejection that breaks the rules
    ├── WaiverRefused            a waiver of a gate that breaks the rules
    ├── NothingDeployed          no model serves yet
    ├── ScoringUnderWay          a second run over everyone while one goes on
    ├── RequestRefused           a scoring request with one or more wrong fields
    ├── UnknownEmployee          a person the home knows nothing about
    ├── NoLongerEmployed         a person whose last day has come
    ├── HasOptedOut              a person who asked not to be scored
    ├── ScoreNotAvailable        the same answer whatever the cause, for who may not know it
    ├── RightsRequestRefused     a person's request that cannot be opened or closed like that
    ├── UnknownRightsRequest     a request that is not on the register
    ├── RegisterEntryRefused     a record that lacks something or holds what it cannot
    ├── DecisionRefused          a human action or reason outside the rules
    ├── DeciderRefused           a program, or somebody untrained, that would decide
    ├── UnknownReview            a review of somebody's decisions that is not open
    ├── ScoringStopped           no score for anybody, since somebody stopped scoring
    ├── NotStopped               a stop or a resumption that changes nothing
    ├── DrillFailed              a drill that showed that scoring does not stop
    ├── OutsidePilot             a person whom the pilot leaves out
    ├── ScopeRefused             a scope of a pilot that breaks the rules
    ├── NoPilot                  a pilot named where none runs
    ├── EndpointUnavailable      a deployed model that cannot answer just now
    ├── NoNightlyScore           no kept score that may stand in for it
    ├── UnknownEndpoint          an endpoint that is not here
    ├── UnknownVariant           a production variant that does not serve
    ├── DeploymentRefused        a deployment that failed its checks or was rolled back
    ├── EndpointMissing          a version to deploy before the stack has an endpoint
    ├── NothingToRollBack        a roll-back without an earlier deployment
    ├── UnknownAlarm             an alarm that no rule makes
    ├── AcknowledgementRefused   an acknowledgement of an alarm that breaks the rules
    ├── SignatureRefused         a request without a valid signature
    ├── UnknownAccessKey         an access key that is not here
    ├── NotSignedIn              a caller whom no valid credential tells
    ├── NotPermitted             a caller whose roles do not permit this
    ├── UnknownApiKey            an API key that is not here
    ├── UnknownRoleGrant         a role grant that is not here
    ├── RoleGrantRefused         a role that must not be requested, granted or ended so
    ├── IssuerUnreachable        an identity provider whose keys cannot be fetched
    ├── SignInRefused            a sign-in at the portal that does not hold
    ├── FormRefused              a form that no page of the session sent
    ├── NoSuchPage               a page that a list of the portal does not have
    ├── UnknownFeatureGroup      a feature group that is not here
    ├── RecordRefused            a feature record that breaks a rule of its group
    ├── DefinitionRefused        a pipeline definition, or its parameters, that cannot run
    ├── ExpressionFailed         an expression of a pipeline that has no value
    ├── ExecutionFailed          a run of a pipeline that ended in a failed step
    ├── UnknownExecution         a run, or a step of one, that never was
    ├── StillExecuting           an attempt to resume a run that goes on
    ├── ResumeRefused            an attempt to resume a run that did not crash, or is another's
    ├── NothingKept              an output or input of a pipeline that is not there
    ├── UnknownJob               a job that is not here
    ├── JobUnderWay              a second run of a job while one goes on
    ├── FileUnreadable           a file named in a command that cannot be read
    ├── FileUnwritable           a file named in a command that cannot be written
    ├── HeldByLaw                an erasure while a legal hold stands
    ├── ErasureUnfinished        an erasure that began and is to be completed
    ├── RetentionUnsettled       a ceiling below a floor that nobody has settled
    ├── UnknownHold              a legal hold that does not stand
    ├── UnknownReport            a report that was never kept, or is purged
    ├── StoreDamaged             a store that fails its own checks
    ├── StoreUnavailable         a store that cannot be read or written just now
    │   └── DatabaseAway         the database of several gateways, while it does not answer
    ├── StoreRefused             object storage that does not let us in, or is not there
    │   └── AwsRefused           a part of AWS, likewise
    ├── InfrastructureMissing    a stack to be built where its code is not
    ├── StackCommandFailed       a tool that changes a stack, and ended badly
    ├── ClusterUnavailable       a cluster that cannot be reached, or has no workers
    ├── ClusterMismatch          workers with other versions than the process that asks
    ├── ClusterWorkFailed        a part of a batch that a cluster could not do
    ├── SecretUnavailable        a secret that is not where its reference says
    ├── RotationUnderWay         people's tokens change just now, or half did
    ├── RotationRefused          a secret that is not to be rotated or retired yet
    └── SettingRefused           a setting that cannot be used

Each class builds its own message from typed arguments: what happened, what was expected, what to do
next. Messages carry pseudonyms at most, never personal data.
"""

from stayline.errors.alarms import AcknowledgementRefused, UnknownAlarm
from stayline.errors.clusters import ClusterMismatch, ClusterUnavailable, ClusterWorkFailed
from stayline.errors.data import (
    ExtractUnreadable,
    NothingImported,
    SchemaMismatch,
    SchemaRefused,
)
from stayline.errors.home import (
    AwsRefused,
    DatabaseAway,
    FileUnreadable,
    FileUnwritable,
    RotationRefused,
    RotationUnderWay,
    SecretUnavailable,
    SettingRefused,
    StoreDamaged,
    StoreRefused,
    StoreUnavailable,
    UnknownReport,
)
from stayline.errors.identity import (
    FormRefused,
    IssuerUnreachable,
    NoSuchPage,
    NotPermitted,
    NotSignedIn,
    RoleGrantRefused,
    SignInRefused,
    UnknownApiKey,
    UnknownRoleGrant,
)
from stayline.errors.infrastructure import InfrastructureMissing, StackCommandFailed
from stayline.errors.jobs import ExtractUnsettled, JobUnderWay, UnknownJob
from stayline.errors.models import (
    ApprovalRefused,
    ModelNotApproved,
    PackageRefused,
    ProgramInputRefused,
    ReportUnreadable,
    TrainingRefused,
    UnknownModel,
    WaiverRefused,
)
from stayline.errors.oversight import (
    DeciderRefused,
    DrillFailed,
    NoPilot,
    NotStopped,
    OutsidePilot,
    ScopeRefused,
    ScoringStopped,
    UnknownReview,
)
from stayline.errors.pipeline import (
    DefinitionProblem,
    DefinitionRefused,
    ExecutionFailed,
    ExpressionFailed,
    NothingKept,
    ResumeRefused,
    StillExecuting,
    UnknownExecution,
)
from stayline.errors.retention import (
    ErasureUnfinished,
    HeldByLaw,
    RetentionUnsettled,
    UnknownHold,
)
from stayline.errors.rights import (
    RegisterEntryRefused,
    RightsRequestRefused,
    UnknownRightsRequest,
)
from stayline.errors.root import StaylineError
from stayline.errors.scoring import (
    DecisionRefused,
    FieldProblem,
    HasOptedOut,
    NoLongerEmployed,
    NothingDeployed,
    RequestRefused,
    ScoreNotAvailable,
    ScoringUnderWay,
    UnknownEmployee,
)
from stayline.errors.serving import (
    DeploymentRefused,
    EndpointMissing,
    EndpointUnavailable,
    NoNightlyScore,
    NothingToRollBack,
    RecordRefused,
    SignatureRefused,
    TooManyRequests,
    UnknownAccessKey,
    UnknownEndpoint,
    UnknownFeatureGroup,
    UnknownVariant,
)

__all__ = [
    "AcknowledgementRefused",
    "ApprovalRefused",
    "AwsRefused",
    "ClusterMismatch",
    "ClusterUnavailable",
    "ClusterWorkFailed",
    "DatabaseAway",
    "DeciderRefused",
    "DecisionRefused",
    "DefinitionProblem",
    "DefinitionRefused",
    "DeploymentRefused",
    "DrillFailed",
    "EndpointMissing",
    "EndpointUnavailable",
    "ErasureUnfinished",
    "ExecutionFailed",
    "ExpressionFailed",
    "ExtractUnreadable",
    "ExtractUnsettled",
    "FieldProblem",
    "FileUnreadable",
    "FileUnwritable",
    "FormRefused",
    "HasOptedOut",
    "HeldByLaw",
    "InfrastructureMissing",
    "IssuerUnreachable",
    "JobUnderWay",
    "ModelNotApproved",
    "NoLongerEmployed",
    "NoNightlyScore",
    "NoPilot",
    "NoSuchPage",
    "NotPermitted",
    "NotSignedIn",
    "NotStopped",
    "NothingDeployed",
    "NothingImported",
    "NothingKept",
    "NothingToRollBack",
    "OutsidePilot",
    "PackageRefused",
    "ProgramInputRefused",
    "RecordRefused",
    "RegisterEntryRefused",
    "ReportUnreadable",
    "RequestRefused",
    "ResumeRefused",
    "RetentionUnsettled",
    "RightsRequestRefused",
    "RoleGrantRefused",
    "RotationRefused",
    "RotationUnderWay",
    "SchemaMismatch",
    "SchemaRefused",
    "ScopeRefused",
    "ScoreNotAvailable",
    "ScoringStopped",
    "ScoringUnderWay",
    "SecretUnavailable",
    "SettingRefused",
    "SignInRefused",
    "SignatureRefused",
    "StackCommandFailed",
    "StaylineError",
    "StillExecuting",
    "StoreDamaged",
    "StoreRefused",
    "StoreUnavailable",
    "TooManyRequests",
    "TrainingRefused",
    "UnknownAccessKey",
    "UnknownAlarm",
    "UnknownApiKey",
    "UnknownEmployee",
    "UnknownEndpoint",
    "UnknownExecution",
    "UnknownFeatureGroup",
    "UnknownHold",
    "UnknownJob",
    "UnknownModel",
    "UnknownReport",
    "UnknownReview",
    "UnknownRightsRequest",
    "UnknownRoleGrant",
    "UnknownVariant",
    "WaiverRefused",
]
