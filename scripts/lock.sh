#!/bin/sh
# Resolves every requirements.in into a requirements.txt with hashes and without naming an index, for any platform.
set -eu
cd "$(dirname "$0")/.."
lock() { .venv/bin/uv pip compile -q --no-header --no-annotate --no-emit-index-url --generate-hashes --universal "$@"; }
lock --python-version 3.11 requirements/dev.in -o requirements/dev.txt
lock --python-version 3.11 -c requirements/dev.txt requirements/bench.in -o requirements/bench.txt
lock --python-version 3.11 requirements/formal.in -o requirements/formal.txt
lock --python-version 3.11 requirements/gates.in -o requirements/gates.txt
# What is shipped is held to the versions that development tested.
for folder in layers/backroom containers/*/; do
  folder=${folder%/}
  [ ! -e "$folder/requirements.in" ] || lock --python-version 3.11 -c requirements/dev.txt "$folder/requirements.in" -o "$folder/requirements.txt"
done
