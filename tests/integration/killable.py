"""A task that dies with its worker the first time and succeeds the second; run as a program, it is sent.

Loaded into a real worker with ``--include``; the worker and the sender both use the product's own settings.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from adforge.celery import app

NAME = "tests.integration.killable.work"


@app.task(name=NAME)
def work(notes: str) -> None:
    """Writes its process id and hangs; the second delivery finds the note and finishes."""
    path = Path(notes)
    first = not path.exists()
    with path.open("a") as file:
        file.write(f"started {os.getpid()}\n")
    if first:
        time.sleep(120)
    with path.open("a") as file:
        file.write("finished\n")


if __name__ == "__main__":
    app.signature(NAME, args=[sys.argv[1]], queue=sys.argv[2]).apply_async()
