// Erlang/OTP's ssl in front of an app of a few lines, which answers what ssl:connection_information tells. Of TLS 1.2 that
// never says resumed, so there the app goes by the session's ID.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { allCases } from "./cases.js"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { answerSays, type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const APP = `
-module(app).
-export([start/2]).

start(Port, Options) ->
    {ok, _} = application:ensure_all_started(ssl),
    ids = ets:new(ids, [named_table, public]),
    {ok, Listening} = ssl:listen(Port, [{ip, {127, 0, 0, 1}}, {reuseaddr, true}, {active, false} | Options]),
    io:format("listening~n"),
    accept(Listening).

accept(Listening) ->
    {ok, Tcp} = ssl:transport_accept(Listening),
    Served = spawn(fun() -> receive go -> serve(ssl:handshake(Tcp)) end end),
    ok = ssl:controlling_process(Tcp, Served),
    Served ! go,
    accept(Listening).

serve({ok, Tls}) ->
    {ok, _} = ssl:recv(Tls, 0),
    {ok, Told} = ssl:connection_information(Tls, [protocol, session_id, session_resumption]),
    ok = ssl:send(Tls, io_lib:format("HTTP/1.0 200 OK\\r\\n\\r\\nresumed: ~p\\n", [resumed(maps:from_list(Told))])),
    ssl:close(Tls);
serve({error, _}) ->
    none.

resumed(#{protocol := 'tlsv1.3', session_resumption := Resumed}) -> Resumed;
resumed(#{session_id := Id}) -> not ets:insert_new(ids, {Id}).
`

/** How it keeps what it needs to know again a session of TLS 1.3. */
type Tickets = "stateful" | "stateless"

function sslOptions(files: Files, tickets: Tickets, options: ServerOptions): string {
    const { group } = options
    const ofTls13 = [
        "{versions, ['tlsv1.3', 'tlsv1.2']}",
        `{session_tickets, ${options.tickets === false ? "stateful" : tickets}}`,
    ]
    const all = [
        `{certfile, "${files.certificate}"}`,
        `{keyfile, "${files.key}"}`,
        ...(options.hasTls13?.() === false ? ["{versions, ['tlsv1.2']}"] : ofTls13),
        ...(group === undefined ? [] : [`{supported_groups, [${group}]}`, `{eccs, [${group}]}`]),
        ...(files.clientCa === ""
            ? []
            : [`{cacertfile, "${files.clientCa}"}`, "{verify, verify_peer}", "{fail_if_no_peer_cert, true}"]),
    ]
    return `[${all.join(", ")}]`
}

function startErlang(tickets: Tickets, options: ServerOptions): Promise<Server> {
    const lifetime = options.lifetimeS === undefined ? [] : [String(options.lifetimeS)]
    const recipe: Recipe = {
        program: "erl",
        ready: /^listening$/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            writeFileSync(join(files.folder, "app.erl"), APP)
            return [
                ...["-noshell", "-noinput"],
                ...["session_lifetime", "server_session_ticket_lifetime"].flatMap((name) =>
                    lifetime.flatMap((value) => ["-ssl", name, value]),
                ),
                ...["-eval", `{ok, app} = c:c(app), app:start(${port}, ${sslOptions(files, tickets, options)}).`],
            ]
        },
        environment: ({ folder }) => ({ HOME: folder, ERL_CRASH_DUMP_SECONDS: "0" }),
        saysResumed: answerSays(/^resumed: (true|false)$/m, "true"),
    }
    return Server.start(recipe, options)
}

const TELL_VERSION = `application:load(ssl), {ok, Version} = application:get_key(ssl, vsn),
    io:format("OTP ~s ssl ~s~n", [erlang:system_info(otp_release), Version]), halt().`

function erlang(tickets: Tickets): ServerKind {
    return {
        name: `Erlang/OTP, ${tickets}`,
        version: () => versionOf("erl", ["-noshell", "-eval", TELL_VERSION], /^(OTP .*)$/m),
        missing: () => missingProgram("erl", "/usr/lib/erlang/lib/ssl-*/ebin/ssl.app"),
        cannot: { ticket: "Erlang's TLS 1.2 has no tickets" },
        known: [
            {
                kinds: ["id"],
                cases: allCases.filter((name) => name !== "full"),
                why:
                    "Erlang's TLS 1.2 lacks the extended master secret, so the device keeps no session of it unless its " +
                    "policy allows that",
            },
        ],
        start: (options) => startErlang(tickets, options),
    }
}

export const erlangStateful = erlang("stateful")
export const erlangStateless = erlang("stateless")
