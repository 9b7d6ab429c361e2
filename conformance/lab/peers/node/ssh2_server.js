// A server of ssh2. Arguments: address, port, host key, user, password, authorized key, `banner` (may be empty).
'use strict';
const { readFileSync } = require('fs');
const { Server, utils: { parseKey } } = require('ssh2');

const [address, port, hostKey, user, password, authorized, banner] = process.argv.slice(2);
const known = parseKey(readFileSync(authorized));

function permitted(context) {
  if (context.username !== user) return false;
  switch (context.method) {
    case 'password': return context.password === password;
    case 'publickey': return context.key.data.equals(known.getPublicSSH())
      && (!context.signature || known.verify(context.blob, context.signature, context.hashAlgo) === true);
    default: return false;
  }
}

const options = { hostKeys: [readFileSync(hostKey)], banner: banner || undefined, debug: (line) => console.log(line) };
const server = new Server(options, (client, info) => {
  console.log(`peer address: ${info.ip} ${info.port}`);
  client.on('authentication', (context) => {
    if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
        (answers[0] === password && context.username === user ? context.accept() : context.reject()));
    } else if (permitted(context)) {
      context.accept();
    } else {
      context.reject(['password', 'publickey', 'keyboard-interactive']);
    }
  });
  client.on('ready', () => client.on('session', (accept) => {
    accept().on('exec', (acceptExec) => {
      const stream = acceptExec();
      stream.write('hello\n');
      stream.exit(0);
      stream.end();
    });
  }));
  client.on('error', (error) => console.log(String(error)));
});
server.listen(Number(port), address, () => console.log('listening'));
