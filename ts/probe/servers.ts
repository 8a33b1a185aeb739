// What to set in servers so that they resume for long enough, and that all machines of a pool do. Each entry names where
// its directives and defaults are documented; those of nginx, Apache, HAProxy, mosquitto, stunnel and Node were seen to
// hold as well.
import type { Language } from "./target.js"

export interface ServerSettings {
    name: string
    /** What it says of itself over HTTP. */
    software: RegExp
    languages: readonly Language[]
    /** Sessions for so many seconds, and sessions at all. */
    lifetime: (seconds: number) => string
    lifetimeDefault: string
    /** For machines behind one name. */
    shared: string
}

const web: readonly Language[] = ["https", "tls"]
const broker: readonly Language[] = ["mqtt", "tls"]
const any: readonly Language[] = ["https", "mqtt", "tls"]

/** A key opens tickets for so many intervals after that in which it made them. */
const CADDY_INTERVALS = 3
const CADDY_KEEPS_S = CADDY_INTERVALS * 12 * 3600

export const servers: readonly ServerSettings[] = [
    {
        // nginx.org, ngx_http_ssl_module and ngx_stream_ssl_module: ssl_session_timeout 5m, ssl_session_cache none,
        // ssl_session_tickets on with a key of each process's start.
        name: "nginx",
        software: /nginx|openresty/i,
        languages: any,
        lifetime: (seconds) => `ssl_session_timeout ${seconds}s; ssl_session_cache shared:SSL:10m;`,
        lifetimeDefault: "5m, no cache",
        shared: "ssl_session_ticket_key FILE; with the same 80 bytes on each machine",
    },
    {
        // httpd.apache.org, mod_ssl: SSLSessionCacheTimeout 300, SSLSessionCache none, SSLSessionTickets on.
        name: "Apache",
        software: /apache/i,
        languages: web,
        lifetime: (seconds) => `SSLSessionCacheTimeout ${seconds} with SSLSessionCache shmcb:/run/ssl(512000)`,
        lifetimeDefault: "300, no cache",
        shared: "SSLSessionTicketKeyFile FILE with the same 48 bytes on each machine",
    },
    {
        // HAProxy's configuration manual: tune.ssl.lifetime, tls-ticket-keys of bind, no-tls-tickets. It says that 300 s
        // are the default; 2.6 was seen to leave it to OpenSSL.
        name: "HAProxy",
        software: /haproxy/i,
        languages: any,
        lifetime: (seconds) => `tune.ssl.lifetime ${seconds} in global, and leave no-tls-tickets out`,
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "bind ... tls-ticket-keys FILE with the same keys on each machine",
    },
    {
        // mosquitto has no setting for it: its OpenSSL's default holds, 7200 s in 3.x (SSL_CTX_set_timeout(3)). Its
        // issues 954 and 984 have its maintainer's words.
        name: "mosquitto",
        software: /mosquitto/i,
        languages: broker,
        lifetime: () => "no setting: put HAProxy, nginx (stream) or stunnel in front for TLS",
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "no setting: each broker has keys of its own; put one that ends TLS in front",
    },
    {
        // EMQX's changes of 5.10.3 and 6.0.2 (pull requests 16456, 16461): session_tickets disabled by default,
        // stateless wants node.tls_stateless_tickets_seed; of 6.2.0 (16547): reuse_sessions off by default. The
        // lifetime is that of Erlang's ssl application: server_session_ticket_lifetime, 7200 s.
        name: "EMQX",
        software: /emqx/i,
        languages: broker,
        lifetime: (seconds) =>
            `listeners.ssl.default.ssl_options.session_tickets = stateless, node.tls_stateless_tickets_seed = "...", and -ssl server_session_ticket_lifetime ${seconds} in vm.args`,
        lifetimeDefault: "disabled; 7200",
        shared: "the same node.tls_stateless_tickets_seed on each node (TLS 1.3)",
    },
    {
        // Caddy's modules/caddytls/sessiontickets.go, for apps.tls.session_tickets of its JSON: on, a key is made every
        // rotation_interval, 12 h, and max_keys of them, 4, are kept, so that a ticket lives for three to four intervals.
        // modules/caddytls/distributedstek: keys from storage, by the provider "distributed". Tickets are Go's: 7 days.
        name: "Caddy",
        software: /caddy/i,
        languages: web,
        lifetime: (seconds) =>
            seconds > CADDY_KEEPS_S
                ? `"session_tickets": {"rotation_interval": "${Math.ceil(seconds / CADDY_INTERVALS / 3600)}h"} in apps.tls`
                : "on unless apps.tls.session_tickets.disabled is true",
        lifetimeDefault: "on, 36h to 48h",
        shared: '"session_tickets": {"key_source": {"provider": "distributed"}} in apps.tls, with storage in common',
    },
    {
        // stunnel(8): sessionResume yes, sessionCacheTimeout 300 s, ticketKeySecret and ticketMacSecret.
        name: "stunnel",
        software: /stunnel/i,
        languages: any,
        lifetime: (seconds) => `sessionCacheTimeout = ${seconds}, and sessionResume = yes`,
        lifetimeDefault: "300",
        shared: "ticketKeySecret and ticketMacSecret, the same on each machine",
    },
    {
        // RabbitMQ hands ssl_options to Erlang's ssl application: reuse_sessions true, for session_lifetime, 24 h;
        // session_tickets disabled; server_session_ticket_lifetime 7200 s (ssl(7)).
        name: "RabbitMQ",
        software: /rabbitmq|cowboy/i,
        languages: broker,
        lifetime: (seconds) =>
            `in advanced.config: {ssl_options, [{session_tickets, stateless}]} and {ssl, [{server_session_ticket_lifetime, ${seconds}}]}`,
        lifetimeDefault: "disabled in TLS 1.3; 24h in 1.2",
        shared: "in advanced.config: {stateless_tickets_seed, <<...>>}, the same on each node (TLS 1.3)",
    },
    {
        // nodejs.org, tls.createServer: sessionTimeout, ticketKeys, which are made at each start. It says that 300 s are
        // the default; 24 was seen to leave it to OpenSSL.
        name: "Node",
        software: /node|express/i,
        languages: any,
        lifetime: (seconds) => `tls.createServer({ sessionTimeout: ${seconds} })`,
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "tls.createServer({ ticketKeys }), the same 48 bytes on each machine",
    },
    {
        // pkg.go.dev, crypto/tls: Config.SessionTicketsDisabled false, keys rotated every 24 h, tickets for 7 days.
        name: "Go",
        software: /^go\b/i,
        languages: any,
        lifetime: () => "tls.Config{SessionTicketsDisabled: false}",
        lifetimeDefault: "7 days",
        shared: "config.SetSessionTicketKeys(keys), the same on each machine",
    },
    {
        // docs.oracle.com, JSSE reference guide: jdk.tls.server.sessionTicketTimeout 86400 s,
        // SSLSessionContext.setSessionTimeout, jdk.tls.server.enableSessionTicketExtension true.
        name: "Java",
        software: /jetty|tomcat|coyote|netty|java/i,
        languages: any,
        lifetime: (seconds) => `-Djdk.tls.server.sessionTicketTimeout=${seconds}`,
        lifetimeDefault: "86400",
        shared: "no setting in the JDK: keep a device on one machine, or end TLS in front",
    },
]

/** The one that the server says it is, or all that speak this. */
export function serversFor(language: Language, software: string | null): readonly ServerSettings[] {
    const said = software === null ? undefined : servers.find((one) => one.software.test(software))
    return said === undefined ? servers.filter(({ languages }) => languages.includes(language)) : [said]
}
