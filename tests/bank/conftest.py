"""A small question file in good shape, for tests to break in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """\
# yaml-language-server: $schema=schema.json
topic: serving
name: Deployment and serving
scope: Getting predictions to those who wait for them.
questions:
  - id: slow-every-tenth-minute
    title: Fast on average, slow every tenth minute
    difficulty: easy
    type: technical
    skills: [tail-latency]
    minutes: 10
    prompt: |
      P50 is 12 ms and P99 is 900 ms.

      What do you look at, in what order?
    hints:
      - What else happens every ten minutes?
    rubric:
      - point: Looks for a periodic job
        weight: 3
        competence: evidence
        weak: Adds replicas.
        solid: Lists what runs every ten minutes.
        strong: Compares the start times with the peaks.
        heard:
          - cron job
          - scheduled task
      - point: Separates queueing from computing
        weight: 2
        competence: sizing
        weak: Measures the total.
        solid: Measures both parts.
        strong: Shows the queue as the larger part.
        heard:
          - waiting time
          - queue length
      - point: Checks garbage collection
        weight: 1
        competence: operations
        weak: Restarts it.
        solid: Reads the log of pauses.
        strong: Ties pauses to memory limits.
        heard:
          - gc pause
          - stop the world
      - point: Says what would show that it is mended
        weight: 2
        competence: evidence
        weak: Waits for complaints.
        solid: Names P99 per minute.
        strong: Adds an alarm on it.
        heard:
          - p99 per minute
          - alert
    answer: |
      I would first line up the peaks with whatever starts every ten minutes.
    mistakes:
      - Averaging percentiles.
    follow_ups:
      - ask: And if it happens on one replica only?
        listen_for: Compares replicas before code.
    levels:
      mid: Finds the job.
      senior: Proves it.
      staff: Prevents the next one.
    references:
      - {title: "The Tail at Scale", url: "https://doi.org/10.1145/2408776.2408794"}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a question file into the folder of this test and returns its path."""

    def _write(content: str | bytes = GOOD, name: str = "serving.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write
