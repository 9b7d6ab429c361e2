"""A server of paramiko. Arguments: address, port, host key, user, password, authorized key."""

import base64
import logging
import socket
import sys
import threading

import paramiko


class Server(paramiko.ServerInterface):
    def __init__(self, user: str, password: str, known: bytes) -> None:
        self._user, self._password, self._known = user, password, known

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password,keyboard-interactive"

    def check_auth_password(self, username: str, password: str) -> int:
        return self._decide((username, password) == (self._user, self._password))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._decide(username == self._user and key.asbytes() == self._known)

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        return self._decide(responses == [self._password])

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=answer, args=(channel,), daemon=True).start()
        return True

    @staticmethod
    def _decide(accepted: bool) -> int:
        return paramiko.AUTH_SUCCESSFUL if accepted else paramiko.AUTH_FAILED


def answer(channel: paramiko.Channel) -> None:
    channel.sendall(b"hello\n")
    channel.send_exit_status(0)
    channel.close()


def main() -> None:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
    address, port, host_key, user, password, authorized = sys.argv[1:]
    with open(authorized) as file:
        known = base64.b64decode(file.read().split()[1])
    listener = socket.create_server((address, int(port)), backlog=64)
    print("listening", flush=True)
    transports = []
    while True:
        transport = paramiko.Transport(listener.accept()[0])
        transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(host_key))
        transports.append(transport)
        transport.start_server(threading.Event(), Server(user, password, known))


if __name__ == "__main__":
    main()
