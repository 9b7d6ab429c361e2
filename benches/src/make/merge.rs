//! Conversations that go on at the same time, packet by packet.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use super::Made;
use crate::pcap::Writer;

/// Packets in order of time.
pub(super) trait Conversation {
    /// The time of the next packet; `None` after the last.
    fn time(&self) -> Option<u64>;

    /// Replaces `frame` by the next packet, and gives its length on the wire.
    fn next(&mut self, frame: &mut Vec<u8>) -> u32;
}

/// Writes the packets of all conversations, which come in order of their starts.
pub(super) fn write(
    conversations: impl Iterator<Item = Box<dyn Conversation>>,
    mut writer: Writer<impl Write>,
) -> anyhow::Result<Made> {
    let mut upcoming = conversations.peekable();
    let mut open = BinaryHeap::new();
    let mut opened = 0_u64;
    let mut frame = Vec::new();
    let mut made = Made::default();
    loop {
        let first = open.peek().map(|Reverse(open): &Reverse<Open>| open.time);
        let starting =
            upcoming.next_if(|next| first.is_none_or(|first| next.time().is_none_or(|time| time <= first)));
        if let Some(conversation) = starting {
            // One without packets is over before it starts.
            if let Some(time) = conversation.time() {
                open.push(Reverse(Open { time, number: opened, conversation }));
                opened += 1;
            }
            continue;
        }
        let Some(Reverse(Open { time, number, mut conversation })) = open.pop() else { break };
        let original_length = conversation.next(&mut frame);
        writer.frame(time, &frame, original_length)?;
        made.packets += 1;
        made.octets += frame.len() as u64;
        if let Some(time) = conversation.time() {
            open.push(Reverse(Open { time, number, conversation }));
        }
    }
    writer.end().map_err(io::Error::into).map(|()| made)
}

/// A conversation that is under way: the one with the earliest packet is the least.
struct Open {
    time: u64,
    /// Orders conversations whose packets are of the same time.
    number: u64,
    conversation: Box<dyn Conversation>,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}
