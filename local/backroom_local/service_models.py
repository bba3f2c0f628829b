"""botocore's models of services, each read once for all who need it: reading one takes 10 to 100 ms of CPU."""

from functools import cache

import boto3
from botocore.model import ServiceModel
from botocore.session import Session, get_session


@cache
def session() -> Session:
    """Give the one session, whose loader keeps what it has read."""
    return get_session()


@cache
def boto() -> boto3.session.Session:
    """Give boto3's view of it; boto3 can have one only."""
    return boto3.session.Session(botocore_session=session())


@cache
def service_model(service: str) -> ServiceModel:
    """Give the model of a service by boto3's name for it."""
    return session().get_service_model(service)
