"""A session of Twisted Conch.

Arguments: host, port, user, command, then `password=…` and `key=…`; `keyboard=…` answers a prompt.
"""

import sys

from twisted.conch.ssh import channel, common, connection, keys, transport, userauth
from twisted.internet import defer, protocol, reactor
from twisted.python import log


class Transport(transport.SSHClientTransport):
    def verifyHostKey(self, host_key, fingerprint):
        return defer.succeed(1)

    def connectionSecure(self):
        host, port, user, command, *settings = sys.argv[1:]
        self.requestService(Authentication(user, Connection(command), settings))

    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


class Authentication(userauth.SSHUserAuthClient):
    def __init__(self, user, connection, settings):
        super().__init__(user.encode(), connection)
        pairs = [setting.split("=", 1) for setting in settings]
        self._keys = [keys.Key.fromFile(value) for name, value in pairs if name == "key"]
        self._passwords = [value.encode() for name, value in pairs if name == "password"]
        self._answers = [value for name, value in pairs if name == "keyboard"]

    def getPassword(self, prompt=None):
        return defer.succeed(self._passwords.pop(0)) if self._passwords else None

    def getPublicKey(self):
        self._key = self._keys.pop(0) if self._keys else None
        return self._key and self._key.public()

    def getPrivateKey(self):
        return defer.succeed(self._key)

    def getGenericAnswers(self, name, instruction, prompts):
        if len(self._answers) < len(prompts):
            self.transport.loseConnection()
            return defer.Deferred()
        return defer.succeed([self._answers.pop(0) for _ in prompts])


class Connection(connection.SSHConnection):
    def __init__(self, command):
        super().__init__()
        self._command = command

    def serviceStarted(self):
        if self._command:
            self.openChannel(Command(self._command.encode(), conn=self))
        else:
            self.transport.loseConnection()


class Command(channel.SSHChannel):
    name = b"session"

    def __init__(self, command, **rest):
        super().__init__(**rest)
        self._command = command

    def channelOpen(self, data):
        self.conn.sendRequest(self, "exec", common.NS(self._command))

    def closed(self):
        self.conn.transport.loseConnection()


def main():
    log.startLogging(sys.stdout)
    protocol.ClientCreator(reactor, Transport).connectTCP(sys.argv[1], int(sys.argv[2]))
    reactor.callLater(20, lambda: reactor.running and reactor.stop())
    reactor.run()


if __name__ == "__main__":
    main()
