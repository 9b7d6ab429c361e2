//! OpenSSH's server and clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::kexray::wait_until;
use crate::network::{Machine, SERVER};

/// A running sshd, which lets whoever has the first of two keys in as root.
pub(crate) struct Sshd {
    child: Child,
    folder: PathBuf,
}

impl Sshd {
    pub(crate) fn start(machine: &Machine, folder: &Path) -> Self {
        for key in ["host", "right", "wrong"] {
            let mut command = Command::new("ssh-keygen");
            command.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(folder.join(key));
            assert!(command.status().unwrap().success());
        }
        let path = |name: &str| folder.join(name).display().to_string();
        let config = format!(
            "ListenAddress {SERVER}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             PermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 1000\nLoginGraceTime 0\n",
            path("host"),
            path("right.pub")
        );
        fs::write(folder.join("sshd_config"), config).unwrap();
        // Where it separates privileges; the system makes it when the service starts.
        fs::create_dir_all("/run/sshd").unwrap();
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-f", &path("sshd_config"), "-E", &path("sshd.log")]);
        let child = machine.on(move || command.spawn().unwrap());
        let sshd = Self { child, folder: folder.to_owned() };
        wait_until("sshd", || sshd.log().contains("Server listening on"));
        sshd
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("sshd.log")).unwrap_or_default()
    }

    /// A client that runs a command there.
    pub(crate) fn client(&self, key: &str) -> Command {
        let mut command = Command::new("ssh");
        command.args([
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "LogLevel=ERROR",
        ]);
        command.args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i"]);
        command.arg(self.folder.join(key)).arg(format!("root@{SERVER}")).arg("true");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
