// How names are looked up in constant time; the generator uses it too.

/// A number for a name. What it finds is compared with the name, and tables do not grow, so no seed guards it.
const fn hash_of(name: &[u8]) -> u64 {
    let mut hash = name.len() as u64;
    let mut rest = name;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        hash = mixed(hash, u64::from_le_bytes(*word));
        rest = behind;
    }
    let mut word = 0;
    while let Some((octet, behind)) = rest.split_first() {
        word = word << 8 | *octet as u64;
        rest = behind;
    }
    mixed(hash, word)
}

/// Both halves of a product, so that every bit counts for every other.
const fn mixed(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word ^ 0xA076_1D64_78BD_642F) as u128 * 0xE703_7ED1_A0B4_28DB;
    product as u64 ^ (product >> 64) as u64
}

/// Where a name lies among `slots`, which is a power of two, if the names of its bucket are moved so far.
const fn slot_of(hash: u64, displacement: u16, slots: usize) -> usize {
    mixed(hash, displacement as u64) as usize & (slots - 1)
}
