#!/bin/sh
# This project: IMAP -> ledger, applications (SQLite) -> acknowledgement, role description and summary by SMTP.
set -eu
W=$BENCH_DIR/runs/${PEER:-inbox_worker}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PY=${PYTHON:-$ROOT/.venv/bin/python}
cd "$ROOT"
case $1 in
prepare) rm -rf "$W"; mkdir -p "$W"; exec "$PY" -m bench.worker prepare "$MAILUSER" "$W" ;;
run)
    if [ -n "${BENCH_CLOCK:-}" ]; then exec "$PY" -m bench.worker run "$MAILUSER" "$W" >"$W/out.json"; fi
    exec "$PY" -c "from inbox_worker.cli.main import main; main()" once --config "$W/config.yaml" >"$W/log" 2>&1 ;;
count) "$PY" -m bench.worker count "$MAILUSER" "$W" ;;
sent) "$PY" -m bench.worker sent "$MAILUSER" "$W" ;;
esac
