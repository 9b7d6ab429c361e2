"""Writes lines of text before the identification line, as RFC 4253 section 4.2 allows, then becomes `sshd -i`.

Arguments: port, sshd's configuration, sshd's log. The socket itself is handed on, so that sshd sees the real peer.
"""

import os
import socket
import sys

LINES = b"This is a private system.\r\nAll sessions are recorded.\r\n\r\nHave a nice day.\r\n"


def main() -> None:
    port, config, log = sys.argv[1:]
    with socket.create_server(("", int(port))) as listener:
        print("listening", flush=True)
        connection, _ = listener.accept()
    connection.sendall(LINES)
    for stream in (0, 1, 2):
        os.dup2(connection.fileno(), stream)
    os.execv("/usr/sbin/sshd", ["/usr/sbin/sshd", "-i", "-f", config, "-E", log])


if __name__ == "__main__":
    main()
