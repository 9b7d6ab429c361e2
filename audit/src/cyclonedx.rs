//! A report as a cryptography bill of materials: CycloneDX 1.6, <https://cyclonedx.org/docs/1.6/json/>.
//!
//! Algorithms, host keys and what each server speaks are components, servers are services, clients are applications, and
//! findings are vulnerabilities of them. The same report gives the same bill: there is neither a time nor a random number
//! in it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use kexray_analyzer::grammar::{Cipher, CipherMode, Named, Seal};
use serde_json::{Map, Value, json};

use crate::report::{Client, Report, Seen, Server, Subject, shown};
use crate::{Found, List};

/// The bill of a report.
#[must_use]
pub fn bill(report: &Report) -> Value {
    let mut bill = Bill::default();
    let servers: Vec<_> = report.servers.iter().map(|server| bill.server(server)).collect();
    let clients: Vec<_> = report.clients.iter().map(|client| bill.client(client)).collect();
    let vulnerabilities: Vec<_> = report
        .findings
        .iter()
        .enumerate()
        .map(|(index, found)| vulnerability(index, found, &servers, &clients))
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    { "type": "application", "name": "kexray", "version": env!("CARGO_PKG_VERSION") },
                ],
            },
        },
        "components": bill.components.into_values().collect::<Vec<_>>(),
        "services": bill.services,
        "dependencies": bill.dependencies,
        "vulnerabilities": vulnerabilities,
    })
}

/// What the bill lists so far.
#[derive(Default)]
struct Bill {
    /// By their references.
    components: BTreeMap<String, Value>,
    services: Vec<Value>,
    dependencies: Vec<Value>,
}

impl Bill {
    /// Lists a server, and gives its reference.
    fn server(&mut self, server: &Server) -> String {
        let fingerprint = server.fingerprint.as_deref().unwrap_or("unknown");
        let place = place(server.network, &server.endpoint());
        let reference = format!("server/{place}/{fingerprint}");
        let protocol = self.protocol(&format!("{place}/{fingerprint}"), &server.seen);
        let mut depends = vec![protocol];
        if let Some(fingerprint) = &server.fingerprint {
            depends.push(self.host_key(server, fingerprint));
        }
        let software =
            server.software.first().map_or_else(|| "SSH".to_owned(), |software| software.line.to_string());
        self.services.push(json!({
            "bom-ref": reference,
            "name": software,
            "endpoints": [locator(server)],
        }));
        self.depends(&reference, &depends);
        reference
    }

    /// Lists a client, and gives its reference.
    fn client(&mut self, client: &Client) -> String {
        let software = client.software.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let place = place(client.network, &client.address.to_string());
        let reference = format!("client/{place}/{software}");
        let protocol = self.protocol(&format!("{place}/{software}"), &client.seen);
        self.components.insert(
            reference.clone(),
            json!({ "type": "application", "bom-ref": reference, "name": software }),
        );
        self.depends(&reference, &[protocol]);
        reference
    }

    /// Lists what an end speaks, with what it offers and what was agreed on, and gives its reference.
    fn protocol(&mut self, of: &str, seen: &Seen) -> String {
        let reference = format!("protocol/{of}");
        let mut offered = Vec::new();
        for made in &seen.offers {
            for list in List::ALL {
                let names = list.offered(&made.offer).names();
                offered.extend(names.iter().filter_map(|name| self.algorithm(list, name)));
            }
        }
        offered.sort_unstable();
        offered.dedup();
        let suites: Vec<_> = seen
            .negotiated
            .iter()
            .map(|agreed| {
                let (mut names, mut references) = (Vec::new(), Vec::new());
                for list in List::ALL {
                    for name in list.negotiated(&agreed.algorithms) {
                        if let Some(reference) =
                            self.algorithm(list, name).filter(|one| !references.contains(one))
                        {
                            names.push(shown(name));
                            references.push(reference);
                        }
                    }
                }
                json!({ "name": names.join(" "), "algorithms": references })
            })
            .collect();
        let mut properties = Map::new();
        properties.insert("type".to_owned(), "ssh".into());
        properties.insert("cipherSuites".to_owned(), suites.into());
        properties.insert("cryptoRefArray".to_owned(), offered.into());
        self.asset(&reference, "SSH", &json!({ "assetType": "protocol", "protocolProperties": properties }));
        reference
    }

    /// Lists a host key, and gives its reference.
    fn host_key(&mut self, server: &Server, fingerprint: &str) -> String {
        let reference = format!("key/{fingerprint}");
        let mut properties = Map::new();
        properties.insert("type".to_owned(), "public-key".into());
        properties.insert("id".to_owned(), fingerprint.into());
        if let Some(key) = server.host_key {
            properties.insert("size".to_owned(), key.bits.into());
        }
        let name = server.host_key.map_or("SSH", |key| key.family);
        self.asset(
            &reference,
            &format!("{name} host key"),
            &json!({
                "assetType": "related-crypto-material",
                "relatedCryptoMaterialProperties": properties,
            }),
        );
        reference
    }

    /// Lists an algorithm, and gives its reference; `None` where it is no cryptography.
    fn algorithm(&mut self, list: List, name: &[u8]) -> Option<String> {
        let (kind, mut properties) = match list {
            List::Kex => ("kex", json!({ "primitive": "key-agree", "cryptoFunctions": ["keygen"] })),
            List::HostKey => {
                ("host-key", json!({ "primitive": "signature", "cryptoFunctions": ["sign", "verify"] }))
            }
            List::Encryption => ("cipher", of_cipher(name)),
            List::Mac => ("mac", json!({ "primitive": "mac", "cryptoFunctions": ["tag"] })),
            List::Compression => return None,
        };
        // A quantum computer breaks it.
        if list.known(name).and_then(|known| known.post_quantum) == Some(false)
            && let Some(properties) = properties.as_object_mut()
        {
            properties.insert("nistQuantumSecurityLevel".to_owned(), 0.into());
        }
        let name = shown(name);
        if name.is_empty() {
            return None;
        }
        let reference = format!("algorithm/{kind}/{name}");
        self.asset(
            &reference,
            &name,
            &json!({ "assetType": "algorithm", "algorithmProperties": properties }),
        );
        Some(reference)
    }

    fn asset(&mut self, reference: &str, name: &str, properties: &Value) {
        if !self.components.contains_key(reference) {
            self.components.insert(
                reference.to_owned(),
                json!({
                    "type": "cryptographic-asset",
                    "bom-ref": reference,
                    "name": name,
                    "cryptoProperties": properties,
                }),
            );
        }
    }

    fn depends(&mut self, reference: &str, on: &[String]) {
        self.dependencies.push(json!({ "ref": reference, "dependsOn": on }));
    }
}

/// What CycloneDX wants to know of a cipher.
fn of_cipher(name: &[u8]) -> Value {
    let Some(cipher) = Named::<Cipher>::of(name).known() else {
        return json!({ "primitive": "unknown", "cryptoFunctions": ["encrypt", "decrypt"] });
    };
    let (primitive, mode) = match (cipher.mode(), cipher.seal()) {
        (CipherMode::Plain, _) => ("other", None),
        (CipherMode::Stream, _) => ("stream-cipher", None),
        (CipherMode::Aead, Some(Seal::AesGcm)) => ("ae", Some("gcm")),
        (CipherMode::Aead, _) => ("ae", None),
        (CipherMode::Ecb, _) => ("block-cipher", Some("ecb")),
        (CipherMode::Cbc, _) => ("block-cipher", Some("cbc")),
        (CipherMode::Cfb, _) => ("block-cipher", Some("cfb")),
        (CipherMode::Ofb, _) => ("block-cipher", Some("ofb")),
        (CipherMode::Ctr, _) => ("block-cipher", Some("ctr")),
    };
    let mut properties = json!({
        "primitive": primitive,
        "parameterSetIdentifier": cipher.key_bits().to_string(),
        "cryptoFunctions": ["encrypt", "decrypt"],
    });
    if let (Some(mode), Some(properties)) = (mode, properties.as_object_mut()) {
        properties.insert("mode".to_owned(), mode.into());
    }
    properties
}

/// A finding as CycloneDX has it, with the references of what it is about.
fn vulnerability(index: usize, found: &Found, servers: &[String], clients: &[String]) -> Value {
    let affected: Vec<String> = match &found.subject {
        Subject::Server(index, _) => servers.get(*index).cloned().into_iter().collect(),
        Subject::Client(index, _) => clients.get(*index).cloned().into_iter().collect(),
        Subject::Key(fingerprint) => vec![format!("key/{fingerprint}")],
        Subject::Address(there, _) | Subject::Group(there, _) => {
            there.iter().filter_map(|index| servers.get(*index).cloned()).collect()
        }
    };
    let affects: Vec<_> = affected.into_iter().map(|reference| json!({ "ref": reference })).collect();
    json!({
        "bom-ref": format!("finding/{index}"),
        "id": found.finding.name(),
        "source": { "name": "kexray" },
        "ratings": [{ "severity": found.finding.severity().name(), "method": "other" }],
        "description": found.finding.meaning(),
        "detail": format!("{}: {}", found.subject, found.reason),
        "recommendation": format!("See {}", found.finding.reference()),
        "affects": affects,
    })
}

/// Where a server is, as a URI. IPv6 addresses have all their groups: not all validators know them otherwise.
fn locator(server: &Server) -> String {
    match server.address {
        IpAddr::V4(address) => format!("ssh://{address}:{}", server.port),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:x}"));
            format!("ssh://[{}]:{}", groups.join(":"), server.port)
        }
    }
}

/// An address in its network.
fn place(network: u64, address: &str) -> String {
    if network == 0 { address.to_owned() } else { format!("{network:x}/{address}") }
}
