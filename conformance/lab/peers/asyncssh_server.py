"""An AsyncSSH server for one connection. Arguments: address, port, host key, key exchange, user, password."""

import asyncio
import logging
import sys

import asyncssh


class Server(asyncssh.SSHServer):
    def __init__(self, user: str, password: str) -> None:
        self._account = (user, password)

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        print("local address:", *conn.get_extra_info("sockname")[:2], flush=True)
        print("peer address:", *conn.get_extra_info("peername")[:2], flush=True)
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        print("host key algorithm:", self._connection.get_server_host_key().sig_algorithm.decode(), flush=True)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        valid = (username, password) == self._account
        print("password accepted" if valid else "password refused", flush=True)
        return valid


async def main() -> None:
    logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
    asyncssh.set_debug_level(2)
    address, port, host_key, kex, user, password = sys.argv[1:]
    server = await asyncssh.create_server(
        lambda: Server(user, password),
        address,
        int(port),
        server_host_keys=[host_key],
        kex_algs=[kex],
        process_factory=lambda process: (process.stdout.write("hello\n"), process.exit(0)),
    )
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
