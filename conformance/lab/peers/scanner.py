"""Connects, reads the server's identification line and leaves, with or without saying a line of its own.

Arguments: host, port, and what to say, if anything.
"""

import socket
import sys


def main() -> None:
    host, port, *words = sys.argv[1:]
    with socket.create_connection((host, int(port))) as connection:
        print("read", connection.makefile("rb").readline())
        for line in words:
            connection.sendall(line.encode() + b"\r\n")


if __name__ == "__main__":
    main()
