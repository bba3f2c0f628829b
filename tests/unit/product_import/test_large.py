"""A feed of 3,000,000 products, sent packed, comes in: within its limits, and in little memory."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT}/containers/product_import:{ROOT}/layers/backroom"}
PRODUCTS = 3_000_000
SCRIPT = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from backroom.catalogue.database import text
from backroom.catalogue.sqlite import SqliteCatalogue
from product_import.merging import Import, merge
from product_import.params import parse_params
from product_import.sifting import mind_rejects, sift
from product_import.stage import LIMITS

folder, now = Path(sys.argv[1]), datetime(2026, 11, 27, tzinfo=UTC)
params = parse_params({"feed": {"key": "feed"}, "currency": "EUR"})
sifted = sift(folder / "feed", folder, params, text(now), LIMITS)
mind_rejects(sifted, 0)
catalogue = SqliteCatalogue("t", folder / "catalogue.sqlite")
counts = merge(catalogue, sifted, params, Import(text(now), now, lambda _connection: None))
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps([counts.created, catalogue.count(), peak]))
"""


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_three_million_products_come_in(tmp_path: Path) -> None:
    filler = "x" * 400
    with gzip.open(tmp_path / "feed", "wt", compresslevel=1) as file:
        file.write("sku,title,price,description\n")
        for number in range(PRODUCTS):
            file.write(f"SKU-{number:07},Product {number},{number % 900}.99,{number}{filler}\n")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    created, found, peak = json.loads(done.stdout)
    assert (created, found) == (PRODUCTS, PRODUCTS)
    assert peak < 1_000, "MB; what is read lies on disk"
