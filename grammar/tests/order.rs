//! Which message may follow which: the tables, and how a conversation is followed with them.

use kexray_grammar::order::{authentication, dh_gex, gss, handshake, rsa, ssh1_dialogue, ssh1_handshake};
use kexray_grammar::{Exchange, ExchangeCourse, Role, Sender, transport};

use Role::{Client, Server};

/// Follows a conversation from its start; `None` where a message may not come.
macro_rules! follow {
    ($order:ident, $said:expr) => {
        $said.iter().try_fold($order::State::START, |state, (sender, message)| state.step(*sender, *message))
    };
}

/// Each step is in the table, and the table holds nothing else.
macro_rules! check_table {
    ($($order:ident),*) => {
        $(for state in $order::State::ALL {
            for message in $order::Message::ALL {
                for sender in [Client, Server] {
                    let listed: Vec<_> = $order::TRANSITIONS
                        .iter()
                        .filter(|it| it.from == *state && it.message == *message && it.sender.allows(sender))
                        .map(|it| it.to)
                        .collect();
                    assert!(listed.len() <= 1, "{} {}", state.name(), message.name());
                    assert_eq!(state.step(sender, *message), listed.first().copied());
                    assert!(listed.is_empty() || message.sender().allows(sender));
                }
            }
        })*
    };
}

#[test]
fn steps_are_those_of_the_table() {
    check_table!(ssh1_handshake, ssh1_dialogue, handshake, authentication, dh_gex, gss, rsa);
}

#[test]
fn an_end_says_kexinit_then_the_exchange_then_newkeys() {
    use handshake::Message::{
        Authentication, Debug, Disconnect, Exchange, ExtInfo, Ignore, KexInit, NewKeys,
    };
    use handshake::State;

    let whole = [KexInit, Ignore, Exchange, Debug, NewKeys, ExtInfo, Authentication].map(|it| (Client, it));
    assert_eq!(follow!(handshake, whole), Some(State::Connected));
    let without = [KexInit, Exchange, NewKeys, Authentication].map(|it| (Server, it));
    assert_eq!(follow!(handshake, without), Some(State::Connected));
    let again = [(Server, KexInit), (Server, Ignore), (Server, Exchange), (Server, NewKeys)];
    assert_eq!(follow!(handshake, [&without[..], &again].concat()), Some(State::Connected));
    let early = [(Server, KexInit), (Server, handshake::Message::ChannelData)];
    assert_eq!(follow!(handshake, [&without[..], &early].concat()), None);
    assert_eq!(follow!(handshake, [(Client, KexInit), (Client, KexInit)]), None);
    assert_eq!(follow!(handshake, [(Client, KexInit), (Client, NewKeys)]), None);
    assert_eq!(follow!(handshake, [(Client, ExtInfo)]), None);
    assert_eq!(follow!(handshake, [(Server, Disconnect)]), Some(State::Disconnected));
    assert_eq!(follow!(handshake, [(Server, Disconnect), (Server, Ignore)]), None);
}

#[test]
fn strict_key_exchange_forbids_noise_before_newkeys_alone() {
    use handshake::Message::{Debug, Disconnect, Ignore, Unimplemented};
    use handshake::{State, Variation};

    for noise in [Debug, Ignore, Unimplemented] {
        for state in [State::Start, State::Offered, State::Agreed, State::Keyed, State::Extended] {
            assert_eq!(state.step(Client, noise), Some(state));
            let before = matches!(state, State::Start | State::Offered | State::Agreed);
            assert_eq!(Variation::Strict.forbids(state, noise), before);
        }
    }
    assert!(!Variation::Strict.forbids(State::Start, Disconnect));
}

#[test]
fn a_dialogue_goes_to_and_fro() {
    use authentication::Message::*;
    use authentication::State;

    let begin = [(Client, ServiceRequest), (Server, ServiceAccept)];
    let after =
        |more: &[(Role, authentication::Message)]| follow!(authentication, [&begin[..], more].concat());
    let password =
        [(Client, RequestPassword), (Server, Banner), (Server, Failure), (Client, RequestPassword)];
    assert_eq!(after(&password), Some(State::PasswordSent));
    assert_eq!(after(&[(Client, RequestPassword), (Server, PasswdChangereq)]), Some(State::Ready));
    assert_eq!(after(&[(Client, RequestPublicKeyQuery), (Server, PkOk)]), Some(State::Ready));
    assert_eq!(after(&[(Client, RequestPublicKeyQuery), (Server, Success)]), None);
    assert_eq!(after(&[(Client, RequestPublicKey), (Server, PkOk)]), None);
    let prompts = [
        (Client, RequestKeyboardInteractive),
        (Server, InfoRequest),
        (Client, InfoResponse),
        (Server, InfoRequest),
        (Client, InfoResponse),
        (Server, ExtInfo),
        (Server, Success),
    ];
    assert_eq!(after(&prompts), Some(State::Authenticated));
    assert!(State::Authenticated.is_end());
    let abandoned = [(Client, RequestKeyboardInteractive), (Server, InfoRequest), (Client, RequestPassword)];
    assert_eq!(after(&abandoned), Some(State::PasswordSent));
    let gssapi = [
        (Client, RequestGssapiWithMic),
        (Server, GssapiResponse),
        (Client, GssapiToken),
        (Server, GssapiToken),
        (Client, GssapiMic),
        (Server, Success),
    ];
    assert_eq!(after(&gssapi), Some(State::Authenticated));
    assert_eq!(follow!(authentication, [(Client, RequestNone)]), None);
    let ahead = [
        (Client, RequestNone),
        (Client, RequestPublicKey),
        (Server, Failure),
        (Client, RequestPassword),
        (Server, Failure),
        (Server, Success),
    ];
    assert_eq!(after(&ahead), Some(State::Authenticated));
    assert_eq!(after(&[(Client, RequestPassword), (Server, Failure), (Server, Failure)]), None);
}

#[test]
fn what_was_not_heard_may_have_been_said() {
    use rsa::Message::{Done, Secret};
    use rsa::{State, States};

    assert!(States::START.step(Client, Secret).is_empty());
    let client = States::START.unheard(Server).step(Client, Secret);
    assert!(client.contains(State::Told) && client.iter().count() == 1);
    assert!(!client.may_be_over() && client.unheard(Server).may_be_over());
    assert!(States::START.unheard(Server).step(Server, Done).is_empty());
    assert_eq!(format!("{:?}", States::START.unheard(Server)), "{Start, Shown}");
}

#[test]
fn one_end_of_an_exchange_is_followed_alone() {
    let (init, reply) = (b"\x1e\0\0\0\x01\x05", b"\x1f\0\0\0\0\0\0\0\0\0\0\0\0");
    let parse = |role, octets: &'static [u8]| match Exchange::Dh.parse(role, octets) {
        Ok(Some(parsed)) => parsed.value,
        other => panic!("{other:?}"),
    };
    let begun = ExchangeCourse::begin(Exchange::Dh);
    for (role, own) in [(Client, parse(Client, init)), (Server, parse(Server, reply))] {
        assert!(!begun.may_be_over(role));
        let heard = begun.hear(role, &own).expect("it comes first");
        assert!(heard.may_be_over(role));
        assert_eq!(heard.hear(role, &own), None, "it comes once");
    }
    let other = ExchangeCourse::begin(Exchange::Rsa);
    assert_eq!(other.hear(Client, &parse(Client, init)), None, "it is of another exchange");
}

#[test]
fn no_keys_follow_an_exchange_that_failed() {
    let parse = |role, octets| match Exchange::Gss.parse(role, octets) {
        Ok(Some(parsed)) => parsed.value,
        other => panic!("{other:?}"),
    };
    let error = [&[34][..], &[0; 16]].concat();
    let begun = ExchangeCourse::begin(Exchange::Gss);
    let failed = begun.hear(Server, &parse(Server, &error)).expect("it may come first");
    assert!(!failed.may_be_over(Server));
    let token = parse(Server, &[31, 0, 0, 0, 0]);
    let failed = failed.hear(Server, &token).expect("the mechanism's own token");
    assert!(!failed.may_be_over(Server));
    assert_eq!(failed.hear(Server, &parse(Server, &error)), None);
}

#[test]
fn messages_are_known_by_what_they_are() {
    let newkeys = transport::Message::NewKeys(transport::NewKeys {}).kind();
    assert_eq!(handshake::Message::of_transport(newkeys), Some(handshake::Message::NewKeys));
    assert_eq!(authentication::Message::of_transport(newkeys), None);
    assert_eq!(authentication::Message::ServiceRequest.sender(), Sender::Client);
}

/// Conversations that are drawn are those that the tables allow.
mod drawn {
    use kexray_grammar::Role;
    use kexray_grammar::order::{authentication, handshake, ssh1_handshake};
    use kexray_grammar::strategies::{Said, conversation};
    use proptest::prelude::*;

    fn cases() -> ProptestConfig {
        ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
    }

    /// Where a conversation leads, by name and sender.
    macro_rules! lead {
        ($order:ident, $said:expr) => {
            $said.iter().try_fold($order::State::START, |state, said: &Said| {
                let message = $order::Message::ALL.iter().find(|message| message.name() == said.name)?;
                state.step(said.sender, *message)
            })
        };
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_dialogue_ends_with_success(said in conversation("Authentication", "Ecdh").expect("it is there")) {
            prop_assert_eq!(lead!(authentication, said), Some(authentication::State::Authenticated));
        }

        #[test]
        fn ssh1_ends_with_keys_or_not_at_all(said in conversation("Ssh1Handshake", "Ecdh").expect("it is there")) {
            prop_assert!(lead!(ssh1_handshake, said).is_some_and(ssh1_handshake::State::is_end));
        }

        #[test]
        fn each_end_of_a_handshake_goes_its_way(said in conversation("Handshake", "GssGex").expect("it is there")) {
            for role in [Role::Client, Role::Server] {
                // What is said in the orders that are run is between their start and their end.
                let own = said.iter().filter(|said| said.sender == role);
                let mut state = handshake::State::START;
                for message in own.filter(|said| said.family == "Transport" && said.name != "ExtInfo") {
                    let Some(message) = handshake::Message::ALL.iter().find(|it| it.name() == message.name) else { continue };
                    let run = [handshake::Message::Exchange, handshake::Message::Authentication];
                    let next = state.step(role, *message).or_else(|| {
                        run.iter().find_map(|run| state.step(role, *run)?.step(role, *message))
                    });
                    prop_assert!(next.is_some(), "{} in {}", message.name(), state.name());
                    state = next.unwrap_or(state);
                }
            }
        }
    }
}
