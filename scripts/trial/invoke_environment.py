"""Points built functions at a local twin: `invoke_environment.py FOLDER ENDPOINT`.

Reads FOLDER/twin.json; writes FOLDER/variables.json for `sam local invoke --env-vars`, and adds AWS_ENDPOINT_URL to the
built template: of variables that a template does not declare, sam passes none.
"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen

_BEFORE = "        BACKROOM_STACK:"


def variables(outputs: dict[str, str], endpoint: str) -> dict[str, str]:
    """Give the functions' variables from a stack's outputs: sam cannot resolve what the template refers to."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "BACKROOM_STACK": outputs["StackName"],
        "BACKROOM_BUCKET": outputs["RunsBucketName"],
        "BACKROOM_TENANTS_TABLE": outputs["TenantsTableName"],
        "BACKROOM_RUNS_TABLE": outputs["RunsTableName"],
        "BACKROOM_QUEUE": outputs["SpotQueueArn"],
        "BACKROOM_ON_DEMAND_QUEUE": outputs["OnDemandQueueArn"],
        "BACKROOM_FARGATE_QUEUE": outputs["FargateQueueArn"],
        "BACKROOM_FARGATE_ON_DEMAND_QUEUE": outputs["FargateOnDemandQueueArn"],
        "BACKROOM_MULTI_NODE_QUEUE": outputs["MultiNodeQueueArn"],
        "POWERTOOLS_SERVICE_NAME": outputs["StackName"],
    }


def main(folder: Path, endpoint: str) -> None:
    """Write the variables and change the template; raises ValueError if the template has another form."""
    twin = json.loads((folder / "twin.json").read_text())["endpoint"]
    with urlopen(f"{twin}/_twin/outputs") as answer:  # noqa: S310 - the twin's own address
        outputs = json.load(answer)
    (folder / "variables.json").write_text(json.dumps({"Parameters": variables(outputs, endpoint)}))
    template = folder / "build/template.yaml"
    text = template.read_text()
    if text.count(_BEFORE) != 1:
        raise ValueError(f"{template} has no line {_BEFORE!r}: Globals of template.yaml has changed")
    template.write_text(text.replace(_BEFORE, f"        AWS_ENDPOINT_URL: {endpoint}\n{_BEFORE}"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
