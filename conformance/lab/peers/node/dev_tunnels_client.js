// A session of dev-tunnels-ssh. Arguments: host, port, user, command, then `password=…` in order, `key=` for a new RSA key.
'use strict';
const net = require('net');
const ssh = require('@microsoft/dev-tunnels-ssh');

async function main() {
  const [host, port, username, command, ...settings] = process.argv.slice(2);
  const socket = net.connect(Number(port), host);
  await new Promise((connected, failed) => socket.on('connect', connected).on('error', failed));
  const session = new ssh.SshClientSession(new ssh.SshSessionConfiguration());
  session.onAuthenticating((event) => { event.authenticationPromise = Promise.resolve({}); });
  session.trace = (level, id, text) => console.log(text);
  await session.connect(new ssh.NodeStream(socket));
  await session.authenticateServer();
  for (const setting of settings) {
    const value = setting.slice(setting.indexOf('=') + 1);
    const credentials = { username };
    if (setting.startsWith('key=')) {
      credentials.publicKeys = [await ssh.SshAlgorithms.publicKey.rsaWithSha512.generateKeyPair(2048)];
    } else {
      credentials.password = value;
    }
    if (await session.authenticateClient(credentials)) {
      if (command) {
        const channel = await session.openChannel();
        const request = new ssh.CommandRequestMessage();
        request.command = command;
        await channel.request(request);
        await new Promise((closed) => channel.onClosed(closed));
      }
      break;
    }
  }
  await session.close(ssh.SshDisconnectReason.byApplication);
  socket.end();
}

main().catch((error) => console.log(String(error))).finally(() => process.exit());
