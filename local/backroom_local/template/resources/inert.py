"""Resource types that do nothing on the twin, each with its reason; others may refer to their names and ARNs."""

from collections.abc import Mapping
from typing import Final

from backroom_local.template.resource import Declared, Made, Site

REASONS: Final[Mapping[str, str]] = {
    "AWS::ApplicationInsights::Application": "there is nothing to watch",
    "AWS::Backup::BackupPlan": "the twin's state is a folder",
    "AWS::Backup::BackupSelection": "the twin's state is a folder",
    "AWS::Backup::BackupVault": "the twin's state is a folder",
    "AWS::Budgets::Budget": "nothing costs anything",
    "AWS::CE::AnomalyMonitor": "nothing costs anything",
    "AWS::CE::AnomalySubscription": "nothing costs anything",
    "AWS::CloudTrail::Trail": "nobody but you calls the twin",
    "AWS::CloudWatch::Alarm": "the twin keeps no metrics",
    "AWS::CloudWatch::CompositeAlarm": "the twin keeps no metrics",
    "AWS::CloudWatch::Dashboard": "the twin keeps no metrics",
    "AWS::EC2::EIP": "there is no network",
    "AWS::EC2::FlowLog": "there is no network",
    "AWS::EC2::InternetGateway": "there is no network",
    "AWS::EC2::LaunchTemplate": "there are no instances",
    "AWS::EC2::NatGateway": "there is no network",
    "AWS::EC2::PlacementGroup": "there are no instances",
    "AWS::EC2::Route": "there is no network",
    "AWS::EC2::RouteTable": "there is no network",
    "AWS::EC2::SecurityGroup": "there is no network",
    "AWS::EC2::SecurityGroupEgress": "there is no network",
    "AWS::EC2::SecurityGroupIngress": "there is no network",
    "AWS::EC2::Subnet": "there is no network",
    "AWS::EC2::SubnetRouteTableAssociation": "there is no network",
    "AWS::EC2::VPC": "there is no network",
    "AWS::EC2::VPCEndpoint": "there is no network",
    "AWS::EC2::VPCGatewayAttachment": "there is no network",
    "AWS::Lambda::EventInvokeConfig": "an asynchronous invocation is tried once",
    "AWS::Lambda::Url": "the twin has no address but its own",
    "AWS::Lambda::Version": "the twin runs the source as it is",
    "AWS::Logs::MetricFilter": "the twin keeps no metrics",
    "AWS::Logs::QueryDefinition": "a saved query queries nothing by itself",
    "AWS::Logs::ResourcePolicy": "the twin asks no resource policy of a log group",
    "AWS::Logs::SubscriptionFilter": "logs stay where they are",
    "AWS::SES::ConfigurationSet": "mail is kept, not sent",
    "AWS::SES::EmailIdentity": "mail is kept, not sent",
    "AWS::XRay::Group": "the twin keeps no traces",
}
"""Type -> why nothing is made."""


def make(site: Site, declared: Declared) -> Made:
    """Make nothing; Ref gives a name, any attribute something of its form."""
    name = str(declared.properties.get("Name", site.name(declared.logical_id)))
    service, kind = declared.type.split("::")[1:3]
    arn = site.arn(service.lower(), f"{kind.lower()}/{name}")
    names = dict.fromkeys(("GroupId", "VpcId", "AllocationId"), name)
    return Made(name, {"Arn": arn, "LatestVersionNumber": "1", "DefaultVersionNumber": "1", **names})
