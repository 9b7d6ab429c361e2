//! What may be typed behind `kexray live`.

use std::net::SocketAddr;

use super::{AnalysisArgs, Contradiction, Format, LogArgs, MannerArgs};
use crate::quantity::{Size, Time};

#[derive(Debug, clap::Args)]
pub(crate) struct LiveArgs {
    /// The interfaces to listen on
    #[arg(value_name = "IFACE", required = true)]
    pub(crate) interfaces: Vec<String>,

    /// The packets that are wanted, as in pcap-filter(7); this takes a build with libpcap
    #[arg(long, value_name = "EXPRESSION", help_heading = "Capture")]
    pub(crate) filter: Option<String>,

    /// Bytes of each packet that are looked at; what is cut off is missing in the streams
    #[arg(long, value_name = "SIZE", help_heading = "Capture", default_value_t = Size(256 << 10))]
    pub(crate) snaplen: Size,

    /// Take no packets that are for other machines
    #[arg(long, help_heading = "Capture")]
    pub(crate) no_promiscuous: bool,

    /// Memory in which packets of an interface wait; packets are lost when it is full
    #[arg(long, value_name = "SIZE", help_heading = "Capture", default_value_t = Size(64 << 20))]
    pub(crate) ring: Size,

    /// Become this user once the interfaces are open
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,

    /// Answer Prometheus at this address, as in 127.0.0.1:9150
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,

    /// How sessions are written; tables are for captures [default: json, or zeek with --output]
    #[arg(long, short, value_enum)]
    format: Option<Format>,

    /// Begin new files after this time, and give the old ones the time of their beginning as part of their names. SIGHUP
    /// does it at once
    #[arg(long, value_name = "TIME", requires = "output")]
    pub(crate) rotate_every: Option<Time>,

    /// Begin new files when they have this size, all together
    #[arg(long, value_name = "SIZE", requires = "output")]
    pub(crate) rotate_size: Option<Size>,

    #[command(flatten)]
    pub(crate) logs: LogArgs,

    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,

    #[command(flatten)]
    pub(crate) manners: MannerArgs,
}

impl LiveArgs {
    /// The format that was asked for, or goes with the other arguments.
    pub(crate) fn format(&self) -> Result<Format, Contradiction> {
        let usual = if self.logs.output.is_some() { Format::Zeek } else { Format::Json };
        match self.format.unwrap_or(usual) {
            Format::Table => Err(Contradiction(
                "a table is laid out when all is known: here use --format json or --format zeek",
            )),
            format => {
                self.logs.check_notices(format)?;
                format.suits(self.logs.output.as_ref())
            }
        }
    }
}
