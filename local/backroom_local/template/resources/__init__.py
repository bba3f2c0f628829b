"""The makers of resources: one small function a type, in one table; and the types that are nothing on the twin."""

from collections.abc import Mapping
from typing import Final

from backroom_local.template.resource import Maker
from backroom_local.template.resources import batch, compute, events, inert, keeping, messages, roles, storage

MAKERS: Final[Mapping[str, Maker]] = {
    "AWS::Batch::ComputeEnvironment": batch.compute_environment,
    "AWS::Batch::ConsumableResource": batch.consumable_resource,
    "AWS::Batch::JobDefinition": batch.job_definition,
    "AWS::Batch::JobQueue": batch.job_queue,
    "AWS::Batch::SchedulingPolicy": batch.scheduling_policy,
    "AWS::DynamoDB::Table": storage.table,
    "AWS::ECR::Repository": keeping.repository,
    "AWS::Events::EventBus": events.bus,
    "AWS::Events::Rule": events.rule,
    "AWS::IAM::InstanceProfile": roles.instance_profile,
    "AWS::IAM::ManagedPolicy": roles.managed_policy,
    "AWS::IAM::Policy": roles.policy,
    "AWS::IAM::Role": roles.role,
    "AWS::KMS::Alias": keeping.alias,
    "AWS::KMS::Key": keeping.key,
    "AWS::Lambda::EventSourceMapping": compute.event_source,
    "AWS::Lambda::Function": compute.function,
    "AWS::Lambda::LayerVersion": compute.layer,
    "AWS::Lambda::Permission": compute.permission,
    "AWS::Logs::LogGroup": keeping.log_group,
    "AWS::S3::Bucket": storage.bucket,
    "AWS::S3::BucketPolicy": storage.bucket_policy,
    "AWS::SNS::Subscription": messages.subscription,
    "AWS::SNS::Topic": messages.topic,
    "AWS::SNS::TopicPolicy": messages.topic_policy,
    "AWS::SQS::Queue": messages.queue,
    "AWS::SQS::QueuePolicy": messages.queue_policy,
    "AWS::SSM::Parameter": keeping.parameter,
    "AWS::Scheduler::Schedule": events.schedule,
    "AWS::Scheduler::ScheduleGroup": events.schedule_group,
    "AWS::SecretsManager::Secret": keeping.secret,
    "AWS::StepFunctions::StateMachine": compute.state_machine,
    **dict.fromkeys(inert.REASONS, inert.make),
}
"""Type of a resource -> what makes it."""
