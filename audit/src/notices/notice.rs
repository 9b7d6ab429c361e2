//! What may be noticed: one table, from which logs, documentation and whoever explains a name take it. The first two have
//! Zeek's names.

vocabulary! {
    /// Something that sessions show together, or one shows by itself, and that someone should look at.
    Notice:
    /// A host failed to authenticate in many connections within the window. Told once a window.
    PasswordGuessing = "SSH::Password_Guessing";
    /// A host that was guessing passwords was let in. Told once a window of each server.
    LoginByPasswordGuesser = "SSH::Login_By_Password_Guesser";
    /// A client tried many times to authenticate in one connection.
    ManyAttempts = "SSH::Many_Attempts";
    /// A host made many connections within the window that ended without an attempt to authenticate: it looked for
    /// versions, capabilities, or methods of authentication. Told once a window.
    Scan = "SSH::Scan";
    /// A server showed another host key than before, of a kind of which it has one.
    HostKeyChanged = "SSH::Host_Key_Changed";
    /// A host sent a public value of a key exchange that it sent in another session. Told once a window.
    EphemeralKeyReused = "SSH::Ephemeral_Key_Reused";
    /// A host sent a public value of a key exchange that another host sent in another session. Told once a window.
    EphemeralKeyShared = "SSH::Ephemeral_Key_Shared";
    /// The end that opened the connection is the SSH server: the other one gets in by it, past whatever keeps connections
    /// from outside away.
    RolesReversed = "SSH::Roles_Reversed";
}
