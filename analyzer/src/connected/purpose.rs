//! What a connection is for, from what was said first.
//!
//! A session is opened, confirmed, and then the client asks for what it wants to run (RFC 4254 sections 6.1 to 6.5). A
//! request for a terminal, a shell, a command and a subsystem have sizes of their own, but some commands are as long as
//! other requests: then what follows decides, or nothing is told.

use super::scene::Scene;
use super::usage::{Purpose, SessionKind};

/// Tells what it is for.
pub(super) fn purpose(scene: &Scene<'_>) -> Purpose {
    let sessionless = |kind| Purpose { kind: Some(kind), agent_forwarding: Some(false) };
    if scene.is_idle() {
        return sessionless(SessionKind::None);
    }
    if scene.forwards() {
        return sessionless(SessionKind::Forward);
    }
    let Some(request) = scene.request() else { return Purpose::default() };
    let kind = scene.kind(&request);
    Purpose { kind, agent_forwarding: kind.and(request.agent) }
}

#[cfg(test)]
mod tests {
    use kexray_grammar::{Role, Sealing, sealings};

    use super::super::opening::Opening;
    use super::super::sizes::*;
    use super::*;
    use crate::auth::dialogue::{Each, Habits};
    use crate::wire::Wire;

    use Role::{Client, Server};

    /// What an end says in one go, by the sizes of payloads.
    type Said<'s> = (Role, &'s [usize]);

    const OPENED: [Said<'static>; 3] =
        [(Client, &[OPEN, NO_MORE_SESSIONS]), (Server, &[600]), (Server, &[CONFIRMATION])];
    const CLOSED: [Said<'static>; 3] =
        [(Server, &[EOF, EXIT_STATUS, EOF]), (Client, &[EOF]), (Client, &[33])];

    fn tell(sealing: Sealing, says: &[Said<'_>]) -> Purpose {
        let wire = Wire::new(sealing, Habits::default());
        let mut opening = Opening::new();
        for (from, payloads) in says {
            if wire.tells_packets() {
                payloads.iter().for_each(|payload| opening.add(*from, wire.of(*payload), &wire));
            } else {
                opening.add(*from, wire.of_all(payloads), &wire);
            }
        }
        let flights: Vec<_> = opening.flights().collect();
        let wires = Each { client: wire, server: wire };
        purpose(&Scene::new(&opening, &flights, &wires, true, true))
    }

    /// What is told where lengths are hidden and blocks are small, and where lengths are in clear and blocks are large.
    fn kinds(says: &[Said<'_>]) -> [Option<SessionKind>; 2] {
        [sealings::chacha20_poly1305(), sealings::encrypt_then_mac(16, 32)].map(|it| tell(it, says).kind)
    }

    fn session(says: &[Said<'_>]) -> [Option<SessionKind>; 2] {
        kinds(&[&OPENED, says, &CLOSED].concat())
    }

    #[test]
    fn a_command_is_known_by_its_length_or_by_what_it_puts_out() {
        let long = [(Client, &[SHORTEST_EXEC + 40][..]), (Server, &[REPLY, ADJUST])];
        assert_eq!(session(&long), [Some(SessionKind::Exec); 2]);
        let as_long_as_sftp = [(Client, &[SFTP][..]), (Server, &[REPLY, ADJUST])];
        assert_eq!(session(&as_long_as_sftp), [None; 2]);
        let talkative = [&as_long_as_sftp[..], &[(Server, &[40])]].concat();
        assert_eq!(session(&talkative), [Some(SessionKind::Exec); 2]);
    }

    #[test]
    fn a_subsystem_is_known_by_its_greeting() {
        let greeted =
            [(Client, &[SFTP][..]), (Server, &[REPLY, ADJUST]), (Client, &[SFTP_INIT]), (Server, &[300])];
        let then = [(Client, &[40][..]), (Server, &[60])];
        assert_eq!(session(&[&greeted[..], &then].concat()), [Some(SessionKind::Subsystem); 2]);
        let refused = [&greeted[..3], &[(Server, &[40])], &then].concat();
        assert_eq!(session(&refused), [None; 2]);
    }

    #[test]
    fn a_shell_is_known_by_its_terminal_and_its_keys() {
        let asked = [(Client, &[300, SHELL][..]), (Server, &[REPLY, REPLY, ADJUST]), (Server, &[60])];
        assert_eq!(session(&asked), [None; 2]);
        let typed = [(Client, &[KEY][..]), (Server, &[KEY])].repeat(4);
        assert_eq!(session(&[&asked[..], &typed].concat()), [Some(SessionKind::Shell); 2]);
        let one_by_one = [(Client, &[300][..]), (Server, &[REPLY]), (Client, &[SHELL]), (Server, &[REPLY])];
        assert_eq!(session(&[&one_by_one[..], &typed].concat()), [Some(SessionKind::Shell); 2]);
    }

    #[test]
    fn whoever_asks_for_nothing_wants_nothing() {
        let none = [Some(SessionKind::None); 2];
        assert_eq!(kinds(&[]), none);
        assert_eq!(kinds(&[(Client, &[33]), (Server, &[600])]), none);
        assert_eq!(kinds(&[(Client, &[NO_MORE_SESSIONS]), (Server, &[600]), (Client, &[33])]), none);
        assert_ne!(kinds(&OPENED), none);
    }

    #[test]
    fn ports_are_forwarded_either_way() {
        let forward = [Some(SessionKind::Forward); 2];
        let direct = [(Client, &[NO_MORE_SESSIONS][..]), (Client, &[67]), (Server, &[CONFIRMATION])];
        assert_eq!(kinds(&direct), forward);
        let remote = [(Client, &[36][..]), (Client, &[NO_MORE_SESSIONS]), (Server, &[600]), (Server, &[1])];
        assert_eq!(kinds(&[&remote[..], &[(Client, &[33])]].concat()), forward);
    }

    #[test]
    fn the_agent_is_told_where_packets_are() {
        let asked = [(Client, &[AGENT, 300, SHELL][..]), (Server, &[REPLY, REPLY, ADJUST])];
        let typed = [(Client, &[KEY][..]), (Server, &[KEY])].repeat(4);
        let says = [&OPENED[..], &asked, &typed, &CLOSED].concat();
        let agent = |sealing| tell(sealing, &says).agent_forwarding;
        assert_eq!(agent(sealings::encrypt_then_mac(16, 32)), Some(true));
        assert_eq!(agent(sealings::chacha20_poly1305()), None);
    }

    #[test]
    fn before_the_end_nothing_is_known_of_who_is_silent() {
        let wire = Wire::new(sealings::chacha20_poly1305(), Habits::default());
        let opening = Opening::new();
        let wires = Each { client: wire, server: wire };
        let purpose = purpose(&Scene::new(&opening, &[], &wires, true, false));
        assert_eq!(purpose, Purpose::default());
    }
}
