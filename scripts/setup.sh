#!/bin/sh
# Makes .venv with everything that requirements/dev.txt locks, and the three packages of this project in place.
# Needs Python >= 3.11; takes the first that fits, or PYTHON=... from the environment.
set -eu
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }

find_python() {
  for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
    if fits "$candidate"; then command -v "$candidate"; return; fi
  done
  echo "Backroom needs Python >= 3.11 and found none. Install one, or name it: make setup PYTHON=/path/to/python3" >&2
  exit 1
}

make_venv() {
  if "$1" -c 'import ensurepip' 2> /dev/null; then "$1" -m venv .venv; return; fi
  # Debian and Ubuntu ship the venv module without its ensurepip.
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get -q update && apt-get -q -y install --no-install-recommends python3-venv && "$1" -m venv .venv
  else
    echo "$1 cannot make virtual environments: install its venv package (Debian, Ubuntu: sudo apt install python3-venv)" >&2
    exit 1
  fi
}

python=$(find_python)
if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then rm -rf .venv; make_venv "$python"; fi
uv_version=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements/dev.txt)
.venv/bin/python -m pip install -q --disable-pip-version-check "uv==$uv_version"
export VIRTUAL_ENV="$PWD/.venv"
# --compile-bytecode: without it every first start of every process pays for compiling what it imports.
.venv/bin/uv pip sync -q --require-hashes --compile-bytecode requirements/dev.txt
.venv/bin/uv pip install -q --no-deps --no-build-isolation -e layers/backroom -e local -e console
touch .venv/ready
