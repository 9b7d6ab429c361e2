//! What became of authentication, inferred from sizes.

pub(crate) mod classic;
