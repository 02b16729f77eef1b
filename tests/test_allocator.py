"""Large blocks go back to the system, whatever was freed before and whatever lies behind them."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from inbox_worker.allocator import give_back
if sys.argv[1] == "told":
    assert give_back()
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
del (once := [bytes(30_000_000)])[:]  # from now on glibc, left alone, puts blocks of this size among the small ones
before = resident()
large, small = [], []
for _ in range(100):
    large.append(b"x" * 500_000)
    small.append(b"y" * 1_000)  # what stays, behind each
del large[:]
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps blocks, and can be told not to")
def test_what_a_batch_of_large_mails_took_is_given_back() -> None:
    def kept(how: str) -> int:
        run = [sys.executable, "-c", PROGRAM, how]
        return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)

    left_alone, told = kept("left alone"), kept("told")
    assert left_alone > 30_000  # kB: otherwise there is nothing to mend
    assert told < 5_000
