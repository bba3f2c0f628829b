"""Resource types that the project's template does not have."""

import json
from pathlib import Path

from backroom_local.template.stack import Stack
from backroom_local.twin import Twin

from tests.integration.twin.applying import apply

ROOT = Path(__file__).parents[3]
REGION = "eu-central-1"


MORE = """
Parameters:
  Days: {Type: Number, Default: 3}
  Switch: {Type: String, Default: "no"}
Conditions:
  IsOn: !Equals [!Ref Switch, "yes"]
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 90
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Listener:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Key: {Type: AWS::KMS::Key, Properties: {Description: k}}
  KeyAlias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/mine, TargetKeyId: !Ref Key}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: s, GenerateSecretString: {PasswordLength: 20}}}
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Name: /p, Type: String, Value: !Sub "${Days} days"}}
  Images: {Type: AWS::ECR::Repository, Properties: {RepositoryName: images}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: own}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [here]}
      Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref Topic]}}
  Extra: {Type: AWS::SNS::Topic, Condition: IsOn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [!Ref Policy]
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
Outputs:
  Queue: {Value: !Ref Queue}
  Extra: {Condition: IsOn, Value: !Ref Extra}
  Host: {Value: !Select [2, !Split ["/", !Join ["/", [a, b, !GetAtt Alarm.Arn]]]]}
"""


def test_the_other_types_are_made_and_made_again(applied: Twin, tmp_path: Path) -> None:
    first, made = apply(applied, tmp_path, MORE)
    assert "Extra" not in made
    assert first.outputs.keys() == {"Queue", "Host"}
    sqs, client = applied.clients.get("sqs"), applied.clients.get
    attributes = sqs.get_queue_attributes(QueueUrl=first.outputs["Queue"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "90"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 3
    client("sns").publish(TopicArn=first.resources["Topic"].made.ref, Message="hello")
    got = sqs.receive_message(QueueUrl=first.outputs["Queue"])["Messages"]
    assert json.loads(got[0]["Body"])["Message"] == "hello"
    assert client("ssm").get_parameter(Name="/p")["Parameter"]["Value"] == "3 days"
    secret = client("secretsmanager").get_secret_value(SecretId="s")["SecretString"]
    assert len(secret) == 20
    again, _ = apply(applied, tmp_path, MORE.replace("90", "91"), Stack(first.site), Days="4", Switch="yes")
    assert again.outputs["Extra"].startswith("arn:aws:sns:")
    assert again.resources["Key"].made.ref == first.resources["Key"].made.ref
    assert client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == secret
    assert client("ssm").get_parameter(Name="/p")["Parameter"]["Value"] == "4 days"
    assert (
        sqs.get_queue_attributes(QueueUrl=again.outputs["Queue"], AttributeNames=["All"])["Attributes"][
            "VisibilityTimeout"
        ]
        == "91"
    )
