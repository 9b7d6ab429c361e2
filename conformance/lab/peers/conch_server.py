"""A server of Twisted Conch. Arguments: address, port, host key, user, password, authorized key."""

import sys

from twisted.conch import avatar
from twisted.conch.checkers import InMemorySSHKeyDB, SSHPublicKeyChecker
from twisted.conch.ssh import factory, keys, session
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import Portal
from twisted.internet import reactor
from twisted.python import log


class Avatar(avatar.ConchUser):
    def __init__(self):
        super().__init__()
        self.channelLookup[b"session"] = session.SSHSession


class Session:
    """Answers every command with a greeting."""

    def __init__(self, avatar):
        pass

    def execCommand(self, process, command):
        process.write(b"hello\n")
        process.session.conn.sendEOF(process.session)
        process.session.conn.sendRequest(process.session, b"exit-status", b"\0\0\0\0")
        process.loseConnection()

    def eofReceived(self):
        pass

    def closed(self):
        pass


class Realm:
    def requestAvatar(self, avatar_id, mind, *interfaces):
        return interfaces[0], Avatar(), lambda: None


def main():
    from twisted.python import components

    log.startLogging(sys.stdout)
    address, port, host_key, user, password, authorized = sys.argv[1:]
    components.registerAdapter(Session, Avatar, session.ISession)
    passwords = InMemoryUsernamePasswordDatabaseDontUse(**{user: password.encode()})
    known = InMemorySSHKeyDB({user.encode(): [keys.Key.fromFile(authorized)]})
    server = factory.SSHFactory()
    server.portal = Portal(Realm(), [passwords, SSHPublicKeyChecker(known)])
    key = keys.Key.fromFile(host_key)
    server.publicKeys = {key.sshType(): key.public()}
    server.privateKeys = {key.sshType(): key}
    reactor.listenTCP(int(port), server, interface=address)
    print("listening", flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
