//! Every key-exchange method that is known to be spoken selects the exchange whose messages it sends.
//!
//! The names are those that ssh-audit 3.9 knows, which takes in IANA's registry and what implementations send beyond it
//! (OpenSSH, libssh, AsyncSSH, Go, TinySSH, ssh.com, libassh, Open Quantum Safe, AWS). The names of GSS-API methods end
//! in the base64 of an MD5 of the mechanism's identifier; Kerberos 5's is `toWM5Slw5Ew8Mqkay+al2g==`.

use kexray_grammar::{Exchange, words};

#[track_caller]
fn check(exchange: Exchange, names: &[&str]) {
    for name in names {
        assert_eq!(Exchange::of_method(name.as_bytes()), Some(exchange), "{name}");
    }
}

#[test]
fn diffie_hellman_over_a_fixed_group() {
    check(
        Exchange::Dh,
        &[
            "diffie-hellman-group1-sha1",
            "diffie-hellman-group1-sha256",
            "diffie-hellman-group14-sha1",
            "diffie-hellman-group14-sha224@ssh.com",
            "diffie-hellman-group14-sha256",
            "diffie-hellman-group14-sha256@ssh.com",
            "diffie-hellman-group15-sha256",
            "diffie-hellman-group15-sha256@ssh.com",
            "diffie-hellman-group15-sha384@ssh.com",
            "diffie-hellman-group15-sha512",
            "diffie-hellman-group16-sha256",
            "diffie-hellman-group16-sha384@ssh.com",
            "diffie-hellman-group16-sha512",
            "diffie-hellman-group16-sha512@ssh.com",
            "diffie-hellman-group17-sha512",
            "diffie-hellman-group18-sha512",
            "diffie-hellman-group18-sha512@ssh.com",
            "diffie-hellman_group17-sha512",
            "kexAlgoDH14SHA1",
            "kexAlgoDH1SHA1",
        ],
    );
}

#[test]
fn diffie_hellman_group_exchange() {
    check(
        Exchange::DhGex,
        &[
            "diffie-hellman-group-exchange-sha1",
            "diffie-hellman-group-exchange-sha224@ssh.com",
            "diffie-hellman-group-exchange-sha256",
            "diffie-hellman-group-exchange-sha256@ssh.com",
            "diffie-hellman-group-exchange-sha384@ssh.com",
            "diffie-hellman-group-exchange-sha512@ssh.com",
        ],
    );
}

#[test]
fn elliptic_curves_and_hybrids() {
    check(
        Exchange::Ecdh,
        &[
            "Curve25519SHA256",
            "curve25519-sha256",
            "curve25519-sha256@libssh.org",
            "curve448-sha512",
            "curve448-sha512@libssh.org",
            "ecdh-nistp256-kyber-512r3-sha256-d00@openquantumsafe.org",
            "ecdh-nistp384-kyber-768r3-sha384-d00@openquantumsafe.org",
            "ecdh-nistp521-kyber-1024r3-sha512-d00@openquantumsafe.org",
            "ecdh-sha2-1.2.840.10045.3.1.1",
            "ecdh-sha2-1.2.840.10045.3.1.7",
            "ecdh-sha2-1.3.132.0.1",
            "ecdh-sha2-1.3.132.0.10",
            "ecdh-sha2-1.3.132.0.16",
            "ecdh-sha2-1.3.132.0.26",
            "ecdh-sha2-1.3.132.0.27",
            "ecdh-sha2-1.3.132.0.33",
            "ecdh-sha2-1.3.132.0.34",
            "ecdh-sha2-1.3.132.0.35",
            "ecdh-sha2-1.3.132.0.36",
            "ecdh-sha2-1.3.132.0.37",
            "ecdh-sha2-1.3.132.0.38",
            "ecdh-sha2-4MHB+NBt3AlaSRQ7MnB4cg==",
            "ecdh-sha2-5pPrSUQtIaTjUSt5VZNBjg==",
            "ecdh-sha2-9UzNcgwTlEnSCECZa7V1mw==",
            "ecdh-sha2-D3FefCjYoJ/kfXgAyLddYA==",
            "ecdh-sha2-VqBg4QRPjxx1EXZdV0GdWQ==",
            "ecdh-sha2-brainpoolp256r1@genua.de",
            "ecdh-sha2-brainpoolp384r1@genua.de",
            "ecdh-sha2-brainpoolp521r1@genua.de",
            "ecdh-sha2-curve25519",
            "ecdh-sha2-h/SsxnLCtRBh7I9ATyeB3A==",
            "ecdh-sha2-m/FtSAmrV4j/Wy6RVUaK7A==",
            "ecdh-sha2-mNVwCXAoS1HGmHpLvBC94w==",
            "ecdh-sha2-nistb233",
            "ecdh-sha2-nistb409",
            "ecdh-sha2-nistk163",
            "ecdh-sha2-nistk233",
            "ecdh-sha2-nistk283",
            "ecdh-sha2-nistk409",
            "ecdh-sha2-nistp192",
            "ecdh-sha2-nistp224",
            "ecdh-sha2-nistp256",
            "ecdh-sha2-nistp384",
            "ecdh-sha2-nistp521",
            "ecdh-sha2-nistt571",
            "ecdh-sha2-qCbG5Cn/jjsZ7nBeR7EnOA==",
            "ecdh-sha2-qcFQaMAMGhTziMT0z+Tuzw==",
            "ecdh-sha2-wiRIU8TKjMZ418sMqlqtvQ==",
            "ecdh-sha2-zD/b3hu/71952ArpUG4OjQ==",
            "kexAlgoCurve25519SHA256",
            "kexAlgoECDH256",
            "kexAlgoECDH384",
            "kexAlgoECDH521",
            "m383-sha384@libassh.org",
            "m511-sha512@libassh.org",
            "mlkem1024nistp384-sha384",
            "mlkem768nistp256-sha256",
            "mlkem768x25519-sha256",
            "sm2kep-sha2-nistp256",
            "sntrup4591761x25519-sha512@tinyssh.org",
            "sntrup761x25519-sha512",
            "sntrup761x25519-sha512@openssh.com",
            "x25519-kyber-512r3-sha256-d00@amazon.com",
            "x25519-kyber512-sha512@aws.amazon.com",
        ],
    );
}

#[test]
fn menezes_qu_vanstone() {
    check(Exchange::Ecmqv, &["ecmqv-sha2"]);
}

#[test]
fn rsa() {
    check(Exchange::Rsa, &["rsa1024-sha1", "rsa2048-sha256"]);
}

#[test]
fn gss_api() {
    check(
        Exchange::Gss,
        &[
            "gss-13.3.132.0.10-sha256-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-curve448-sha512-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group1-sha1-eipGX3TCiQSrx573bT1o1Q==",
            "gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group14-sha1-eipGX3TCiQSrx573bT1o1Q==",
            "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group15-sha512-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group16-sha512-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group17-sha512-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-group18-sha512-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-nistp256-sha256-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-nistp384-sha256-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-nistp384-sha384-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-nistp521-sha512-toWM5Slw5Ew8Mqkay+al2g==",
        ],
    );
}

#[test]
fn gss_api_group_exchange() {
    check(
        Exchange::GssGex,
        &[
            "gss-gex-sha1-eipGX3TCiQSrx573bT1o1Q==",
            "gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==",
            "gss-gex-sha256-toWM5Slw5Ew8Mqkay+al2g==",
        ],
    );
}

#[test]
fn markers_select_nothing() {
    for name in words::CLIENT_MARKERS.iter().chain(words::SERVER_MARKERS).chain(words::GUESS_MARKERS) {
        assert_eq!(Exchange::of_method(name), None, "{}", name.escape_ascii());
    }
}

#[test]
fn what_is_not_known_selects_nothing() {
    // Names that are cut, run on, or nobody's.
    for name in [
        "",
        "none",
        "*",
        "curve25519-sha25",
        "curve25519-sha2566",
        "diffie-hellman-group2-sha1",
        "diffie-hellman-group14-",
        "gss-",
        "ecdh-sha2",
        "rsa2048",
        "made-up@example.com",
    ] {
        assert_eq!(Exchange::of_method(name.as_bytes()), None, "{name}");
    }
}
