// A session of golang.org/x/crypto/ssh. Arguments: host, port, user, command, then `password=…` and `key=…` in order.
package main

import (
	"log"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"
)

func main() {
	host, port, user, command := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	var keys []ssh.Signer
	var passwords []string
	for _, setting := range os.Args[5:] {
		name, value, _ := strings.Cut(setting, "=")
		if name == "key" {
			keys = append(keys, signer(value))
		} else {
			passwords = append(passwords, value)
		}
	}
	config := &ssh.ClientConfig{User: user, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if len(keys) > 0 {
		config.Auth = append(config.Auth, ssh.PublicKeys(keys...))
	}
	if len(passwords) > 0 {
		next := func() (string, error) {
			password := passwords[0]
			passwords = passwords[1:]
			return password, nil
		}
		config.Auth = append(config.Auth, ssh.RetryableAuthMethod(ssh.PasswordCallback(next), len(passwords)))
	}
	client, err := ssh.Dial("tcp", host+":"+port, config)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if command == "" {
		return
	}
	session, err := client.NewSession()
	if err != nil {
		log.Fatal(err)
	}
	output, err := session.CombinedOutput(command)
	log.Print(string(output), err)
}

func signer(path string) ssh.Signer {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		log.Fatal(err)
	}
	return key
}
