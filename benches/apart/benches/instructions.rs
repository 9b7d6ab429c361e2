//! Instructions, as valgrind counts them: the same in every run, however busy the machine is.

#![allow(missing_docs, unreachable_pub, reason = "the macros make items")]

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use kexray_analyzer::Side::{Originator, Responder};
use kexray_analyzer::{Connection, Side, Timestamp};
use kexray_benches::quiet::Quiet;
use kexray_benches::trace::{self, Delivery, Packet};
use kexray_capture::{Engine, SshFlows};
use kexray_grammar::transport::Message;
use kexray_grammar::{Exchange, Role};

/// A message of a trace. It is not given back, for that would count.
fn message(of: &str, side: Side, number: u8) -> &'static [u8] {
    trace::message(of, side, number).expect("the trace is shipped").leak()
}

fn transport(number: u8) -> &'static [u8] {
    message("publickey-success", Originator, number)
}

fn elliptic(side: Side, number: u8) -> (Exchange, Role, &'static [u8]) {
    exchange(Exchange::Ecdh, "publickey-success", side, number)
}

fn group(side: Side, number: u8) -> (Exchange, Role, &'static [u8]) {
    exchange(Exchange::DhGex, "group-exchange-etm", side, number)
}

fn exchange(exchange: Exchange, of: &str, side: Side, number: u8) -> (Exchange, Role, &'static [u8]) {
    let role = if side.is_originator() { Role::Client } else { Role::Server };
    (exchange, role, message(of, side, number))
}

#[library_benchmark]
#[bench::kexinit(transport(20))]
#[bench::newkeys(transport(21))]
fn transport_by_slices(octets: &[u8]) -> bool {
    black_box(Message::parse(Role::Client, black_box(octets))).is_ok()
}

#[library_benchmark]
#[bench::kexinit(transport(20))]
#[bench::newkeys(transport(21))]
fn transport_by_binrw(octets: &[u8]) -> bool {
    black_box(Message::parse_with_binrw(Role::Client, black_box(octets))).is_ok()
}

#[library_benchmark]
#[bench::ecdh_init(elliptic(Originator, 30))]
#[bench::ecdh_reply(elliptic(Responder, 31))]
#[bench::gex_request(group(Originator, 34))]
#[bench::gex_group(group(Responder, 31))]
#[bench::gex_reply(group(Responder, 33))]
fn exchange_by_slices((exchange, role, octets): (Exchange, Role, &'static [u8])) -> bool {
    black_box(exchange.parse(role, black_box(octets))).is_ok()
}

#[library_benchmark]
#[bench::ecdh_init(elliptic(Originator, 30))]
#[bench::ecdh_reply(elliptic(Responder, 31))]
#[bench::gex_request(group(Originator, 34))]
#[bench::gex_group(group(Responder, 31))]
#[bench::gex_reply(group(Responder, 33))]
fn exchange_by_binrw((exchange, role, octets): (Exchange, Role, &'static [u8])) -> bool {
    black_box(exchange.parse_with_binrw(role, black_box(octets))).is_ok()
}

fn follow(connection: &mut Connection, deliveries: &[Delivery]) {
    for Delivery { side, at, bytes } in deliveries {
        connection.deliver(*side, *at, bytes, &mut Quiet);
    }
}

#[library_benchmark]
#[bench::ecdh(trace::handshake("publickey-success").unwrap())]
#[bench::group_exchange(trace::handshake("group-exchange-etm").unwrap())]
#[bench::post_quantum(trace::handshake("sntrup761-chacha20").unwrap())]
fn handshake(deliveries: Vec<Delivery>) -> Connection {
    let mut connection = Connection::new();
    follow(&mut connection, black_box(&deliveries));
    connection
}

fn encrypted() -> Connection {
    let mut connection = Connection::new();
    follow(
        &mut connection,
        &trace::deliveries(&trace::path("publickey-success")).expect("the trace is shipped"),
    );
    connection
}

#[library_benchmark(setup = encrypted)]
fn a_thousand_deliveries_of_ciphertext(mut connection: Connection) -> Connection {
    for number in 0..1000 {
        let side = if number % 3 == 0 { Side::Originator } else { Side::Responder };
        connection.deliver(side, Timestamp::from_micros(number), black_box(&[0x55; 1448]), &mut Quiet);
    }
    connection
}

#[library_benchmark]
#[bench::session(trace::packets(&trace::path("publickey-success")).unwrap())]
#[bench::lost_and_reordered(trace::packets(&trace::path("lost-and-reordered")).unwrap())]
#[bench::not_ssh(trace::packets(&trace::path("http-on-port-22")).unwrap())]
fn packets(packets: Vec<Packet>) -> Engine<SshFlows<Quiet>> {
    let mut engine = Engine::new(SshFlows::new(Quiet));
    packets.iter().for_each(|packet| packet.feed(&mut engine));
    engine.finish();
    engine
}

library_benchmark_group!(
    name = instructions,
    benchmarks = [
        transport_by_slices,
        transport_by_binrw,
        exchange_by_slices,
        exchange_by_binrw,
        handshake,
        a_thousand_deliveries_of_ciphertext,
        packets
    ]
);
main!(library_benchmark_groups = instructions);
