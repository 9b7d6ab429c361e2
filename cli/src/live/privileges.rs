//! Rights that are needed to open an interface only.

use anyhow::{Context as _, anyhow};
use caps::CapSet;
use nix::sys::prctl;
use nix::unistd::{User, geteuid, initgroups, setgid, setuid};

/// Becomes that user, and gives up every capability; root stays root without one. No program that is started later gets any
/// back.
pub(super) fn give_up(user: Option<&str>) -> anyhow::Result<()> {
    if let Some(name) = user {
        become_user(name).with_context(|| format!("cannot become the user {name}"))?;
    }
    if !geteuid().is_root() {
        for set in [CapSet::Ambient, CapSet::Inheritable, CapSet::Effective, CapSet::Permitted] {
            caps::clear(None, set).context("cannot give up capabilities")?;
        }
    }
    prctl::set_no_new_privs().context("cannot forbid new privileges")
}

fn become_user(name: &str) -> anyhow::Result<()> {
    let user = User::from_name(name)?.ok_or_else(|| anyhow!("there is none of that name"))?;
    let name = std::ffi::CString::new(name)?;
    // In this order: the last step takes the right to do the others.
    initgroups(&name, user.gid)?;
    setgid(user.gid)?;
    setuid(user.uid)?;
    Ok(())
}
