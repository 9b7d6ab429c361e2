//! Two machines and the cable between them.

use std::fs::File;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use nix::sched::{CloneFlags, setns};

pub(crate) const CLIENT: &str = "10.77.0.1";
pub(crate) const SERVER: &str = "10.77.0.2";
/// The interface of each.
pub(crate) const INTERFACE: &str = "eth0";

/// Two network namespaces, joined by a veth pair. They are there until this is dropped.
pub(crate) struct Network {
    pub(crate) client: Machine,
    pub(crate) server: Machine,
}

/// A network namespace.
pub(crate) struct Machine {
    name: String,
}

impl Network {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let machine = |role| Machine::new(format!("kexray-{}-{number}-{role}", std::process::id()));
        let (client, server) = (machine("client"), machine("server"));
        ip(&format!(
            "-n {} link add {INTERFACE} type veth peer name {INTERFACE} netns {}",
            client.name, server.name
        ));
        for (machine, address) in [(&client, CLIENT), (&server, SERVER)] {
            ip(&format!("-n {} addr add {address}/24 dev {INTERFACE}", machine.name));
            ip(&format!("-n {} link set {INTERFACE} up", machine.name));
        }
        Self { client, server }
    }
}

impl Machine {
    fn new(name: String) -> Self {
        ip(&format!("netns add {name}"));
        ip(&format!("-n {name} link set lo up"));
        Self { name }
    }

    /// Does something there: sockets and processes that are made in it belong to this machine.
    pub(crate) fn on<T: Send>(&self, action: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let there = scope.spawn(|| {
                let namespace = File::open(format!("/run/netns/{}", self.name)).unwrap();
                setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
                action()
            });
            there.join().unwrap()
        })
    }

    pub(crate) fn ip(&self, arguments: &str) {
        ip(&format!("-n {} {arguments}", self.name));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

fn ip(arguments: &str) {
    let status = Command::new("ip").args(arguments.split(' ')).status().unwrap();
    assert!(status.success(), "ip {arguments}");
}
