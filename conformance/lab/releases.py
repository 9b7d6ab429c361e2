"""Programs of other Debian releases, each in a folder that debootstrap made: `RELEASES/sid` and so on.

debootstrap --variant=minbase --include=openssh-server,openssh-client,dropbear-bin sid RELEASES/sid
"""

import os
import subprocess
from pathlib import Path

RELEASES = Path(os.environ.get("KEXRAY_LAB_RELEASES", "/var/lib/kexray-lab"))
#: What a program in there shares with the sandbox: its devices, the test user, and the folder of the recording.
SHARED = ("/dev", "/proc", "/etc/passwd", "/etc/shadow", "/etc/group", "/tmp")
#: Those of this process, which alone sees the mounts.
_prepared: set[Path] = set()


def prepared(release: str) -> Path:
    """The folder of a release, ready to run programs in this sandbox."""
    root = RELEASES / release
    if root not in _prepared:
        _prepared.add(root)
        for path in SHARED:
            subprocess.run(["mount", "--bind" if path == "/tmp" else "--rbind", path, f"{root}{path}"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(root / "run")], check=True)
        (root / "run/sshd").mkdir()
        scripts = Path(__file__).parent
        inside = root / scripts.relative_to("/")
        if not inside.exists():
            inside.mkdir(parents=True)
            subprocess.run(["mount", "--bind", str(scripts), str(inside)], check=True)
    return root


def within(release: str | None, *command: str) -> tuple[str, ...]:
    """The command as `release` has it; without one, as this system has it."""
    return ("chroot", str(prepared(release)), *command) if release else command
