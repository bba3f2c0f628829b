"""Powertools' logger, tracer and metrics: one of each for all modules."""

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace="Backroom")
