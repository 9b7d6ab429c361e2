//! What SSH looks like on the wire.
