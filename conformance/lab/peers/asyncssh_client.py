"""An AsyncSSH session that runs a command. Arguments: host, port, key exchange, user, password, command."""

import asyncio
import logging
import sys

import asyncssh


async def main() -> None:
    logging.basicConfig(level=logging.DEBUG, format="%(message)s", stream=sys.stdout)
    asyncssh.set_debug_level(2)
    host, port, kex, user, password, command = sys.argv[1:]
    connection = await asyncssh.connect(
        host,
        int(port),
        kex_algs=[kex],
        username=user,
        password=password,
        known_hosts=None,
        client_keys=None,
        config=None,
    )
    async with connection:
        print((await connection.run(command)).stdout)


if __name__ == "__main__":
    asyncio.run(main())
