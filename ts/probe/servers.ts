// What to set in servers so that they resume for long enough, and that all machines of a pool do. Each entry names where
// its directives and defaults are documented; docs/PROBE.md has which of them were seen to hold, in which version.

export interface ServerSettings {
    name: string
    /** What it says of itself, over HTTP or MQTT. */
    software: RegExp
    /** Whose TLS it has (recognise.ts). */
    library: "OpenSSL" | "Go" | "Erlang" | "Java"
    /** Sessions for so many seconds, and sessions at all: as lines to paste. */
    lifetime: (seconds: number) => string
    /** Where those belong. */
    where: string
    lifetimeDefault: string
    /** For machines behind one name: the same on each. */
    shared: string
    sharedWhere: string
}

/** A key opens tickets for so many intervals after that in which it made them. */
const CADDY_INTERVALS = 3
const CADDY_KEEPS_S = CADDY_INTERVALS * 12 * 3600

export const servers: readonly ServerSettings[] = [
    {
        // nginx.org, ngx_http_ssl_module and ngx_stream_ssl_module: ssl_session_timeout 5m, ssl_session_cache none,
        // ssl_session_tickets on with a key of each process's start.
        name: "nginx",
        software: /nginx|openresty/i,
        library: "OpenSSL",
        lifetime: (seconds) => `ssl_session_timeout ${seconds}s;\nssl_session_cache shared:SSL:10m;`,
        where: "http, stream or server block",
        lifetimeDefault: "5m, no cache",
        shared: "ssl_session_ticket_key FILE;",
        sharedWhere: "http, stream or server block; FILE has 80 random bytes",
    },
    {
        // httpd.apache.org, mod_ssl: SSLSessionCacheTimeout 300, SSLSessionCache none, SSLSessionTickets on.
        name: "Apache",
        software: /apache/i,
        library: "OpenSSL",
        lifetime: (seconds) => `SSLSessionCacheTimeout ${seconds}\nSSLSessionCache shmcb:/run/ssl_scache(512000)`,
        where: "server config, outside each VirtualHost",
        lifetimeDefault: "300, no cache",
        shared: "SSLSessionTicketKeyFile FILE",
        sharedWhere: "server config or VirtualHost; FILE has 48 random bytes",
    },
    {
        // HAProxy's configuration manual: tune.ssl.lifetime, tls-ticket-keys of bind, no-tls-tickets. It says that 300 s
        // are the default; 2.6 was seen to leave it to OpenSSL.
        name: "HAProxy",
        software: /haproxy/i,
        library: "OpenSSL",
        lifetime: (seconds) => `tune.ssl.lifetime ${seconds}`,
        where: "global section; no bind has no-tls-tickets",
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "bind :PORT ssl crt PEM tls-ticket-keys FILE",
        sharedWhere: "FILE has three lines of openssl rand -base64 80",
    },
    {
        // mosquitto has no setting for it: its OpenSSL's default holds, 7200 s in 3.x (SSL_CTX_set_timeout(3)). Its
        // issues 954 and 984 have its maintainer's words.
        name: "mosquitto",
        software: /mosquitto/i,
        library: "OpenSSL",
        lifetime: () => "no setting: put HAProxy, nginx (stream) or stunnel in front for TLS",
        where: "in front",
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "no setting: put HAProxy, nginx (stream) or stunnel in front for TLS",
        sharedWhere: "in front",
    },
    {
        // EMQX's changes of 5.10.3 and 6.0.2 (pull requests 16456, 16461): session_tickets disabled by default,
        // stateless wants node.tls_stateless_tickets_seed; of 6.2.0 (16547): reuse_sessions off by default. The
        // lifetime is that of Erlang's ssl application: server_session_ticket_lifetime, 7200 s.
        name: "EMQX",
        software: /emqx/i,
        library: "Erlang",
        lifetime: (seconds) =>
            [
                "listeners.ssl.default.ssl_options.session_tickets = stateless",
                'node.tls_stateless_tickets_seed = "SECRET"',
                `-ssl server_session_ticket_lifetime ${seconds}`,
            ].join("\n"),
        where: "emqx.conf; the last line in vm.args",
        lifetimeDefault: "disabled; 7200",
        shared: 'node.tls_stateless_tickets_seed = "SECRET"',
        sharedWhere: "emqx.conf; TLS 1.3",
    },
    {
        // Caddy's modules/caddytls/sessiontickets.go, for apps.tls.session_tickets of its JSON: on, a key is made every
        // rotation_interval, 12 h, and max_keys of them, 4, are kept, so that a ticket lives for three to four intervals.
        // modules/caddytls/distributedstek: keys from storage, by the provider "distributed". Tickets are Go's: 7 days.
        name: "Caddy",
        software: /caddy/i,
        library: "Go",
        lifetime: (seconds) =>
            seconds > CADDY_KEEPS_S
                ? `"session_tickets": {"rotation_interval": "${Math.ceil(seconds / CADDY_INTERVALS / 3600)}h"}`
                : '"session_tickets": {"disabled": false}',
        where: "apps.tls of its JSON",
        lifetimeDefault: "on, 36h to 48h",
        shared: '"session_tickets": {"key_source": {"provider": "distributed"}}',
        sharedWhere: "apps.tls of its JSON, with storage in common",
    },
    {
        // stunnel(8): sessionResume yes, sessionCacheTimeout 300 s, ticketKeySecret and ticketMacSecret.
        name: "stunnel",
        software: /stunnel/i,
        library: "OpenSSL",
        lifetime: (seconds) => `sessionResume = yes\nsessionCacheTimeout = ${seconds}`,
        where: "the service's section",
        lifetimeDefault: "300",
        shared: "ticketKeySecret = HEX\nticketMacSecret = HEX",
        sharedWhere: "the service's section; HEX is openssl rand -hex 32",
    },
    {
        // RabbitMQ hands ssl_options to Erlang's ssl application: reuse_sessions true, for session_lifetime, 24 h;
        // session_tickets disabled; server_session_ticket_lifetime 7200 s (ssl(7)).
        name: "RabbitMQ",
        software: /rabbitmq/i,
        library: "Erlang",
        lifetime: (seconds) =>
            [
                `[{ssl, [{server_session_ticket_lifetime, ${seconds}}]},`,
                " {rabbit, [{ssl_options, [",
                "   {session_tickets, stateless},",
                '   {certfile, "PEM"}, {keyfile, "PEM"}]}]}].',
            ].join("\n"),
        where: "advanced.config, whose ssl_options replace those of rabbitmq.conf: move all of them there",
        lifetimeDefault: "disabled in TLS 1.3; 24h in 1.2",
        shared: '{stateless_tickets_seed, <<"SECRET">>}',
        sharedWhere: "ssl_options in advanced.config; TLS 1.3",
    },
    {
        // nodejs.org, tls.createServer: sessionTimeout, ticketKeys, which are made at each start. It says that 300 s are
        // the default; 24 was seen to leave it to OpenSSL.
        name: "Node",
        software: /node|express/i,
        library: "OpenSSL",
        lifetime: (seconds) => `tls.createServer({ sessionTimeout: ${seconds} })`,
        where: "options of tls or https",
        lifetimeDefault: "OpenSSL's, 2h in 3.x",
        shared: "tls.createServer({ ticketKeys })",
        sharedWhere: "options of tls or https; 48 random bytes",
    },
    {
        // pkg.go.dev, crypto/tls: Config.SessionTicketsDisabled false, keys rotated every 24 h, tickets for 7 days.
        name: "Go",
        software: /^go\b/i,
        library: "Go",
        lifetime: () => "tls.Config{SessionTicketsDisabled: false}",
        where: "the server's tls.Config",
        lifetimeDefault: "7 days",
        shared: "config.SetSessionTicketKeys(keys)",
        sharedWhere: "the server's tls.Config",
    },
    {
        // docs.oracle.com, JSSE reference guide: jdk.tls.server.sessionTicketTimeout 86400 s,
        // SSLSessionContext.setSessionTimeout, jdk.tls.server.enableSessionTicketExtension true.
        name: "Java",
        software: /jetty|tomcat|coyote|netty|java/i,
        library: "Java",
        lifetime: (seconds) => `-Djdk.tls.server.sessionTicketTimeout=${seconds}`,
        where: "command line of the JVM",
        lifetimeDefault: "86400",
        shared: "no setting in the JDK: keep a device on one machine, or end TLS in front",
        sharedWhere: "in front",
    },
]

/** By its name, in any case; undefined where there is none of it. */
export const serverNamed = (name: string): ServerSettings | undefined =>
    servers.find((one) => one.name.toLowerCase() === name.toLowerCase())
