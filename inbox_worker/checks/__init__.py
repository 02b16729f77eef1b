"""What a working service depends on, looked at one by one. Changes and sends nothing unless asked."""

from inbox_worker.checks.all import examine, send
from inbox_worker.checks.finding import Finding

__all__ = ["Finding", "examine", "send"]
