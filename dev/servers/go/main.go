// Go's net/http on crypto/tls. It has no setting for how long a ticket is good; an app may keep to one by its hooks.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"time"
)

var groups = map[string]tls.CurveID{"x25519": tls.X25519, "secp256r1": tls.CurveP256}

func config() (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(os.Getenv("CERTIFICATE"), os.Getenv("KEY"))
	if err != nil {
		return nil, err
	}
	made := &tls.Config{
		Certificates:           []tls.Certificate{certificate},
		SessionTicketsDisabled: os.Getenv("TICKETS") == "false",
	}
	if os.Getenv("TLS13") == "false" {
		made.MaxVersion = tls.VersionTLS12
	}
	if group, ok := groups[os.Getenv("GROUP")]; ok {
		made.CurvePreferences = []tls.CurveID{group}
	}
	if path := os.Getenv("CLIENT_CA"); path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		made.ClientAuth = tls.RequireAndVerifyClientCert
		made.ClientCAs = x509.NewCertPool()
		made.ClientCAs.AppendCertsFromPEM(pem)
	}
	if lifetime, err := strconv.Atoi(os.Getenv("LIFETIME_S")); err == nil {
		limitLifetime(made, time.Duration(lifetime)*time.Second)
	}
	return made, nil
}

// limitLifetime writes into each ticket when its session began, and opens none that is older.
func limitLifetime(config *tls.Config, lifetime time.Duration) {
	config.WrapSession = func(cs tls.ConnectionState, state *tls.SessionState) ([]byte, error) {
		if len(state.Extra) == 0 {
			state.Extra = [][]byte{binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixNano()))}
		}
		return config.EncryptTicket(cs, state)
	}
	config.UnwrapSession = func(ticket []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
		state, err := config.DecryptTicket(ticket, cs)
		if state == nil || err != nil {
			return nil, err
		}
		began := time.Unix(0, int64(binary.BigEndian.Uint64(state.Extra[0])))
		if time.Since(began) >= lifetime {
			return nil, nil
		}
		return state, nil
	}
}

func answer(response http.ResponseWriter, request *http.Request) {
	fmt.Fprintf(response, "resumed: %t\n", request.TLS.DidResume)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(runtime.Version())
		return
	}
	settings, err := config()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	server := &http.Server{Handler: http.HandlerFunc(answer), TLSConfig: settings}
	log.Fatal(server.ServeTLS(listener, "", ""))
}
