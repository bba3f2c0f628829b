"""The worker starts fast because of what it does not import."""

import subprocess
import sys

HEAVY = ("boto3", "botocore", "pydantic", "aws_lambda_powertools", "http.client", "ssl", "logging", "asyncio", "email")


def test_the_worker_imports_no_sdk_and_no_validator() -> None:
    code = f"import sys, backroom.worker; print([name for name in {HEAVY!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"
