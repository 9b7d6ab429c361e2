//! The `kexray` command.

fn main() {}
