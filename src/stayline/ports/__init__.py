"""The roles the outside world plays, as Protocols; one file per role.

| port                  | embedded                                | aws (to come)                 |
|-----------------------|-----------------------------------------|-------------------------------|
| `FeatureStore`        | SQLite online + Delta offline           | SageMaker Feature Store       |
| `ProtectedAttributes` | SQLite, own file                        | S3 with its own KMS key       |
| `Directory`           | SQLite, own file                        | DynamoDB                      |
| `ImportLedger`        | SQLite                                  | DynamoDB                      |
| `ModelRegistry`       | SQLite + folder by digest               | SageMaker Model Registry + S3 |
| `Endpoint`            | in process, or any /invocations URL     | SageMaker endpoint            |
| `Deployments`         | SQLite                                  | SageMaker UpdateEndpoint      |
| `TargetHealth`        | SQLite, healthy state in memory         | DynamoDB                      |
| `StoresCheck`         | a write that is undone, in each file    | a read of each service        |
| `CaptureLog`          | JSONL segments                          | endpoint data capture on S3   |
| `ScoreBoard`          | SQLite                                  | DynamoDB                      |
| `AuditLog`            | SQLite, JSONL journals on the way there | DynamoDB                      |
| `DecisionBook`        | SQLite                                  | DynamoDB                      |
| `OptOutList`          | SQLite                                  | DynamoDB                      |
| `ScoringControl`      | SQLite, looked at every 0.25 s          | DynamoDB                      |
| `WaiverBook`          | SQLite                                  | DynamoDB                      |
| `OutcomeBook`         | SQLite                                  | S3, as ground truth           |
| `AnswerBook`          | SQLite                                  | S3, as Parquet                |
| `MetricLog`           | SQLite                                  | CloudWatch                    |
| `ServingFigures`      | the server's own metric files           | CloudWatch                    |
| `AlarmBook`           | SQLite                                  | CloudWatch alarms             |
| `Notifier`            | log, and Apprise: webhook, mail, ...    | SNS                           |
| `ReportShelf`         | a folder per report                     | S3                            |
| `PipelineRunner`      | a process per step, files by digest     | SageMaker Pipelines           |
| `JobBook`             | SQLite, a lock a job                    | DynamoDB                      |
| `Secrets`             | file mode 0600 or environment           | Secrets Manager               |
| `Clock`               | system                                  | system                        |
"""
