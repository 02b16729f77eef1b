"""A process that has imported the program and forks a worker for every line it reads: a fresh worker in milliseconds.

Lines in: JSON {"config": path, "what": "once" | "run", "at": checkpoint or null, "count": which time}. Lines out: the
worker's process id, and once it is gone, its exit code (negative: the signal that ended it).
"""

import json
import os
import signal
import sys
from pathlib import Path

from inbox_worker import checkpoints, log
from inbox_worker.assembly import service
from inbox_worker.cli.run import run
from inbox_worker.config import load
from inbox_worker.jobs import Jobs


def killing(at: str, count: int) -> None:
    """Have this process killed when it reaches the checkpoint `at` for the time number `count`."""
    left = count

    def act(point: str) -> None:
        nonlocal left
        left -= point == at
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    checkpoints.install(act)


def work(asked: dict[str, object]) -> int:
    """Be a worker; return the exit code."""
    if asked["at"]:
        killing(str(asked["at"]), int(str(asked["count"])))
    path = Path(str(asked["config"]))
    if asked["what"] == "run":
        run(path)
        return 0
    config = load(path)
    log.setup(config.log.format, config.log.level)
    with service(config) as built:
        return max(report.exit_code for report in Jobs(built).once())


def main() -> None:
    """Serve until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 70
            try:
                os.setpgid(0, 0)
                code = work(asked)
            finally:
                sys.stderr.flush()
                os._exit(code)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
