//! Sizes: of payloads, by the fields of their messages, and on the wire, by how packets are sealed.

#![allow(clippy::expect_used, clippy::arithmetic_side_effects, reason = "a test may")]

use kexray_grammar::{
    Padding, Role, Sealing, Sizes, connection, sealings, ssh1, ssh1_authentication, ssh1_session, transport,
    user_auth,
};
use proptest::prelude::*;

const PADDINGS: [Padding; 5] =
    [Padding::Least, Padding::Floored, Padding::Coarse, Padding::Block, Padding::Any];

/// One of each kind, and of blocks and tags that are in use.
fn all_sealings() -> Vec<Sealing> {
    let mut all = vec![sealings::aes_gcm(), sealings::chacha20_poly1305(), sealings::ssh1_encrypted()];
    for block in [8, 16, 32] {
        for tag in [0, 8, 12, 16, 20, 32, 64] {
            all.extend([sealings::encrypt_and_mac(block, tag), sealings::encrypt_then_mac(block, tag)]);
        }
    }
    all
}

#[test]
fn a_payload_is_as_long_as_its_parts() {
    // Number, then user, service and method behind four octets each, a boolean, and the password behind four.
    assert_eq!(user_auth::RequestPassword::payload_size(4, 14, 8), 1 + 8 + 18 + 12 + 1 + 12);
    assert_eq!(user_auth::RequestNone::payload_size(4, 14), 1 + 8 + 18 + 8);
    assert_eq!(user_auth::Failure::payload_size(18), 1 + 22 + 1);
    assert_eq!(user_auth::InfoRequest::payload_size(0, 0, 0, 15), 1 + 4 + 4 + 4 + 4 + 15);
    assert_eq!(transport::ServiceAccept::payload_size(12), 17);
    assert_eq!(transport::ExtInfo::payload_size(0), 5);
    assert_eq!(transport::NewKeys::payload_size(), 1);
    assert_eq!(transport::KexInit::payload_size(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 1 + 16 + 40 + 1 + 4);
    assert_eq!(connection::Shell::payload_size(), 1 + 4 + 9 + 1);
}

#[test]
fn a_message_is_as_long_as_its_fields_allow() {
    assert_eq!(user_auth::Success::PAYLOAD, Sizes::exactly(1));
    assert_eq!(connection::OpenSession::PAYLOAD.exact(), Some(1 + 11 + 12));
    assert_eq!(transport::ServiceAccept::PAYLOAD, Sizes { least: 17, most: Some(19) });
    let password = user_auth::RequestPassword::PAYLOAD;
    assert_eq!(password.least, user_auth::RequestPassword::payload_size(0, 14, 0));
    assert_eq!(password.most, Some(user_auth::RequestPassword::payload_size(255, 14, 1024)));
    assert_eq!(user_auth::Banner::PAYLOAD, Sizes { least: 9, most: None });
}

/// The wire sizes of SERVICE_ACCEPT, of FAILURE with `publickey,password`, and of SUCCESS.
fn answers(sealing: Sealing) -> [usize; 3] {
    let payloads = [
        transport::ServiceAccept::payload_size(12),
        user_auth::Failure::payload_size(18),
        user_auth::Success::payload_size(),
    ];
    payloads.map(|payload| sealing.wire_size(payload))
}

#[test]
fn packets_are_as_long_as_openssh_sends_them() {
    for (sealing, sizes) in [
        (sealings::chacha20_poly1305(), [44, 52, 28]),
        (sealings::aes_gcm(), [52, 52, 36]),
        (sealings::encrypt_and_mac(16, 20), [52, 68, 36]),
        (sealings::encrypt_and_mac(16, 32), [64, 80, 48]),
        (sealings::encrypt_and_mac(16, 64), [96, 112, 80]),
        (sealings::encrypt_and_mac(16, 8), [40, 56, 24]),
        (sealings::encrypt_then_mac(16, 32), [68, 68, 52]),
        (sealings::encrypt_and_mac(8, 20), [52, 60, 36]),
    ] {
        assert_eq!(answers(sealing), sizes, "{sealing:?}");
    }
}

#[test]
fn dropbear_keeps_to_the_smallest_packet() {
    let sealing = sealings::chacha20_poly1305();
    assert_eq!(sealing.padded(1, Padding::Floored), 36);
    assert_eq!(sealing.payload_sizes(28, Padding::Floored), None);
    assert_eq!(sealing.payload_sizes(36, Padding::Floored), Some(Sizes { least: 0, most: Some(11) }));
    assert_eq!(sealing.payload_sizes(36, Padding::Least), Some(Sizes { least: 4, most: Some(11) }));
    assert_eq!(sealing.payload_sizes(44, Padding::Floored), Some(Sizes { least: 12, most: Some(19) }));
}

#[test]
fn lengths_are_in_clear_where_they_are() {
    assert_eq!(sealings::encrypt_and_mac(16, 20).clear(), 0);
    assert_eq!(sealings::encrypt_then_mac(16, 20).clear(), 4);
    assert_eq!(sealings::aes_gcm().clear(), 4);
    assert_eq!(sealings::chacha20_poly1305().clear(), 0);
    assert_eq!(sealings::ssh1_encrypted().clear(), 4);
    // A block below eight counts as eight. RFC 4253 section 6.
    assert_eq!(sealings::encrypt_and_mac(1, 16), sealings::encrypt_and_mac(8, 16));
}

#[test]
fn intervals_of_wire_sizes_tile() {
    for sealing in all_sealings() {
        for padding in PADDINGS.into_iter().filter(|padding| *padding != Padding::Any) {
            let mut next = 0;
            for wire in 0..2000 {
                let Some(sizes) = sealing.payload_sizes(wire, padding) else { continue };
                // The first may be cut by what padding and length take.
                assert_eq!(sizes.least, next, "{sealing:?} {padding:?} {wire}");
                next = sizes.most.expect("it is bounded") + 1;
            }
            assert!(next > 1800, "{sealing:?}");
        }
    }
}

#[test]
fn what_is_no_packet_has_no_payload() {
    for sealing in all_sealings() {
        for padding in PADDINGS {
            let smallest = sealing.smallest(padding);
            assert!((0..smallest).all(|wire| sealing.payload_sizes(wire, padding).is_none()), "{sealing:?}");
            assert_eq!(sealing.payload_sizes(smallest + 1, padding), None);
            assert!(sealing.payload_sizes(smallest, padding).is_some_and(|sizes| sizes.contains(0)));
        }
    }
}

/// What a message of a layer is as long as.
macro_rules! in_its_interval {
    ($name:ident, $layer:ident) => {
        proptest! {
            #[test]
            fn $name(
                from_client in $layer::Message::strategy(Role::Client).expect("it sends some"),
                from_server in $layer::Message::strategy(Role::Server).expect("it sends some"),
            ) {
                for (role, payload) in [(Role::Client, from_client), (Role::Server, from_server)] {
                    let read = $layer::Message::parse(role, &payload).expect("it is one").expect("it is one");
                    let kind = read.value.kind();
                    prop_assert!(kind.sizes().contains(payload.len()), "{kind:?}: {}", payload.len());
                    prop_assert_eq!(payload.first(), Some(&kind.number()));
                    prop_assert!(kind.sender().allows(role));
                }
            }
        }
    };
}

in_its_interval!(messages_of_ssh1_are_as_long_as_they_may_be, ssh1);
in_its_interval!(messages_of_ssh1s_authentication_are_as_long_as_they_may_be, ssh1_authentication);
in_its_interval!(messages_of_ssh1s_sessions_are_as_long_as_they_may_be, ssh1_session);
in_its_interval!(messages_of_the_transport_layer_are_as_long_as_they_may_be, transport);
in_its_interval!(messages_of_authentication_are_as_long_as_they_may_be, user_auth);
in_its_interval!(messages_of_the_connection_protocol_are_as_long_as_they_may_be, connection);

proptest! {
    #[test]
    fn a_payload_is_among_those_of_its_wire_size(payload in 0..40_000_usize, blocks in 0..16_usize) {
        for sealing in all_sealings() {
            for padding in PADDINGS {
                let wire = sealing.padded(payload, padding);
                let sizes = sealing.payload_sizes(wire, padding);
                prop_assert!(sizes.is_some_and(|sizes| sizes.contains(payload)), "{:?} {:?}", sealing, padding);
            }
            // Whole blocks may be added while padding stays within its octet.
            let wire = sealing.wire_size(payload) + (blocks * 8 / sealing.block()) * sealing.block();
            let sizes = sealing.payload_sizes(wire, Padding::Any);
            prop_assert!(sealing == sealings::ssh1_encrypted() || sizes.is_some_and(|sizes| sizes.contains(payload)));
        }
    }

    #[test]
    fn no_size_is_too_large(size in any::<usize>()) {
        for sealing in all_sealings() {
            let _ = sealing.wire_size(size);
            for padding in PADDINGS {
                let sizes = sealing.payload_sizes(size, padding);
                prop_assert!(sizes.is_none_or(|sizes| sizes.most.is_some_and(|most| most < size)));
            }
        }
    }
}
