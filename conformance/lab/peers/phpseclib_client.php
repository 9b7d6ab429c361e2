<?php
// A session of phpseclib. Arguments: major version (2 or 3), host, port, user, command, then `password=…` and `key=…` in
// order.
[, $major, $host, $port, $user, $command] = $argv;
require_once $major === '3' ? 'phpseclib3/autoload.php' : 'phpseclib/autoload.php';
$class = $major === '3' ? 'phpseclib3\Net\SSH2' : 'phpseclib\Net\SSH2';
$session = new $class($host, (int) $port, 20);
foreach (array_slice($argv, 6) as $setting) {
    [$name, $value] = explode('=', $setting, 2);
    if ($name === 'key') {
        if ($major === '3') {
            $value = phpseclib3\Crypt\PublicKeyLoader::load(file_get_contents($value));
        } else {
            $key = new phpseclib\Crypt\RSA();
            $key->loadKey(file_get_contents($value));
            $value = $key;
        }
    }
    if ($session->login($user, $value)) {
        echo $command === '' ? '' : $session->exec($command);
        break;
    }
}
$session->disconnect();
