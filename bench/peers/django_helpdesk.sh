#!/bin/sh
# django-helpdesk, the closest peer: IMAP -> tickets (SQLite, files) -> an acknowledgement by SMTP. It deletes what it
# has read. Its virtual environment is HELPDESK_VENV, which `make bench` sets up.
set -eu
W=$BENCH_DIR/runs/${PEER:-django_helpdesk}
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PY=${HELPDESK_VENV:-$ROOT/.venv-helpdesk}/bin/python
export W PYTHONPATH="$ROOT/bench/peers" DJANGO_SETTINGS_MODULE=helpdesk_site.settings
cd "$ROOT"
count() {
    "$PY" -c "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM helpdesk_ticket').fetchone()[0])" "$W/helpdesk.db"
}
case $1 in
prepare)
    rm -rf "$W"; mkdir -p "$W"
    "$PY" -m django migrate --verbosity 0
    "$PY" -m django loaddata --verbosity 0 emailtemplate.json
    exec "$PY" -m helpdesk_site.make_queue ;;
run) exec "$PY" -m django get_email --quiet >"$W/log" 2>&1 ;;
count | sent) count ;; # it acknowledges every ticket
esac
