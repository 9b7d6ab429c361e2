"""Starting and stopping peers. Only processes that were started here are ever signalled, each by its own id."""

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# A fixed, small environment: nothing of the machine that records leaks into a session.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C", "TERM": "dumb"}


@dataclass
class Started:
    """A peer that runs in the background."""

    process: subprocess.Popen
    log: Path

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(command: list[str], log: Path, **environment: str) -> Started:
    """Starts `command` in the background; its output is appended to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=ENVIRONMENT | environment
        )
    return Started(process, log)


def run(command: list[str], log: Path, **environment: str) -> int:
    """Runs `command` to its end, its output appended to `log`, and returns the exit status."""
    with log.open("ab") as output:
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT | environment,
            timeout=60,
            check=False,
            start_new_session=True,  # no terminal: passwords come from where the scenario says
        )
    return finished.returncode


def wait_for_text(log: Path, text: str, limit: float = 10.0) -> None:
    """Waits until `text` is in `log`."""
    deadline = time.monotonic() + limit
    while not (log.exists() and text in log.read_text(errors="replace")):
        if time.monotonic() > deadline:
            content = log.read_text(errors="replace") if log.exists() else "(no log)"
            raise TimeoutError(f"{text!r} did not appear:\n{content[-2000:]}")
        time.sleep(0.02)
