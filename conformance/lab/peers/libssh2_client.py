"""A session of libssh2. Arguments: host, port, user, command, then `none=`, `password=…`, `key=…` and `keyboard=…`."""

import socket
import sys

from ssh2.exceptions import AuthenticationError, SSH2Error
from ssh2.session import Session


def attempt(session: Session, user: str, name: str, value: str) -> bool:
    try:
        match name:
            case "none":
                session.userauth_list(user)
            case "key":
                session.userauth_publickey_fromfile(user, value)
            case "keyboard":
                session.userauth_keyboardinteractive(user, value)
            case _:
                session.userauth_password(user, value)
    except (AuthenticationError, SSH2Error) as error:
        print(name, repr(error))
    return session.userauth_authenticated()


def main() -> None:
    host, port, user, command, *settings = sys.argv[1:]
    session = Session()
    session.handshake(socket.create_connection((host, int(port))))
    if any(attempt(session, user, *setting.split("=", 1)) for setting in settings) and command:
        channel = session.open_session()
        channel.execute(command)
        while channel.read()[0] > 0:
            pass
        channel.close()
    session.disconnect()


if __name__ == "__main__":
    main()
