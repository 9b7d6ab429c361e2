// A session of ssh2. Arguments: host, port, user, command, then `none=`, `password=…`, `key=…` and `keyboard=…` in order.
'use strict';
const { readFileSync } = require('fs');
const { Client } = require('ssh2');

const [host, port, username, command, ...settings] = process.argv.slice(2);
const answers = [];
const authHandler = settings.map((setting) => {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  switch (name) {
    case 'none': return { type: 'none', username };
    case 'key': return { type: 'publickey', username, key: readFileSync(value) };
    case 'keyboard': return {
      type: 'keyboard-interactive', username,
      prompt: (title, instructions, language, prompts, finish) => finish(prompts.map(() => value)),
    };
    default: return { type: 'password', username, password: value };
  }
});
const client = new Client();
client.on('ready', () => {
  if (!command) return client.end();
  client.exec(command, (error, stream) => {
    if (error) throw error;
    stream.on('close', () => client.end()).on('data', (data) => console.log(String(data)));
  });
});
client.on('error', (error) => { console.log(String(error)); });
client.connect({ host, port: Number(port), username, authHandler, debug: (line) => console.log(line) });
