#!/bin/bash
# Builds every image, runs every job in them on a local twin (as user 10001, with a read-only root and the definitions' memory),
# and invokes every function by `sam local invoke` in Lambda's runtime image. Without a container engine it says so and
# succeeds. BACKROOM_CONTAINERS_UP names a script that brings an engine and the base images where none can be pulled: it is
# called with a folder and the site-packages of sam, and leaves FOLDER/env. A page named as argument gets the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1
unset PYTHONDONTWRITEBYTECODE
up=${BACKROOM_CONTAINERS_UP:-}
work=$(mktemp -d)
children=()
finish() {
  backroom local down --state-dir "$work/twin" > /dev/null 2>&1 || true
  for child in "${children[@]}"; do kill "$child" 2> /dev/null || true; done
  if [ -e "$work/engine/engine.pid" ]; then
    engine=$(cat "$work/engine/engine.pid")
    kill "$engine" 2> /dev/null || true
    for _ in $(seq 100); do kill -0 "$engine" 2> /dev/null || break; sleep 0.2; done
  fi
  umount "$work"/engine/dk/exec/netns/* 2> /dev/null || true
  rm -rf "$work" || true
}
trap finish EXIT
pull=()
base=${BASE:-python:3.13-slim}
if [ -n "$up" ]; then
  if ! timeout 400 "$up" "$work/engine" "$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" > "$work/engine.log" 2>&1; then
    echo "skipped: $up brought no engine: $(tail -n 1 "$work/engine.log")"; exit 0
  fi
  # shellcheck source=/dev/null
  . "$work/engine/env"
  export PATH="$PWD/.venv/bin:$PATH"
  pull=(--skip-pull-image)
  base=${BASE:-python:3.12-slim}
elif ! docker info > /dev/null 2>&1; then
  echo "skipped: no container engine answers"; exit 0
fi
case $(uname -m) in aarch64 | arm64) ARCHITECTURE=arm64 ;; *) ARCHITECTURE=x86_64 ;; esac
export ARCHITECTURE
sam build --cached --cache-dir "$work/cache" --parallel --build-dir "$work/build" --parameter-overrides "Architecture=$ARCHITECTURE" > "$work/build.log" 2>&1 ||
  { cat "$work/build.log" >&2; exit 1; }
backroom local up --state-dir "$work/twin" --containers --base "$base" --json > "$work/twin.json"
python -m scripts.trial "$work/twin" --base "$base" ${1:+--record "$1"}
gateway=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
port=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["port"])' "$work/twin.json")
mkfifo "$work/forward"
python scripts/trial/forward.py "$gateway" "$port" > "$work/forward" &
children+=($!)
read -r port < "$work/forward"
python scripts/trial/invoke_environment.py "$work" "http://$gateway:$port"
invoke() {
  echo "sam local invoke $1 -e events/$2"
  sam local invoke "$1" -e "events/$2" -t "$work/build/template.yaml" --config-file "$PWD/samconfig.toml" \
    --env-vars "$work/variables.json" --parameter-overrides "Architecture=$ARCHITECTURE" "${pull[@]}" > "$work/answer" 2> "$work/invoke.log" ||
    { cat "$work/invoke.log" >&2; exit 1; }
  cat "$work/answer"; echo
  if grep -q '"errorType"' "$work/answer"; then tail -n 40 "$work/invoke.log" >&2; exit 1; fi
}
invoke PlanFunction plan_dry_run.json
invoke RecordFunction record_error.json
invoke ReconcileFunction reconcile_sweep.json
invoke ObserveFunction observe.json
invoke NotifyFunction notify.json
