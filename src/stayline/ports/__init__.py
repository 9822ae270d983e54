"""The roles the outside world plays, as Protocols; one file per role.

| port                  | embedded                          | aws                                |
|-----------------------|-----------------------------------|------------------------------------|
| `FeatureStore`        | SQLite online + Delta offline     | Feature Store online + Delta on S3 |
| `ProtectedAttributes` | SQLite, own file                  | S3, a bucket with its own KMS key  |
| `Directory`           | SQLite, own file                  | DynamoDB, a table with its own key |
| `TokenKeyBook`        | SQLite, one transaction           | DynamoDB, one write, then the rest |
| `ImportLedger`        | SQLite                            | DynamoDB                           |
| `ExtractFiles`        | folders in the home               | S3                                 |
| `ModelRegistry`       | SQLite + folder by digest         | SageMaker Model Registry + S3      |
| `Endpoint`            | in process, or any /invocations   | SageMaker endpoint                 |
| `Deployments`         | SQLite                            | DynamoDB + UpdateEndpoint          |
| `TargetHealth`        | SQLite, healthy state in memory   | DynamoDB, healthy state in memory  |
| `StoresCheck`         | an undone write in each file      | a read of each service             |
| `Remnants`            | files written anew                | former versions purged             |
| `CaptureLog`          | JSONL segments                    | S3, in data capture's layout       |
| `CaptureShipping`     | closed hours to object storage    | none needed                        |
| `ScoreBoard`          | SQLite                            | DynamoDB                           |
| `AuditLog`            | SQLite, journals on the way there | DynamoDB, an outbox on the way     |
| `Checkpoints`         | a file, an Ed25519 key            | S3, the key in Secrets Manager     |
| `DecisionBook`        | SQLite                            | DynamoDB                           |
| `OptOutList`          | SQLite                            | DynamoDB                           |
| `GovernanceRegister`  | SQLite                            | DynamoDB                           |
| `ScoringControl`      | SQLite, looked at each .25 s      | DynamoDB, looked at each .25 s     |
| `WaiverBook`          | SQLite                            | DynamoDB                           |
| `RoleBook`            | SQLite                            | DynamoDB                           |
| `ApiKeyBook`          | SQLite                            | DynamoDB                           |
| `OutcomeBook`         | SQLite                            | S3, as Parquet                     |
| `AnswerBook`          | SQLite                            | S3, as Parquet                     |
| `MetricLog`           | SQLite                            | DynamoDB, told to CloudWatch       |
| `ServingFigures`      | the server's own metric files     | CloudWatch                         |
| `AlarmBook`           | SQLite                            | DynamoDB                           |
| `Notifier`            | log, and Apprise: webhook, mail   | SNS                                |
| `ReportShelf`         | a folder per report               | S3                                 |
| `ObjectStorage`       | S3, where `storage_url` names it  | none needed                        |
| `PipelineRunner`      | a process a step, files by digest | SageMaker Pipelines                |
| `JobBook`             | SQLite, a lock a job              | DynamoDB, a lease a job            |
| `Secrets`             | file mode 0600 or environment     | Secrets Manager                    |
| `BearerTokens`        | an OIDC issuer's                  | the same                           |
| `SignInFlow`          | an OIDC issuer's, by Authlib      | the same                           |
| `Cluster`             | this process, or a Dask cluster   | this process, or a Dask cluster    |
| `Clock`               | system                            | system                             |

Where `database_url` names a PostgreSQL database, that stands in SQLite's place. With `storage_url`
the embedded `FeatureStore`, `ModelRegistry`, `ReportShelf`, `CaptureLog` and `Remnants` keep their
files on object storage, by adapters that those of AWS use as well.
"""
