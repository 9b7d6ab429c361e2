//! The tables of algorithms: what their names say is what their rows say, and what implementations offer is in them.

#![allow(clippy::expect_used, reason = "a test may")]

use kexray_codegen::describe;
use kexray_grammar::{
    Algorithm, Cipher, CipherMode, CipherStanding, Compression, Exchange, HostKeyAlgorithm, KexMethod, Mac,
    Named, Seal, words,
};

fn cipher(name: &str) -> Cipher {
    Cipher::of_name(name.as_bytes()).unwrap_or_else(|| panic!("no cipher {name}"))
}

fn mac(name: &str) -> Mac {
    Mac::of_name(name.as_bytes()).unwrap_or_else(|| panic!("no MAC {name}"))
}

#[test]
fn ciphers_are_what_their_names_say() {
    for cipher in Cipher::all() {
        let name = cipher.name();
        let mode = cipher.mode();
        let says = |part: &str| name.contains(part);
        for (part, meant) in [
            ("-ctr", CipherMode::Ctr),
            ("-cbc", CipherMode::Cbc),
            ("-cfb", CipherMode::Cfb),
            ("-ofb", CipherMode::Ofb),
            ("-ecb", CipherMode::Ecb),
            ("gcm", CipherMode::Aead),
            ("GCM", CipherMode::Aead),
            ("poly1305", CipherMode::Aead),
            ("arcfour", CipherMode::Stream),
        ] {
            assert!(!says(part) || mode == meant, "{name}: {mode:?}");
        }
        for bits in ["128", "192", "256"] {
            // The key of GOST's cipher is longer than its block, which its name gives.
            let named = says(bits) && !says("cast128") && !says("grasshopper");
            assert!(!named || cipher.key_bits().to_string() == bits, "{name}");
        }
        assert!(matches!(cipher.block(), 8 | 16), "{name}");
        assert!(cipher.seal().is_none() || mode == CipherMode::Aead, "{name}");
        assert!(mode != CipherMode::Ecb || cipher.standing() == CipherStanding::Broken, "{name}");
    }
}

#[test]
fn macs_are_what_their_names_say() {
    for mac in Mac::all() {
        let name = mac.name();
        assert_eq!(name.contains("-etm@"), mac.seal() == Seal::EncryptThenMac, "{name}");
        if mac.implicit() {
            let cipher = cipher(name);
            assert_eq!((cipher.mode(), cipher.seal()), (CipherMode::Aead, Some(mac.seal())), "{name}");
        } else if name != "none" {
            assert_eq!(Cipher::of_name(name.as_bytes()), None, "{name} is no cipher");
        }
        for (part, octets) in [("-96", 12), ("md5-8", 8), ("umac-64", 8), ("umac-128", 16)] {
            assert!(!name.contains(part) || mac.tag() == octets, "{name}");
        }
        for bits in [224, 256, 384, 512] {
            let whole = name.contains(&format!("-{bits}")) || name.contains(&format!("-sha{bits}"));
            let cut = name.contains("-96") || name.contains("-gcm") || name.contains("chacha");
            assert!(!whole || cut || mac.tag() == bits / 8, "{name}");
        }
    }
}

#[test]
fn a_cipher_with_a_tag_of_its_own_is_sealed_with_it() {
    for name in ["aes128-gcm@openssh.com", "AEAD_AES_256_GCM", "chacha20-poly1305@openssh.com"] {
        let seal = cipher(name).seal().expect("it seals");
        assert_eq!(seal.with(cipher(name).block(), 0).tag(), 16, "{name}");
    }
    let plain = mac("hmac-sha2-256").seal().with(cipher("aes256-ctr").block(), mac("hmac-sha2-256").tag());
    assert_eq!((plain.block(), plain.tag(), plain.clear()), (16, 32, 0));
}

#[test]
fn methods_and_exchanges_agree() {
    for method in KexMethod::all() {
        let name = method.name().replace('*', "x25519-kyber-512r3-sha256-d00");
        assert_eq!(
            Exchange::of_method(name.as_bytes()),
            KexMethod::like(name.as_bytes()).map(KexMethod::exchange)
        );
        let hybrid =
            ["mlkem", "kyber", "sntrup", "openquantumsafe"].iter().any(|part| method.name().contains(part));
        assert_eq!(method.post_quantum(), hybrid, "{method}");
    }
    let spec = describe(include_str!("../ssh.grammar")).expect("it is right");
    for exchange in &spec.exchanges {
        for method in &exchange.methods {
            let known = KexMethod::all().find(|known| known.name() == method);
            assert_eq!(known.map(|known| known.exchange().name()), Some(exchange.name.as_str()), "{method}");
        }
    }
}

#[test]
fn keys_have_algorithms() {
    let spec = describe(include_str!("../ssh.grammar")).expect("it is right");
    for (tag, _) in spec.keyed.iter().flat_map(|keyed| &keyed.variants) {
        let algorithm =
            HostKeyAlgorithm::like(tag.as_bytes()).unwrap_or_else(|| panic!("no algorithm {tag}"));
        assert_eq!(algorithm.certificate(), tag.contains("-cert-"), "{tag}");
    }
}

#[test]
fn markers_are_no_algorithms() {
    for name in [words::CLIENT_MARKERS, words::SERVER_MARKERS, words::GUESS_MARKERS].into_iter().flatten() {
        assert_eq!(KexMethod::like(name), None, "{}", name.escape_ascii());
    }
}

/// Every name is found as itself, and no name that is close to it.
fn names<A: Algorithm + std::fmt::Debug>(all: impl Iterator<Item = A>) {
    for (index, algorithm) in all.enumerate() {
        let name = algorithm.name().as_bytes();
        assert_eq!(algorithm.index(), index);
        if name.contains(&b'*') {
            assert_eq!(A::of_name(name), None);
            continue;
        }
        assert_eq!(A::of_name(name), Some(algorithm));
        assert_eq!(A::like(name), Some(algorithm));
        assert!(matches!(Named::<A>::of(name), Named::Known(known) if known == algorithm));
        for at in 0..name.len() {
            let cut = name.get(..at).expect("it is as long");
            assert_ne!(A::of_name(cut), Some(algorithm));
            let mut other = name.to_vec();
            if let Some(octet) = other.get_mut(at) {
                *octet ^= 0x80;
            }
            assert_eq!(A::of_name(&other), None);
            assert_eq!(&Named::<A>::of(&other)[..], other);
        }
    }
}

#[test]
fn names_are_found_and_others_are_not() {
    names(KexMethod::all());
    names(HostKeyAlgorithm::all());
    names(Cipher::all());
    names(Mac::all());
    names(Compression::all());
}

#[test]
fn what_implementations_offer_is_known() {
    // OpenSSH 10.0, Dropbear 2025.88, PuTTY 0.83, libssh 0.11, AsyncSSH 2.21, Tectia 6.6: what their clients send by default.
    let ciphers = "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,\
                   aes256-ctr,3des-cbc,3des-ctr,aes256-cbc,aes192-cbc,aes128-cbc,blowfish-cbc,blowfish-ctr,arcfour256,\
                   arcfour128,rijndael-cbc@lysator.liu.se,des-cbc,des-cbc@ssh.com,seed-cbc@ssh.com,crypticore128@ssh.com,\
                   cast128-cbc,twofish256-cbc,none";
    let macs = "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,\
                hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,\
                hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96,hmac-sha224@ssh.com,\
                hmac-sha256-2@ssh.com,hmac-sha384@ssh.com,crypticore-mac@ssh.com,none";
    let host_keys = "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,\
                     sk-ssh-ed25519-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,ssh-ed25519,ssh-ed448,\
                     ecdsa-sha2-nistp521,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss,\
                     x509v3-ecdsa-sha2-nistp256,x509v3-sign-rsa-sha256@ssh.com,ssh-rsa-sha256@ssh.com";
    let compressions = "none,zlib@openssh.com,zlib";
    assert!(ciphers.split(',').all(|name| Cipher::of_name(name.as_bytes()).is_some()));
    assert!(macs.split(',').all(|name| Mac::of_name(name.as_bytes()).is_some()));
    for name in host_keys.split(',') {
        assert!(HostKeyAlgorithm::like(name.as_bytes()).is_some(), "{name}");
    }
    assert!(compressions.split(',').all(|name| Compression::of_name(name.as_bytes()).is_some()));
    let compress = Compression::all().filter(|method| method.compresses()).map(|method| method.name());
    assert_eq!(compress.collect::<Vec<_>>(), ["zlib", "zlib@openssh.com"]);
}
