"""inbox_worker: reads a team mailbox for one or more schemes, and answers only what it should."""

__version__ = "0.1.0"
