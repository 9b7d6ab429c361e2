//! What speaks against a message of SSH-1 that may come, and whose size fits.
//!
//! Many messages are a string behind a number and nothing else, so sizes alone leave much open. What people and programs
//! usually say decides between what is possible.

use kexray_grammar::order::ssh1_dialogue::{Message, State};
use kexray_grammar::ssh1::Ignore;
use kexray_grammar::ssh1_authentication::{AuthPassword, AuthRhostsRsa, AuthRsa, AuthTisChallenge, User};
use kexray_grammar::ssh1_session::{
    ExecCommand, PortForwardRequest, RequestPty, StdoutData, X11RequestForwarding,
};
use kexray_grammar::{Role, Software, numbers};

use super::super::octets::octets;
use super::super::rules::{Cost, against, long_name, odd_command, odd_lone_password};
use super::super::software::Habits;
use super::methods::{Methods, tried};
use super::reading::{Packet, Reading};
use crate::auth::Method;

/// What holds for the whole connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ends {
    /// What the client's software is known to do.
    pub(crate) client: Habits,
    /// The methods that the server takes; `None` where that was not seen.
    pub(crate) methods: Option<Methods>,
}

impl Ends {
    /// What speaks against a method: hardly anyone tries one that the server does not take.
    fn method(&self, method: Method) -> u16 {
        if self.methods.is_none_or(|taken| taken.have(method)) { 0 } else { 9 }
    }
}

/// What speaks against that message, in that place.
pub(super) fn message(ends: &Ends, reading: &Reading, packet: Packet, message: Message) -> Cost {
    let client = ends.client;
    let beside = |fixed: usize| packet.payload.saturating_sub(fixed);
    let said = match message {
        Message::Ignore | Message::Debug => aside(client, reading, packet),
        Message::Disconnect => good_bye(client, reading, packet),
        Message::User => long_name(octets(beside(User::payload_size(0)))),
        Message::AuthPassword | Message::AuthTisResponse => {
            odd_password(client, beside(AuthPassword::payload_size(0)))
        }
        Message::AuthRsa => odd_modulus(beside(AuthRsa::payload_size(0))),
        // It is below the modulus, and hardly ever by an octet.
        Message::AuthRsaChallenge => match reading.key.checked_sub(packet.payload) {
            Some(0) => 0,
            Some(1) => 6,
            _ if reading.key == 0 => odd_modulus(beside(AuthRsa::payload_size(0))),
            _ => 12,
        },
        Message::AuthTis => 1,
        Message::AuthTisChallenge if beside(AuthTisChallenge::payload_size(0)) == 0 => 4,
        Message::AuthRhostsRsa
            if beside(AuthRhostsRsa::payload_size(0, 0, 0)) < numbers::SMALLEST_RSA_MODULUS =>
        {
            12
        }
        Message::AuthRhostsRsa => 2,
        // Both went out of use before SSH-1 did.
        Message::AuthRhosts | Message::AuthKerberos => 6,
        // To be let in by one's name alone.
        Message::Success if reading.is_probing() => 3,
        Message::Success | Message::Failure => bare_password(client, reading),
        // Scripts do it.
        Message::ExecShell if !reading.terminal => 2,
        Message::MaxPacketSize => 6,
        // Terminals have modes, many of them.
        Message::RequestPty if beside(RequestPty::payload_size(0, 0)) < numbers::USUAL_TERMINAL => 3,
        Message::ExecCommand => odd_command(beside(ExecCommand::payload_size(0))),
        // What fits any size is met by chance.
        Message::StdinData | Message::StdoutData | Message::StderrData => {
            if beside(StdoutData::payload_size(0)) == 0 { 3 } else { 1 }
        }
        // It names a protocol, and has a secret.
        Message::X11RequestForwarding
            if beside(X11RequestForwarding::payload_size(0, 0, 0)) < numbers::USUAL_X11_SECRET =>
        {
            4
        }
        Message::PortForwardRequest
            if beside(PortForwardRequest::payload_size(0)) < numbers::SHORT_HOST_NAME =>
        {
            3
        }
        Message::AgentRequestForwarding | Message::X11RequestForwarding | Message::PortForwardRequest => 1,
        Message::X11Open | Message::AgentOpen | Message::PortOpen => 2,
        Message::ChannelOpenConfirmation
        | Message::ChannelOpenFailure
        | Message::ChannelData
        | Message::ChannelClose
        | Message::ChannelCloseConfirmation => 1,
        _ => 0,
    };
    let method = tried(message).map_or(0, |method| ends.method(method));
    // Whoever is asked something answers, or tries something else, which is rare.
    let elsewhere = if reading.state == State::Prompted && tried(message).is_some() { 2 } else { 0 };
    // Few ask for more before they are answered.
    let ahead = if reading.due > 0 && packet.from == Role::Client && reading.state == State::Prepared {
        if client.has(Software::asks_ahead) { 0 } else { 4 }
    } else {
        0
    };
    against(said) + against(method) + against(elsewhere) + against(ahead)
}

/// What speaks against a packet whose size tells nothing; `None` where sizes do tell.
pub(super) fn untold(state: State, packet: Packet) -> Option<Cost> {
    match state {
        // Anything goes, which is no more likely than what fits one message.
        State::Compressed => (packet.payload >= numbers::SHORTEST_COMPRESSED).then_some(against(2)),
        // Whatever it is, it changes nothing.
        State::Over | State::Disconnected => Some(against(8)),
        _ => None,
    }
}

/// What speaks against the end of the connection in that place.
pub(super) fn end(client: Habits, reading: &Reading) -> Cost {
    let unanswered = if reading.due > 0 { 4 } else { 0 };
    let place = match reading.state {
        State::CompressionAsked => 3,
        State::Prepared => leaves_unheard(client),
        State::Refused if reading.attempts == 0 => 1,
        // What runs without a terminal says how it ended.
        State::Running if !reading.terminal => 3,
        State::Running => 1,
        _ if reading.is_pending() => 3,
        _ => 0,
    };
    against(place) + against(unanswered) + against(bare_password(client, reading))
}

/// What speaks against a client that is let in and leaves without a word: SSH-1 has no other use than a shell or a command.
/// Those who only try passwords do it, and are not known by their names.
fn leaves_unheard(client: Habits) -> u16 {
    if client.has(Software::starts_sessions) { 8 } else { 2 }
}

/// IGNORE or DEBUG.
fn aside(client: Habits, reading: &Reading, packet: Packet) -> u16 {
    let from_client = packet.from == Role::Client;
    if from_client && client.has(Software::fills_with_ignore) && !reading.authenticated {
        // It hides the length of a password, and so it is about as long.
        let filler = packet.payload.saturating_sub(Ignore::payload_size(0));
        return if filler <= numbers::MOST_FILLER_OF_SSH1 { 0 } else { 6 };
    }
    // Of these it is known when they do.
    let known_not_to = from_client && client.has(Software::starts_sessions);
    if known_not_to { 6 } else { 3 }
}

fn good_bye(client: Habits, reading: &Reading, packet: Packet) -> u16 {
    match (packet.from, reading.state) {
        (Role::Client, State::Prepared) => leaves_unheard(client).saturating_add(1),
        (_, State::Refused) => 1,
        // Too many attempts, or too late.
        (Role::Server, _) if reading.waits() => 1,
        _ => 4,
    }
}

/// A password of so many octets, or of so many to which it was filled up.
fn odd_password(client: Habits, octets: usize) -> u16 {
    match client.aligns_lone_passwords() {
        Some(to) if octets == to => 0,
        Some(to) if octets > to && octets.is_multiple_of(to) => 3,
        // OpenSSH did not, long ago.
        Some(_) => odd_lone_password(octets).saturating_add(4),
        None => odd_lone_password(octets),
    }
}

/// A password that waits for its answer, and that IGNOREs do not hide though this client hides passwords.
fn bare_password(client: Habits, reading: &Reading) -> u16 {
    let bare =
        reading.state == State::Asked && reading.method == Some(Method::Password) && reading.fillers == 0;
    if bare && client.has(Software::fills_with_ignore) { 6 } else { 0 }
}

/// A modulus of so many octets: keys have round numbers of bits, and are not small.
fn odd_modulus(octets: usize) -> u16 {
    if octets < numbers::SMALLEST_RSA_MODULUS {
        12
    } else if octets.is_multiple_of(numbers::RSA_MODULUS_STEP) {
        0
    } else {
        4
    }
}
