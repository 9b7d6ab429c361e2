//! SSH-1: its messages in clear, and what its ciphertext says of authentication.

mod authentication;
mod handshake;

pub(crate) use self::authentication::FollowingSsh1;
