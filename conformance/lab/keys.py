"""Keys for hosts and users, made anew for every recording, and their fingerprints."""

import re
import shutil
import subprocess
from pathlib import Path

BITS = {"rsa": "2048", "ecdsa": "256", "ed25519": "256"}


class Keys:
    """Makes each key once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def openssh(self, name: str, kind: str) -> Path:
        """The private key's file; the public one is beside it with `.pub`."""
        key = self._folder / f"{name}_{kind}"
        if not key.exists():
            _run("ssh-keygen", "-q", "-t", kind, "-b", BITS[kind], "-N", "", "-C", name, "-f", str(key))
        return key

    def of_size(self, name: str, kind: str, bits: str) -> Path:
        key = self._folder / f"{name}_{kind}{bits}"
        if not key.exists():
            _run("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", name, "-f", str(key))
        return key

    def user_certificate(self, name: str, principal: str) -> Path:
        """A key for which `authority` signed a certificate, which lies beside it."""
        key = self.of_size(f"{name}_certified", "ed25519", "256")
        authority = self.openssh("authority", "ed25519")
        _run("ssh-keygen", "-q", "-s", str(authority), "-I", "lab", "-n", principal, str(public_file(key)))
        return key

    def pem(self, name: str) -> Path:
        """An RSA key in the form that old libraries read."""
        key = self._folder / f"{name}_pem"
        if not key.exists():
            _run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-C", name, "-f", str(key))
        return key

    def folder(self, name: str) -> Path:
        """A folder with one key, named as OpenSSH names it."""
        folder = self._folder / f"{name}_folder"
        if not folder.exists():
            folder.mkdir()
            key = self.openssh(name, "ed25519")
            shutil.copy(key, folder / "id_ed25519")
            shutil.copy(public_file(key), folder / "id_ed25519.pub")
        return folder

    def dropbear(self, name: str, kind: str) -> Path:
        """The same in Dropbear's own format."""
        key = self._folder / f"{name}_{kind}_dropbear"
        if not key.exists():
            _run("dropbearkey", "-t", kind, "-f", str(key))
            shown = _run("dropbearkey", "-y", "-f", str(key))
            public = re.search(r"^(ssh-\S+|ecdsa-\S+) .*$", shown, re.M)[0]
            public_file(key).write_text(public + "\n")
        return key

    def putty(self, openssh_key: Path) -> Path:
        key = openssh_key.with_suffix(".ppk")
        _run("puttygen", str(openssh_key), "-O", "private", "-o", str(key))
        return key

    def ssh1(self, name: str) -> Path:
        """An RSA key of SSH-1, without a passphrase."""
        key = self._folder / f"{name}_ssh1"
        if not key.exists():
            _run("puttygen", "-q", "-t", "rsa1", "-b", "2048", "-C", name, "--new-passphrase", "/dev/null", "-o", str(key))
            _run("puttygen", str(key), "-O", "public", "-o", str(public_file(key)))
        return key

    def host_certificate(self, authority: Path, host_key: Path, principal: str) -> Path:
        """The certificate that `authority` signs for `host_key`."""
        _run(
            *("ssh-keygen", "-q", "-s", str(authority), "-I", "lab host", "-h", "-n", principal),
            *("-V", "always:forever", str(public_file(host_key))),
        )
        return host_key.with_name(host_key.name + "-cert.pub")


def public_file(key: Path) -> Path:
    return key.with_name(key.name + ".pub")


def fingerprint(key: Path) -> str:
    """`SHA256:…` as `ssh-keygen -l` prints it."""
    return _run("ssh-keygen", "-l", "-E", "sha256", "-f", str(public_file(key))).split()[1]


def ssh1_fingerprint(key: Path, kind: str) -> str:
    """The same of a key of SSH-1, as the last `ssh-keygen` that knew it prints it; `kind` is `md5` or `sha256`."""
    return _run("ssh-keygen1", "-l", "-E", kind, "-f", str(public_file(key))).split()[1]


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
