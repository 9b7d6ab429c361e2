// A server of dev-tunnels-ssh. Arguments: address, port, host key (not used: it makes its own), user, password.
'use strict';
const net = require('net');
const ssh = require('@microsoft/dev-tunnels-ssh');

const [address, port, , user, password] = process.argv.slice(2);

async function serve(socket, hostKey) {
  const configuration = new ssh.SshSessionConfiguration();
  const session = new ssh.SshServerSession(configuration);
  session.credentials = { publicKeys: [hostKey] };
  session.trace = (level, id, text) => console.log(text);
  session.onAuthenticating((event) => {
    const accepted = event.authenticationType === ssh.SshAuthenticationType.clientPassword
      && event.username === user && event.password === password;
    event.authenticationPromise = Promise.resolve(accepted ? {} : null);
  });
  session.onChannelOpening((event) => {
    event.channel.onRequest((request) => {
      request.isAuthorized = true;
      const { channel } = event;
      setTimeout(async () => {
        await channel.send(Buffer.from('hello\n'));
        await channel.close(0);
      }, 20);
    });
  });
  await session.connect(new ssh.NodeStream(socket));
}

ssh.SshAlgorithms.publicKey.rsaWithSha512.generateKeyPair(2048).then((hostKey) => {
  net.createServer((socket) => {
    socket.on('error', () => {});
    serve(socket, hostKey).catch((error) => console.log(String(error)));
  }).listen(Number(port), address, () => console.log('listening'));
});
