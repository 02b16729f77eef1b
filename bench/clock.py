"""A clock per stage: wall and processor time, each moment counted for the innermost stage of its thread alone."""

import functools
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Clock:
    """`with clock("parse"): ...`; `wall` and `processor` hold seconds by stage; threads add up."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        self._lock = threading.Lock()
        self._open = threading.local()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count what happens inside for `stage`, and for none around it."""
        stack: list[str] = self._open.__dict__.setdefault("stack", [])
        self._turn(stack)
        stack.append(stage)
        try:
            yield
        finally:
            self._turn(stack)
            stack.pop()

    def wrap(self, owner: Any, name: str, stage: str) -> None:
        """Count every call of the function `owner.name`; of a generator, every step. Fails where there is none."""
        original = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
        setattr(owner, name, self._counted(original, stage))

    def milliseconds(self, mails: int) -> dict[str, tuple[float, float]]:
        """Return stage -> wall and processor milliseconds a mail."""
        return {stage: (1000 * self.wall[stage] / mails, 1000 * self.processor[stage] / mails) for stage in self.wall}

    def _counted(self, original: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self(stage):
                found = original(*args, **kwargs)
            return self._steps(found, stage) if inspect.isgenerator(found) else found

        return call

    def _steps(self, found: Iterator[Any], stage: str) -> Iterator[Any]:
        while True:
            with self(stage):
                try:
                    item = next(found)
                except StopIteration:
                    return
            yield item

    def _turn(self, stack: list[str]) -> None:
        """Give the time since the last turn to the stage that is open."""
        now, busy = time.perf_counter(), time.thread_time()
        if stack:
            stage, here = stack[-1], self._open
            with self._lock:
                self.wall[stage] = self.wall.get(stage, 0.0) + now - here.since
                self.processor[stage] = self.processor.get(stage, 0.0) + busy - here.busy_since
        self._open.since, self._open.busy_since = now, busy
