"""CloudWatch metrics as one log line in the embedded metric format: no API call, no permission.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping

import orjson

NAMESPACE = "Backroom"


def metrics_line(
    dimensions: Mapping[str, str], counts: Mapping[str, int], sizes: Mapping[str, int], seconds: float, now: float
) -> bytes:
    """The line: counts, sizes in bytes, seconds of a portion, by job and by tenant. `now`: seconds since the epoch."""
    units = dict.fromkeys(counts, "Count") | dict.fromkeys(sizes, "Bytes") | {"Seconds": "Seconds"}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["job"], ["job", "tenant"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }
    aws = {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}
    line = {"_aws": aws, **dimensions, **counts, **sizes, "Seconds": round(seconds, 3)}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
