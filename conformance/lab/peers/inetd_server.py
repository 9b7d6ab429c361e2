"""Starts a server for each connection, with a log of its own: parallel connections do not mix.

Arguments: port, folder of the logs, then the command that runs the server at its standard input and output; `LOG` in it
stands for the log.
"""

import socket
import subprocess
import sys


def main() -> None:
    port, folder, *command = sys.argv[1:]
    listener = socket.create_server(("", int(port)), backlog=64)
    print("listening", flush=True)
    servers: list[subprocess.Popen] = []
    while True:
        connection, _ = listener.accept()
        log = f"{folder}/{len(servers):04}"
        arguments = [log if word == "LOG" else word for word in command]
        servers.append(subprocess.Popen(arguments, stdin=connection, stdout=connection))
        connection.close()
        for server in servers:
            server.poll()


if __name__ == "__main__":
    main()
