//! What may be found: one table, from which reports, documentation and whoever explains a name take it.

use serde::{Serialize, Serializer};

use crate::Severity;

/// Declares each finding once.
macro_rules! findings {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident, $reference:literal;)+) => {
        vocabulary! {
            /// Something that is wrong, or worth knowing, about a server, a client or a host key.
            Finding:
            $($(#[doc = $doc])+ $variant = $name;)+
        }

        impl Finding {
            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// Where to read more: an RFC, a CVE, a publication of NIST.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self {
                    $(Self::$variant => $reference,)+
                }
            }
        }
    };
}

findings! {
    /// A signature is not what the server's RSA key makes of any text. Either an error happened while it was computed, and
    /// whoever recorded it may be able to work out the private key; or someone sent it who does not hold the key.
    FaultyRsaSignature = "faulty_rsa_signature", Critical, "Ryan et al., CCS 2023; RFC 8017 section 8.2.2";
    /// SSH-1 was spoken. Its integrity check lets an attacker insert commands.
    Ssh1Spoken = "ssh1_spoken", Critical, "CVE-1999-1085, CVE-2001-0361";
    /// A broken algorithm was negotiated: attackers are known to afford breaking it.
    BrokenAlgorithmNegotiated = "broken_algorithm_negotiated", High, "RFC 9142, RFC 8758, NIST SP 800-131A";
    /// The RSA host key has fewer than 2048 bits.
    ShortRsaKey = "short_rsa_key", High, "NIST SP 800-131A, RFC 8332 section 5.1";
    /// In a group exchange the server chose a group of fewer than 2048 bits.
    ShortDhGroup = "short_dh_group", High, "RFC 8270, NIST SP 800-131A";
    /// A public value of the key exchange was one from which anyone can tell the secret.
    DegeneratePublicValue = "degenerate_public_value", High, "RFC 4253 section 8, RFC 7748 section 6";
    /// A public value of the key exchange, or an ECDSA host key, is no point of its curve. Whoever sends one may be after the
    /// other end's secret; or what makes it is broken.
    InvalidPoint = "invalid_point", High, "RFC 5656 section 4, NIST SP 800-56A section 5.6.2.3.3";
    /// Two hosts sent the same public value of a key exchange. What should be random is not: machines were copied with the
    /// state of their random numbers, or never had any. It may also be one host with two addresses.
    SharedEphemeralKey = "shared_ephemeral_key", High, "Heninger et al., USENIX Security 2012; NIST SP 800-56A section 5.6.3.3";
    /// The same address and port showed different host keys of one kind. The server was set up anew, stands behind a load
    /// balancer, or someone is in between.
    ChangedHostKey = "changed_host_key", High, "RFC 4251 section 4.1";
    /// The negotiated algorithms let an attacker in between cut messages off the beginning of the session: the Terrapin
    /// attack. Strict key exchange on both sides prevents it.
    Terrapin = "terrapin", Medium, "CVE-2023-48795";
    /// The server proved who it is by a signature over a SHA-1 digest.
    Sha1Signature = "sha1_signature", Medium, "RFC 8332, RFC 9142, NIST SP 800-131A";
    /// A broken algorithm is offered: a peer that offers no better one gets it.
    BrokenAlgorithmOffered = "broken_algorithm_offered", Medium, "RFC 9142, RFC 8758, NIST SP 800-131A";
    /// A deprecated algorithm was negotiated.
    DeprecatedAlgorithmNegotiated = "deprecated_algorithm_negotiated", Medium, "RFC 9142, NIST SP 800-131A";
    /// Both ends offer key exchange that resists quantum computers, but agreed on one that does not. What was recorded can
    /// be read once there is such a computer.
    PostQuantumNotNegotiated = "post_quantum_not_negotiated", Medium, "NIST IR 8547, RFC 9941";
    /// A host sent the same public value in more than one key exchange. Who gets at its secret can read all these sessions,
    /// and sessions are not kept apart as they should be.
    ReusedEphemeralKey = "reused_ephemeral_key", Medium, "NIST SP 800-56A section 5.6.3.3, RFC 4253 section 8";
    /// One host key is used at several addresses: whoever gets at it on one can pretend to be all of them.
    SharedHostKey = "shared_host_key", Medium, "NIST IR 7966";
    /// The server still understands SSH-1: it says that its protocol version is 1.99.
    Ssh1Offered = "ssh1_offered", Medium, "RFC 4253 section 5.1";
    /// A deprecated algorithm is offered.
    DeprecatedAlgorithmOffered = "deprecated_algorithm_offered", Low, "RFC 9142, NIST SP 800-131A";
    /// No key exchange is offered that resists quantum computers.
    NoPostQuantumOffer = "no_post_quantum_offer", Low, "NIST IR 8547, RFC 9941";
    /// Several servers chose the same group in group exchanges, one that no RFC names. What is computed once for it breaks
    /// the sessions of all of them; from 2048 bits on nobody is known to afford that. Servers that share a list of groups,
    /// as that of OpenSSH, show this.
    SharedGroup = "shared_group", Info, "Adrian et al., CCS 2015; RFC 8270";
    /// The two ends have no algorithm in common, so no session came about.
    NegotiationFailed = "negotiation_failed", Info, "RFC 4253 section 7.1";
}

impl Finding {
    /// The finding of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|finding| finding.name() == name)
    }
}

/// Its name.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
