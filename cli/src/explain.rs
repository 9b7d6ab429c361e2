//! `kexray read --explain`: how the verdict on one session's authentication came about.

use std::io::{self, Write};

use anyhow::bail;
use kexray_analyzer::grammar::Role;
use kexray_analyzer::{Engine, Event, Evidence, Explained, Meaning, Session, Timestamp};
use kexray_capture::{Flow, Observer, Oddity, Uid};

use crate::args::ReadArgs;
use crate::captures::Captures;
use crate::escape::to_text;
use crate::input;
use crate::table::endpoint;

pub(crate) fn run(
    args: &ReadArgs,
    wanted: &str,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    progress: bool,
) -> anyhow::Result<bool> {
    let Some(captures) = Captures::open(&args.input, stderr) else { return Ok(false) };
    let mut config = args.analysis.config();
    config.explain = true;
    config.engine = Engine::Dialogue;
    let seeker = Seeker { seed: args.analysis.uids.seed, wanted, text: None };
    let outcome = input::read(captures, config, seeker, stderr, progress, |_| Ok(()))?;
    let Some(text) = outcome.observer.text else {
        bail!(
            "no session {wanted}: give the uid that `kexray read --format json` shows, with the same files in the same order"
        );
    };
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(outcome.all_read)
}

/// Waits for one session.
struct Seeker<'w> {
    seed: u64,
    wanted: &'w str,
    text: Option<String>,
}

impl Observer for Seeker<'_> {
    const EVENTS: bool = false;

    fn event(&mut self, _: &Flow, _: Timestamp, _: &Event<'_>) {}

    fn oddity(&mut self, _: &Flow, _: Timestamp, _: Oddity) {}

    fn session(&mut self, flow: &Flow, session: &mut Session) {
        let uid = Uid::of(flow, self.seed).to_string();
        if self.text.is_none() && uid == self.wanted {
            let mut text = Vec::new();
            // Writing to memory does not fail.
            let _ = explain(&mut text, &uid, flow, session);
            self.text = Some(String::from_utf8_lossy(&text).into_owned());
        }
    }
}

fn explain(out: &mut dyn Write, uid: &str, flow: &Flow, session: &Session) -> io::Result<()> {
    let line = |line: &Option<Box<[u8]>>| line.as_deref().map_or_else(|| "unknown".to_owned(), to_text);
    writeln!(out, "session  {uid}, {} to {}", endpoint(flow.originator), endpoint(flow.responder))?;
    writeln!(out, "client   {}", line(&session.client))?;
    writeln!(out, "server   {}", line(&session.server))?;
    if let Some(algorithms) = &session.algorithms {
        let (cipher, mac) = (&algorithms.encryption, algorithms.mac_in_use());
        let name = |name: Option<&[u8]>| name.map_or_else(|| "none in common".to_owned(), to_text);
        let to_server = cipher.client_to_server.as_deref();
        writeln!(out, "sealing  {}, MAC {}", name(to_server), name(mac.client_to_server))?;
        let to_client = cipher.server_to_client.as_deref();
        if (to_client, mac.server_to_client) != (to_server, mac.client_to_server) {
            writeln!(out, "         to the client: {}, MAC {}", name(to_client), name(mac.server_to_client))?;
        }
    }
    writeln!(out)?;
    packets(out, session.explanation.as_deref().unwrap_or_default())?;
    writeln!(out, "{}", verdict(session))
}

fn packets(out: &mut dyn Write, packets: &[Explained]) -> io::Result<()> {
    let Some(start) = packets.first().map(|first| first.at) else {
        return writeln!(out, "Nothing encrypted could be explained.\n");
    };
    writeln!(out, "    seconds  from    octets  taken for")?;
    let untold = |packet: &Explained| packet.meaning == Meaning::Unfollowed;
    for run in packets.chunk_by(|one, next| untold(one) && untold(next)) {
        let Some((first, others)) = run.split_first() else { continue };
        let from =
            if others.iter().any(|other| other.from != first.from) { "both" } else { name(first.from) };
        let octets = run.iter().map(|packet| packet.octets.map(u64::from));
        let octets = octets.sum::<Option<u64>>().map_or_else(|| "?".to_owned(), |octets| octets.to_string());
        let doubt = if first.evidence == Evidence::Heuristic { "  (others are possible)" } else { "" };
        let taken = match (untold(first), run.len(), first.method) {
            (true, 1, _) => "not told".to_owned(),
            (true, count, _) => format!("not told, {count} in a row"),
            (false, _, Some(method)) => format!("{} {}{doubt}", first.message, method.name()),
            (false, _, None) => format!("{}{doubt}", first.message),
        };
        let after = first.at.as_nanos().saturating_sub(start.as_nanos()) / 1_000;
        writeln!(out, "{:>4}.{:06}  {from:6}  {octets:>6}  {taken}", after / 1_000_000, after % 1_000_000)?;
    }
    writeln!(out)
}

fn name(end: Role) -> &'static str {
    match end {
        Role::Client => "client",
        Role::Server => "server",
    }
}

fn verdict(session: &Session) -> String {
    let Some(success) = session.auth_success else {
        return "verdict  unknown: no reading of the packets is left, or two that contradict each other"
            .to_owned();
    };
    let what = if success { "success" } else { "failure" };
    let attempts = match session.auth_attempts {
        1 => "1 attempt".to_owned(),
        attempts => format!("{attempts} attempts"),
    };
    let method = session.auth_method.map_or_else(String::new, |method| format!(", {}", method.name()));
    let evidence = match session.auth_evidence {
        Some(Evidence::Exact) => "; lengths are in clear, and no other reading is left",
        Some(Evidence::Aligned) => "; packets end where blocks and segments do, and no other reading is left",
        Some(Evidence::Heuristic) => "; the likeliest of several readings",
        None => "; by Zeek's rule",
    };
    format!("verdict  {what}, {attempts}{method}{evidence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_stands_in_one_line_however_much_it_is() {
        let untold = |from| Explained {
            at: Timestamp::from_micros(7),
            from,
            octets: Some(u32::MAX),
            message: "",
            meaning: Meaning::Unfollowed,
            method: None,
            evidence: Evidence::Heuristic,
        };
        let mut text = Vec::new();
        packets(&mut text, &[untold(Role::Client), untold(Role::Server), untold(Role::Server)]).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text.lines().nth(1),
            Some("   0.000000  both    12884901885  not told, 3 in a row"),
            "{text}"
        );
    }
}
