// A server of golang.org/x/crypto/ssh. Arguments: address, port, host key, user, password, authorized key.
package main

import (
	"bytes"
	"errors"
	"log"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
)

func main() {
	address, port, hostKey, user, password, authorized := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6]
	text := read(authorized)
	known, _, _, _, err := ssh.ParseAuthorizedKey(text)
	check(err)
	refused := errors.New("refused")
	config := &ssh.ServerConfig{
		PasswordCallback: func(meta ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if meta.User() == user && string(given) == password {
				return nil, nil
			}
			return nil, refused
		},
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if meta.User() == user && bytes.Equal(key.Marshal(), known.Marshal()) {
				return nil, nil
			}
			return nil, refused
		},
		KeyboardInteractiveCallback: func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err == nil && len(answers) == 1 && answers[0] == password {
				return nil, nil
			}
			return nil, refused
		},
		AuthLogCallback: func(meta ssh.ConnMetadata, method string, err error) {
			log.Print("auth: ", meta.RemoteAddr(), " ", method, " ", err)
		},
	}
	key, err := ssh.ParsePrivateKey(read(hostKey))
	check(err)
	config.AddHostKey(key)
	listener, err := net.Listen("tcp", address+":"+port)
	check(err)
	log.Print("listening")
	for {
		connection, err := listener.Accept()
		check(err)
		go serve(connection, config)
	}
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		log.Print(err)
		return
	}
	go ssh.DiscardRequests(requests)
	for opened := range channels {
		channel, requests, err := opened.Accept()
		check(err)
		go func() {
			for request := range requests {
				_ = request.Reply(request.Type == "exec" || request.Type == "shell", nil)
				if request.Type == "exec" {
					_, _ = channel.Write([]byte("hello\n"))
					_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
					channel.Close()
				}
			}
		}()
	}
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	check(err)
	return text
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
