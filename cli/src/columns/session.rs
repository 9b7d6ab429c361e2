//! The columns of `ssh.log`.

use kexray_analyzer::{Answer, Bulk, Certificate, Group, GroupRequest, HostKey, Offer, Step, Timestamp};
use kexray_audit::Repeat;

use super::value::Object;
use super::{Column, KEXRAY, Kind, Log, Row, Value, ZEEK};

/// Members of a step of authentication.
const STEP: &[(&str, Kind)] = &[
    ("ts", Kind::Time),
    ("method", Kind::Enum),
    ("outcome", Kind::Enum),
    ("evidence", Kind::Enum),
    ("key", Kind::Enum),
    ("offered_min", Kind::Count),
    ("offered_max", Kind::Count),
];

fn step(step: &Step) -> Object<'static> {
    let mut members: Object<'static> = vec![
        ("ts", step.at.into()),
        ("method", step.method.name().into()),
        ("outcome", step.answer.name().into()),
        ("evidence", step.evidence.name().into()),
    ];
    if let Some(key) = step.key {
        members.push(("key", key.name().into()));
    }
    if let Some(offered) = step.offered {
        members.push(("offered_min", u64::from(offered.least).into()));
        members.push(("offered_max", u64::from(offered.most).into()));
    }
    members
}

/// The log of sessions.
pub(crate) enum Sessions {}

impl Log for Sessions {
    type Row<'r> = Row<'r>;

    const NAME: &'static str = "ssh";

    const COLUMNS: &'static [Column<Self>] = &[
        zeek("ts", Kind::Time, "time of the packet with the first identification line", |row| {
            Some(row.started().into())
        }),
        zeek("uid", Kind::Text, "identifier of the connection", |row| Some(row.uid.as_str().into())),
        zeek("id.orig_h", Kind::Address, "address of the end that opened the connection", |row| {
            Some(row.flow.originator.address.into())
        }),
        zeek("id.orig_p", Kind::Port, "its port", |row| Some(u64::from(row.flow.originator.port).into())),
        zeek("id.resp_h", Kind::Address, "address of the other end", |row| {
            Some(row.flow.responder.address.into())
        }),
        zeek("id.resp_p", Kind::Port, "its port", |row| Some(u64::from(row.flow.responder.port).into())),
        zeek("version", Kind::Count, "major version of SSH: 1 or 2", |row| {
            Some(u64::from(row.session.version?).into())
        }),
        zeek("auth_success", Kind::Bool, "whether authentication succeeded", |row| {
            Some(row.session.auth_success?.into())
        }),
        zeek(
            "auth_attempts",
            Kind::Count,
            "attempts at authentication, the successful one included",
            |row| Some(row.session.auth_attempts.into()),
        ),
        zeek(
            "direction",
            Kind::Enum,
            "`INBOUND` or `OUTBOUND`, where one end is in a local network",
            |row| Some(row.bound?.name().into()),
        ),
        zeek("client", Kind::Text, "identification line of the client", |row| {
            Some(row.session.client.as_deref()?.into())
        }),
        zeek("server", Kind::Text, "identification line of the server", |row| {
            Some(row.session.server.as_deref()?.into())
        }),
        zeek("cipher_alg", Kind::Text, "negotiated cipher", |row| Some(row.cipher()?.into())),
        zeek("mac_alg", Kind::Text, "negotiated MAC, used or not", |row| Some(row.mac()?.into())),
        zeek("compression_alg", Kind::Text, "negotiated compression", |row| Some(row.compression()?.into())),
        zeek("kex_alg", Kind::Text, "negotiated key-exchange method", |row| Some(row.kex()?.into())),
        zeek("host_key_alg", Kind::Text, "negotiated host-key algorithm", |row| Some(row.host_key()?.into())),
        zeek(
            "host_key_fingerprint",
            Kind::Text,
            "SHA-256 of the host key, as `ssh-keygen -l` prints it; of a certificate, that of the key inside",
            |row| Some(row.session.host_key_fingerprint.as_deref()?.into()),
        ),
        own("cipher_c2s", Kind::Text, "cipher from client to server", |row| {
            Some(row.algorithms()?.encryption.client_to_server.as_deref()?.into())
        }),
        own("cipher_s2c", Kind::Text, "cipher from server to client", |row| {
            Some(row.algorithms()?.encryption.server_to_client.as_deref()?.into())
        }),
        own(
            "mac_c2s",
            Kind::Text,
            "MAC from client to server; `implicit` where the cipher brings its own integrity",
            |row| Some(row.algorithms()?.mac_in_use().client_to_server?.into()),
        ),
        own("mac_s2c", Kind::Text, "MAC from server to client, likewise", |row| {
            Some(row.algorithms()?.mac_in_use().server_to_client?.into())
        }),
        own("compression_c2s", Kind::Text, "compression from client to server", |row| {
            Some(row.algorithms()?.compression.client_to_server.as_deref()?.into())
        }),
        own("compression_s2c", Kind::Text, "compression from server to client", |row| {
            Some(row.algorithms()?.compression.server_to_client.as_deref()?.into())
        }),
        own("role_reversed", Kind::Bool, "whether the end that opened the connection is the server", |row| {
            Some(row.session.role_reversed.into())
        }),
        own(
            "auth_method",
            Kind::Enum,
            "method of the last request for authentication that was decided",
            |row| Some(row.session.auth_method?.name().into()),
        ),
        own(
            "auth_evidence",
            Kind::Enum,
            "what the verdict on authentication rests on: `exact`, `aligned` or `heuristic`",
            |row| Some(row.session.auth_evidence?.name().into()),
        ),
        detail(
            "auth_steps",
            Kind::Objects(STEP),
            "the requests for authentication and what came of them; of the user's key and of the list of methods that was answered what sizes tell",
            |row| {
                let steps = &row.session.auth_steps;
                (!steps.is_empty()).then(|| Value::Objects(steps.iter().map(step).collect()))
            },
        ),
        detail("auth_factors", Kind::Count, "how many requests for authentication were taken", |row| {
            let taken = |step: &&Step| matches!(step.answer, Answer::Success | Answer::Partial);
            Some(row.session.auth_steps.iter().filter(taken).count())
                .filter(|taken| *taken > 0)
                .map(|it| (it as u64).into())
        }),
        own("auth_banner", Kind::Bool, "whether the server sent a banner before", |row| {
            Some(row.session.auth_banner?.into())
        }),
        own("auth_user_min", Kind::Count, "octets of the user's name, at least", |row| {
            Some(u64::from(row.session.auth_user?.least).into())
        }),
        own("auth_user_max", Kind::Count, "octets of the user's name, at most", |row| {
            Some(u64::from(row.session.auth_user?.most).into())
        }),
        detail(
            "session_kind",
            Kind::Enum,
            "what the session was for, as far as sizes tell: `shell`, `exec`, `subsystem`, `forward` or `none`",
            |row| Some(row.session.session_kind?.name().into()),
        ),
        detail(
            "agent_forwarding",
            Kind::Bool,
            "whether the client asked for its agent to be forwarded, where sizes prove it",
            |row| Some(row.session.agent_forwarding?.into()),
        ),
        detail("rekeys", Kind::Count, "key exchanges after the first", |row| {
            Some(row.session.rekeys?.into())
        }),
        detail(
            "bytes_c2s",
            Kind::Count,
            "octets that the client sent once authenticated, without padding, MACs and lengths: an estimate, to within a block a packet",
            |row| Some(row.session.octets.client_to_server?.into()),
        ),
        detail("bytes_s2c", Kind::Count, "octets that the server sent, likewise", |row| {
            Some(row.session.octets.server_to_client?.into())
        }),
        detail(
            "bulk",
            Kind::Enum,
            "whether data was moved: `upload` or `download` where a mebibyte or more went one way, and ten times what came back",
            |row| Some(Bulk::of(&row.session.octets)?.name().into()),
        ),
        own(
            "scan",
            Kind::Enum,
            "how far the client came that left without being let in: `version`, `capabilities` or `authentication`",
            |row| Some(row.session.scan?.name().into()),
        ),
        own(
            "kex_family",
            Kind::Text,
            "what the secret of the negotiated key-exchange method comes from",
            |row| Some(row.algorithms()?.kex.as_ref()?.known()?.family().into()),
        ),
        own(
            "kex_post_quantum",
            Kind::Bool,
            "whether a quantum computer alone does not reveal that secret",
            |row| Some(row.algorithms()?.kex.as_ref()?.known()?.post_quantum().into()),
        ),
        own(
            "kex_guess_right",
            Kind::Bool,
            "whether a packet was right that an end sent on a guess of what would be negotiated",
            |row| Some(row.session.guessed_right?.into()),
        ),
        own(
            "negotiation_failed",
            Kind::Text,
            "the first list of KEXINIT of which both ends share nothing, by its name in RFC 4253 section 7.1",
            |row| Some(row.algorithms()?.failed_on()?.into()),
        ),
        Column {
            source: "Community ID",
            ..own(
                "community_id",
                Kind::Text,
                "identifier of the connection on which tools agree (version 1, seed 0)",
                |row| Some(row.flow.community_id(0).into()),
            )
        },
        hassh("hassh", "fingerprint of what the client offers", |row| {
            Some((*row.session.client_offer.as_deref()?.hassh).into())
        }),
        hassh("hasshServer", "fingerprint of what the server offers", |row| {
            Some((*row.session.server_offer.as_deref()?.hassh).into())
        }),
        hassh("hasshAlgorithms", "what `hassh` is the MD5 of", |row| {
            Some((*row.session.client_offer.as_deref()?.hassh_algorithms).into())
        }),
        hassh("hasshServerAlgorithms", "what `hasshServer` is the MD5 of", |row| {
            Some((*row.session.server_offer.as_deref()?.hassh_algorithms).into())
        }),
        hassh("cshka", "host-key algorithms that the client offers", |row| {
            Some((*row.session.client_offer.as_deref()?.server_host_key_algorithms).into())
        }),
        hassh("sshka", "host-key algorithms that the server offers", |row| {
            Some((*row.session.server_offer.as_deref()?.server_host_key_algorithms).into())
        }),
        hassh("hasshVersion", "version of HASSH, where one of its columns is set", |row| {
            let session = row.session;
            session
                .client_offer
                .as_ref()
                .or(session.server_offer.as_ref())
                .map(|_| Offer::HASSH_VERSION.into())
        }),
        detail("strict_kex_client", Kind::Bool, "whether the client offers strict key exchange", |row| {
            Some(row.session.client_offer.as_deref()?.strict_kex.into())
        }),
        detail("strict_kex_server", Kind::Bool, "whether the server offers strict key exchange", |row| {
            Some(row.session.server_offer.as_deref()?.strict_kex.into())
        }),
        detail(
            "terrapin_c2s",
            Kind::Bool,
            "whether the Terrapin attack (CVE-2023-48795) can cut what the client sends",
            |row| Some(row.session.terrapin().client_to_server?.into()),
        ),
        detail("terrapin_s2c", Kind::Bool, "whether it can cut what the server sends", |row| {
            Some(row.session.terrapin().server_to_client?.into())
        }),
        detail(
            "dh_group_bits",
            Kind::Count,
            "length of the modulus, of the group that the method stands for, or that the server chose",
            |row| Some(group(row)?.bits.into()),
        ),
        detail("dh_group", Kind::Text, "its name, if it is specified: `modp2048`, `ffdhe3072`", |row| {
            Some(group(row)?.name?.into())
        }),
        detail(
            "dh_group_digest",
            Kind::Text,
            "SHA-256 of the modulus in hexadecimal, if the group has no name",
            |row| Some(group(row)?.fingerprint.as_deref()?.into()),
        ),
        detail(
            "dh_group_shared",
            Kind::Bool,
            "whether another server chose a group without a name that was told before in this run",
            |row| Some(row.repeated.group?.into()),
        ),
        detail("dh_generator", Kind::Count, "the generator of that group", |row| {
            Some(group(row)?.generator?.into())
        }),
        detail("dh_gex_min", Kind::Count, "bits that the client wants at least in a group exchange", |row| {
            Some(u64::from(group_request(row)?.min?).into())
        }),
        detail("dh_gex_n", Kind::Count, "bits that it prefers", |row| {
            Some(u64::from(group_request(row)?.preferred).into())
        }),
        detail("dh_gex_max", Kind::Count, "bits that it wants at most", |row| {
            Some(u64::from(group_request(row)?.max?).into())
        }),
        detail(
            "kex_degenerate",
            Kind::Bool,
            "whether a public value of the key exchange was seen from which anyone can tell the secret",
            |row| Some(row.session.agreement.as_ref()?.degenerate()?.into()),
        ),
        detail(
            "kex_reused_client",
            Kind::Bool,
            "whether the client's public value of the key exchange (of a hybrid, that of the curve) was sent, by whomever, in another key exchange that was told before in this run",
            |row| Some((row.repeated.client? != Repeat::New).into()),
        ),
        detail("kex_reused_server", Kind::Bool, "the same of the server's", |row| {
            Some((row.repeated.server? != Repeat::New).into())
        }),
        detail("host_key_type", Kind::Text, "format of the host key; `rsa1` where it is of SSH-1", |row| {
            Some(host_key(row)?.format.into())
        }),
        detail("host_key_bits", Kind::Count, "its length, as `ssh-keygen -l` counts it", |row| {
            Some(host_key(row)?.bits.into())
        }),
        detail("host_key_curve", Kind::Text, "its curve", |row| Some(host_key(row)?.curve?.into())),
        detail(
            "cert_ca_fingerprint",
            Kind::Text,
            "of a host certificate: SHA-256 of the authority's key, as `ssh-keygen -L` prints it",
            |row| Some((*certificate(row)?.authority_fingerprint).into()),
        ),
        detail("cert_key_id", Kind::Text, "what the authority calls it", |row| {
            Some((*certificate(row)?.key_id).into())
        }),
        detail(
            "cert_principals",
            Kind::Texts,
            "names of the hosts that it is for; none stands for all",
            |row| Some(Value::Texts(certificate(row)?.principals().map(Into::into).collect())),
        ),
        detail("cert_serial", Kind::Count, "its number", |row| Some(certificate(row)?.serial.into())),
        detail("cert_type", Kind::Enum, "`user` or `host`", |row| match certificate(row)?.kind {
            1 => Some("user".into()),
            2 => Some("host".into()),
            _ => None,
        }),
        detail("cert_valid_after", Kind::Time, "when it becomes valid", |row| {
            Some(time(certificate(row)?.valid_after)?.into())
        }),
        detail("cert_valid_before", Kind::Time, "when it ends; not set where it never does", |row| {
            Some(time(certificate(row)?.valid_before)?.into())
        }),
    ];
}

type Of = for<'v, 'r> fn(&'v Row<'r>) -> Option<Value<'v>>;

/// A column of Zeek's log.
const fn zeek(name: &'static str, kind: Kind, meaning: &'static str, value: Of) -> Column<Sessions> {
    Column { name, kind, meaning, source: ZEEK, detail: false, value }
}

/// A column of our own.
const fn own(name: &'static str, kind: Kind, meaning: &'static str, value: Of) -> Column<Sessions> {
    Column { name, kind, meaning, source: KEXRAY, detail: false, value }
}

/// A column of our own that takes details.
const fn detail(name: &'static str, kind: Kind, meaning: &'static str, value: Of) -> Column<Sessions> {
    Column { name, kind, meaning, source: KEXRAY, detail: true, value }
}

/// A column of HASSH's package for Zeek.
const fn hassh(name: &'static str, meaning: &'static str, value: Of) -> Column<Sessions> {
    Column { name, kind: Kind::Text, meaning, source: "HASSH", detail: true, value }
}

fn host_key<'r>(row: &'r Row<'_>) -> Option<&'r HostKey> {
    row.session.host_key.as_deref()
}

fn group<'r>(row: &'r Row<'_>) -> Option<&'r Group> {
    row.session.agreement.as_ref()?.group.as_ref()
}

fn group_request(row: &Row<'_>) -> Option<GroupRequest> {
    row.session.agreement.as_ref()?.request
}

fn certificate<'r>(row: &'r Row<'_>) -> Option<&'r Certificate> {
    host_key(row)?.certificate.as_deref()
}

/// A time of whole seconds; `None` where it is beyond all that a timestamp can be.
fn time(seconds: u64) -> Option<Timestamp> {
    seconds.checked_mul(1_000_000_000).map(Timestamp::from_nanos)
}
