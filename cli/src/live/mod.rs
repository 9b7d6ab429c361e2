//! `kexray live`: the sessions of interfaces, as they pass.

mod http;
mod metrics;
mod passing;
mod privileges;
mod signals;

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use kexray_capture::live::{Filter, Interface, Interfaces, LiveError, Options};
use kexray_capture::{Engine, LinkType, SshFlows};

use crate::args::LiveArgs;
use crate::logs::rotation::Rotation;
use crate::logs::{Logs, Writer};
use crate::stats;
use crate::table::Look;
use http::Server;
use metrics::Figures;
use passing::{Clock, Passing};
use signals::Signals;

/// How long packets are waited for before other things are seen to.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often logs are flushed, old flows closed, and figures told.
const TURN: Duration = Duration::from_secs(1);
/// How long what is left of packets is taken in at the end.
const LAST_CALL: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &LiveArgs, stdout: &mut dyn Write, stderr: &mut dyn Write) -> anyhow::Result<bool> {
    let format = args.format()?;
    let (interfaces, listened_on) = open(args)?;
    let server = args.metrics.map(Server::bind).transpose()?;
    let signals = Signals::listen().context("cannot listen to signals")?;
    privileges::give_up(args.user.as_deref())?;
    // From here on with no more rights than it takes to write logs.
    let (rotation, writer) = match &args.logs.output {
        Some(directory) => {
            let (mut rotation, writer) = Rotation::begin(format, &args.logs, directory)?;
            rotation.every = args.rotate_every.map(|time| time.0);
            rotation.size = args.rotate_size.map(|size| u64::try_from(size.0).unwrap_or(u64::MAX));
            (Some(rotation), writer)
        }
        None => (None, Writer::new(format, &args.logs, stdout, Look::default(), false)?),
    };
    let (analysis, manners) = (&args.analysis, &args.manners);
    let logs = Logs::new(writer, analysis.uids.seed, &args.logs);
    let flows = SshFlows::with_config(Passing::new(logs), analysis.config());
    let mut watch = Watch {
        interfaces,
        engine: Engine::with_limits(flows, manners.limits.limits()),
        clock: Clock::default(),
        rotation,
        server: server.map(Server::start),
    };
    if !manners.quiet {
        let _ = writeln!(stderr, "kexray: listening on {listened_on}");
    }
    let outcome = watch.until(&signals, stderr);
    // Whatever happened, open sessions are written.
    watch.engine.finish();
    let figures = watch.figures();
    if !manners.quiet {
        let _ = writeln!(stderr, "kexray: {figures}");
    }
    if manners.stats {
        let _ = stats::write(&figures.stats, figures.lost, stderr);
    }
    watch.engine.into_application().into_observer().end()?;
    outcome.map(|()| true)
}

fn options(args: &LiveArgs) -> Options {
    let mut options = Options::default();
    options.promiscuous = !args.no_promiscuous;
    options.filter = args.filter.clone().map(Filter::new);
    options.snap_length = u32::try_from(args.snaplen.0).unwrap_or(u32::MAX);
    options.ring = args.ring.0;
    options
}

/// Opens all interfaces that are asked for. Tells what they are in words, too.
fn open(args: &LiveArgs) -> anyhow::Result<(Interfaces, String)> {
    let (mut opened, mut words) = (Vec::new(), Vec::new());
    for name in &args.interfaces {
        let interface =
            Interface::open(name, &options(args)).map_err(|error| anyhow!("{name}: {}", advice(&error)))?;
        words.push(format!("{name}{}", frames(interface.link_type())));
        opened.push(interface);
    }
    let mut opened = opened.into_iter();
    let first = opened.next().context("no interface was named")?;
    Ok((Interfaces::new(first, opened.collect()), words.join(", ")))
}

/// Interfaces that are watched.
struct Watch<'a> {
    interfaces: Interfaces,
    engine: Engine<SshFlows<Passing<'a>>>,
    clock: Clock,
    rotation: Option<Rotation<'a>>,
    server: Option<Server>,
}

impl Watch<'_> {
    /// Takes packets in until it is told to stop, and what is there of them then.
    fn until(&mut self, signals: &Signals, stderr: &mut dyn Write) -> anyhow::Result<()> {
        let mut turned = Instant::now();
        while !signals.stop() {
            self.take()?;
            let turn_over = signals.turn_over();
            if turned.elapsed() >= TURN || turn_over {
                turned = Instant::now();
                self.turn(turn_over)?;
            }
            if signals.report() {
                let figures = self.figures();
                let _ = writeln!(stderr, "kexray: {figures}");
                let _ = stats::write(&figures.stats, figures.lost, stderr);
            }
        }
        let end = Instant::now();
        while end.elapsed() < LAST_CALL && self.take()? > 0 {}
        Ok(())
    }

    /// Takes in the packets that are ready, or waits for some.
    fn take(&mut self) -> anyhow::Result<usize> {
        let Self { interfaces, engine, clock, .. } = self;
        let taken = interfaces.wait(PATIENCE, |packet| {
            clock.packet(packet.timestamp);
            engine.packet(packet.link_type, packet.timestamp, packet.data, packet.original_length);
        })?;
        self.engine.application_mut().observer_mut().check()?;
        Ok(taken)
    }

    /// What is done now and then.
    fn turn(&mut self, turn_over: bool) -> anyhow::Result<()> {
        if let Some(now) = self.clock.now() {
            self.engine.pass(now);
        }
        let logs = self.engine.application_mut().observer_mut().logs();
        logs.check()?;
        logs.flush()?;
        if let Some(rotation) = &mut self.rotation
            && (turn_over || rotation.is_due(logs))
        {
            rotation.turn(logs)?;
        }
        let figures = self.server.is_some().then(|| self.figures());
        if let (Some(server), Some(figures)) = (&self.server, figures) {
            server.show(figures.to_prometheus());
        }
        Ok(())
    }

    fn figures(&mut self) -> Figures {
        Figures {
            kernel: self.interfaces.counts().unwrap_or_default(),
            stats: *self.engine.stats(),
            told: self.engine.application().observer().told(),
            lost: self.engine.application().observer().lost(),
            open_flows: self.engine.open_flows(),
            buffered: self.engine.buffered(),
        }
    }
}

fn frames(link_type: LinkType) -> &'static str {
    if link_type == LinkType::ETHERNET { "" } else { " (IP without frames)" }
}

/// The error, and what to do about it where that is known.
fn advice(error: &LiveError) -> String {
    match error {
        LiveError::Forbidden => {
            format!(
                "{error}; be root, or give the command the right: setcap cap_net_raw=ep \"$(command -v kexray)\""
            )
        }
        LiveError::NoInterface => format!("{error}; `ip link` shows which there are"),
        LiveError::NoFilters => format!(
            "{error}; leave --filter out, or use the package, or build with `--features pcap` and libpcap"
        ),
        _ => error.to_string(),
    }
}
