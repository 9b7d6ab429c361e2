//! `kexray explain`: what the names mean that are met in logs.

use std::io::{self, Write};

use kexray_analyzer::{Anomaly, Event};
use kexray_audit::notices::Notice;
use kexray_audit::{Finding, Known, List};
use kexray_capture::{Stats, TcpAnomaly};

use crate::columns::{Log, Notices, Oddities, Sessions};
use crate::likeness::{hint, most_like};
use crate::logs::Lost;

/// Nothing has that name.
#[derive(Debug, thiserror::Error)]
#[error("nothing is called {name:?}{}; `kexray explain` lists all names", hint(*.like))]
pub(crate) struct UnknownName {
    name: String,
    like: Option<&'static str>,
}

/// Something that has a name.
struct Entry {
    name: &'static str,
    /// What it is, as in "column of ssh.log".
    what: String,
    meaning: String,
}

/// Writes what has that name, or all names.
pub(crate) fn run(name: Option<&str>, stdout: &mut dyn Write) -> anyhow::Result<bool> {
    let entries = entries();
    let Some(name) = name else {
        list(&entries, stdout)?;
        return Ok(true);
    };
    let found: Vec<_> = entries.iter().filter(|entry| entry.name.eq_ignore_ascii_case(name)).collect();
    if found.is_empty() {
        let like = most_like(name, entries.iter().map(|entry| entry.name));
        return Err(UnknownName { name: name.to_owned(), like }.into());
    }
    for Entry { name, what, meaning } in found {
        writeln!(stdout, "{name}: {what}\n    {}", meaning.replace('\n', "\n    "))?;
    }
    stdout.flush()?;
    Ok(true)
}

fn list(entries: &[Entry], stdout: &mut dyn Write) -> io::Result<()> {
    let names = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for Entry { name, what, .. } in entries {
        writeln!(stdout, "{name:names$}  {what}")?;
    }
    stdout.flush()
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |name, what: &str, meaning: &str| {
        entries.push(Entry { name, what: what.to_owned(), meaning: plain(meaning) });
    };
    columns::<Sessions>(&mut add);
    columns::<Oddities>(&mut add);
    columns::<Notices>(&mut add);
    for (name, meaning) in Event::MEANINGS {
        add(name, "event", meaning);
    }
    for anomaly in Anomaly::ALL {
        add(anomaly.name(), "oddity of SSH, in weird.log", anomaly.meaning());
    }
    for anomaly in TcpAnomaly::ALL {
        add(anomaly.name(), "oddity of TCP, in weird.log", anomaly.meaning());
    }
    for finding in Finding::ALL {
        let what = format!("finding of kexray audit, {}", finding.severity());
        add(finding.name(), &what, &format!("{} See {}.", finding.meaning(), finding.reference()));
    }
    for notice in Notice::ALL {
        add(notice.name(), "notice, in notice.log", notice.meaning());
    }
    for (name, meaning, _) in Stats::default().described() {
        add(name, "counter of --stats", meaning);
    }
    for (name, meaning, _) in Lost::default().described() {
        add(name, "counter of --stats", meaning);
    }
    for list in List::ALL {
        for known in list.table() {
            let what = format!("algorithm: {}, {}", list.name(), known.standing.name());
            add(known.name, &what, &algorithm(&known));
        }
    }
    entries
}

/// What is known of an algorithm.
fn algorithm(known: &Known) -> String {
    let mut text = format!("Of the family {}", known.family);
    match known.post_quantum {
        Some(true) => text.push_str("; a quantum computer alone does not break it"),
        Some(false) => text.push_str("; a quantum computer breaks it"),
        None => {}
    }
    if known.sha1 {
        text.push_str("; signs with SHA-1");
    }
    format!("{text}. See {}.", known.reference)
}

fn columns<L: Log>(add: &mut impl FnMut(&'static str, &str, &str)) {
    for column in L::COLUMNS {
        let what = format!("column of {}.log, {}, from {}", L::NAME, column.kind.of_zeek(), column.source);
        add(column.name, &what, column.meaning);
    }
}

/// Documentation of code, as text that stands alone.
fn plain(meaning: &str) -> String {
    meaning.lines().map(|line| line.trim().replace(['`', '[', ']'], "")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(name: &str) -> Result<String, String> {
        let mut out = Vec::new();
        run(Some(name), &mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn everything_has_a_meaning() {
        for entry in entries() {
            assert!(entry.meaning.len() > 5, "{} ({})", entry.name, entry.what);
            assert!(explain(entry.name).unwrap().contains(&entry.what));
        }
    }

    #[test]
    fn names_are_explained_wherever_they_are_met() {
        let client = explain("client").unwrap();
        assert_eq!(
            client,
            "client: column of ssh.log, string, from Zeek\n    identification line of the client\n"
        );
        assert!(explain("ssh_auth_successful").unwrap().starts_with("ssh_auth_successful: event\n"));
        assert!(explain("SSH_packet_too_long").unwrap().contains("oddity of SSH"));
        assert!(explain("rexmit_inconsistency").unwrap().contains("oddity of TCP"));
        assert!(explain("terrapin").unwrap().contains("finding of kexray audit, medium"));
        assert!(explain("3des-cbc").unwrap().starts_with("3des-cbc: algorithm: cipher, deprecated\n"));
        assert!(explain("flows_evicted").unwrap().contains("counter"));
        let both = explain("uid").unwrap();
        assert!(both.contains("ssh.log") && both.contains("weird.log"), "{both}");
    }

    #[test]
    fn what_may_have_been_meant_is_proposed() {
        let error = explain("hash_server").unwrap_err();
        assert!(error.contains("did you mean \"hasshServer\"?"), "{error}");
        assert!(!explain("nosuch").unwrap_err().contains("did you mean"));
        assert!(!explain("qqqq").unwrap_err().contains("did you mean"));
    }
}
