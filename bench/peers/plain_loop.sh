#!/bin/sh
# The yardstick: the plain loop of the libraries that this project uses, with a stub in place of judgement.
set -eu
W=$BENCH_DIR/runs/${PEER:-plain_loop}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PY=${PYTHON:-$ROOT/.venv/bin/python}
cd "$ROOT"
case $1 in
prepare) rm -rf "$W"; mkdir -p "$W" ;;
run) exec "$PY" -m bench.plain_loop "$MAILUSER" "$W/mail.db" >"$W/out.json" ;;
count) "$PY" -c "import json, sys; print(json.load(open(sys.argv[1]))['done'])" "$W/out.json" ;;
sent) "$PY" -c "import json, sys; print(json.load(open(sys.argv[1]))['sent'])" "$W/out.json" ;;
esac
