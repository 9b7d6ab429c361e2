"""A throw-away view of the system, so that recording leaves nothing behind.

The recorder runs itself again inside private mount, PID, UTS and IPC namespaces. The network namespaces that it
makes there, the test user and every log that a server insists on writing below `/var/log` exist only inside: when
the first process of the PID namespace ends, however it ends, the kernel takes all of it away.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

INSIDE = "--inside-sandbox"
HOST_NAME = "lab"
USER = "labuser"
USER_ID = 20000
PASSWORD = "tuna-salad"


def run_inside(work: Path) -> int:
    """Runs this command again inside the sandbox, with `INSIDE` and `work` added to its arguments; its exit status."""
    if os.geteuid() != 0:
        sys.exit("record.py: must run as root, it creates network namespaces")
    # Killed outright, this process cannot tidy up: then the kernel ends unshare, and unshare's end ends the rest.
    unshare = ["setpriv", "--pdeathsig", "KILL", "unshare"]
    unshare += ["--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    process = subprocess.Popen([*unshare, "--", sys.executable, *sys.argv, INSIDE, str(work)])
    try:
        return process.wait()
    finally:
        # Interrupted: unshare takes its child with it, and that was the first process of the PID namespace.
        process.kill()
        process.wait()


def furnish(work: Path) -> None:
    """Mounts private copies of what servers and `ip netns` write to, and adds the test user to the private copies."""
    if os.getpid() != 1:
        raise RuntimeError("not the first process of a PID namespace: call run_inside() first")
    subprocess.run(["hostname", HOST_NAME], check=True)
    for path in ("/run", "/var/log"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    # sshd insists on its privilege separation directory, `ip netns` on the folder for its names.
    for path in ("/run/sshd", "/run/netns"):
        Path(path).mkdir()
    _add_user(work)


def _add_user(work: Path) -> None:
    home = work / "home"
    home.mkdir()
    os.chown(home, USER_ID, USER_ID)
    digest = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True
    ).stdout.strip()
    _append("/etc/passwd", f"{USER}:x:{USER_ID}:{USER_ID}::{home}:/bin/sh", work)
    _append("/etc/group", f"{USER}:x:{USER_ID}:", work)
    _append("/etc/shadow", f"{USER}:{digest}:20000:0:99999:7:::", work)


def _append(path: str, line: str, work: Path) -> None:
    """Covers `path` with a copy that has one more line."""
    copy = work / Path(path).name
    copy.touch(mode=0o600)
    copy.write_text(Path(path).read_text().rstrip("\n") + f"\n{line}\n")
    copy.chmod(os.stat(path).st_mode & 0o777)
    subprocess.run(["mount", "--bind", str(copy), path], check=True)
