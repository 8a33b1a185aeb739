// The guards of the section on early data.
import type { Guard } from "./guard.js"

export const earlyDataGuards: Guard[] = [
    {
        mistake: "what may have arrived twice is told as if it had come once",
        edits: [["core/src/early_writes.c", "other != NULL && other->early_bytes > 0", "false"]],
        tests: [
            ["test_early_data", "a_server_that_takes_it_and_breaks_off_has_it_twice_and_no_more"],
            ["test_early_data", "another_suite_costs_a_second_attempt_which_brings_it_again"],
        ],
    },
    {
        mistake: "the second attempt brings it early as well",
        edits: [
            ["core/src/hello.c", "return conn->client->fallback && conn->client->suspect != 0;", "return false;"],
            ["core/src/resumption.c", "r->peer.rest > 0 || r->is_second", "r->peer.rest > 0"],
        ],
        tests: [
            ["test_early_data", "a_server_that_takes_it_and_breaks_off_has_it_twice_and_no_more"],
            ["test_early_data", "a_silent_server_is_joined_by_an_attempt_that_brings_it_again"],
            ["test_early_data", "another_suite_costs_a_second_attempt_which_brings_it_again"],
        ],
    },
    {
        mistake: "early data that the app has not agreed to: the strict profile",
        edits: [
            [
                "core/src/client.c",
                "policy->without_extended_master_secret ||\n            policy->early_data);",
                "policy->without_extended_master_secret);",
            ],
        ],
        tests: [["test_early_data", "the_strict_profile_refuses_it"]],
    },
    {
        mistake: "more than the server allows",
        edits: [
            [
                "core/src/early_writes.c",
                "return c->early_size <= limit && size <= limit - c->early_size;",
                "return true;",
            ],
            ["core/src/early_data.c", " && conn->early_size <= conn->early_limit;", ";"],
        ],
        tests: [["test_early_data", "a_write_beyond_the_limit_waits_for_the_handshake_whole"]],
    },
    {
        mistake: "a ticket that goes out twice carries it twice: by the setting",
        edits: [
            [
                "core/src/resumption.c",
                "stored->age.known &&\n               is_for_once(r, &stored->info);",
                "stored->age.known;",
            ],
        ],
        tests: [["test_early_data", "nothing_is_offered_with_a_ticket_that_goes_out_again"]],
    },
    {
        mistake: "a ticket that goes out twice carries it twice: of two connects",
        edits: [
            ["core/src/hello.c", "(conn->follows || wh_resumption_stands(&conn->resumption)) &&", ""],
            [
                "core/src/resumption.c",
                "wh_store_spend(&stored->info.binding, stored->info.generation) != WH_OK",
                "(wh_store_spend(&stored->info.binding, stored->info.generation), false)",
            ],
        ],
        tests: [["test_early_data", "of_two_connects_with_the_same_ticket_one_has_it"]],
    },
    {
        mistake: "a ticket age that is a guess",
        edits: [
            ["core/src/resumption.c", "stored->info.early_data && stored->age.known &&", "stored->info.early_data &&"],
        ],
        tests: [["test_early_data", "nothing_is_offered_with_a_session_of_unknown_age"]],
    },
    {
        mistake: "another application protocol than the session's: offered",
        edits: [
            [
                "core/src/resumption.c",
                "info->early_data_max > 0 && wh_resumption_has_first_protocol(ssl, r->client)",
                "info->early_data_max > 0",
            ],
        ],
        tests: [["test_early_data", "nothing_is_offered_where_the_server_may_choose_another_protocol"]],
    },
    {
        mistake: "another application protocol than the session's: believed",
        edits: [
            [
                "core/src/early_data.c",
                "(is_offered && wh_resumption_has_first_protocol(ssl, conn->client))",
                "is_offered",
            ],
        ],
        tests: [["test_early_data", "a_server_that_cannot_have_taken_it_is_not_believed"]],
    },
    {
        mistake: "taken after a request for another hello, or though none was offered",
        edits: [["core/src/early_data.c", "(is_offered && wh_resumption", "(wh_resumption"]],
        tests: [["test_early_data", "a_server_that_cannot_have_taken_it_is_not_believed"]],
    },
    {
        mistake: "any server that says to have taken it is believed",
        edits: [
            [
                "wolfssl/tls13_mended.c",
                "is_last && !wh_wolfssl_believes_early_data(ssl) ? INVALID_PARAMETER : result",
                "result",
            ],
        ],
        tests: [["test_early_data", "a_server_that_cannot_have_taken_it_is_not_believed"]],
    },
    {
        mistake: "an answer in TLS 1.2",
        edits: [
            [
                "core/src/early_data.c",
                "return wolfSSL_SetMinVersion(conn->ssl, WOLFSSL_TLSV1_3) == WOLFSSL_SUCCESS ? WH_OK : WH_PLATFORM_MEMORY;",
                "return WH_OK;",
            ],
        ],
        tests: [["test_early_data", "a_server_of_tls12_by_now_costs_a_second_attempt_which_brings_it"]],
    },
    {
        mistake: "what is refused is lost",
        edits: [["core/src/early_writes.c", "o->early_data == WH_EARLY_DATA_ACCEPTED", "o->early_bytes > 0"]],
        tests: [["test_early_data", "what_is_refused_is_sent_again_and_not_offered_before_the_next_full_handshake"]],
    },
    {
        mistake: "what is refused is offered again at once",
        edits: [
            ["core/src/resumption.c", "if (r->refuses_early_data || costs_a_ticket(r)) {", "if (costs_a_ticket(r)) {"],
        ],
        tests: [["test_early_data", "what_is_refused_is_sent_again_and_not_offered_before_the_next_full_handshake"]],
    },
    {
        mistake: "what TCP has not taken is lost without a word",
        edits: [["core/src/early_writes.c", "c->unsent = conn->out_len;", ""]],
        tests: [
            ["test_unsent", "what_tcp_has_not_taken_when_the_connection_ends_is_lost_with_an_error"],
            ["test_unsent", "an_app_in_a_hurry_hears_of_what_tcp_had_no_room_for"],
            ["test_unsent", "what_was_refused_and_is_on_its_way_again_is_lost_with_an_error"],
        ],
    },
    {
        mistake: "what is refused is lost without a word",
        edits: [
            [
                "core/src/plaintext.c",
                "return c->phase >= WH_PHASE_CLOSING && !wh_connect_has_unsent(c);",
                "return c->phase >= WH_PHASE_CLOSING;",
            ],
            [
                "core/src/plaintext.c",
                "bool is_lost = state == WH_CONN_CLOSED && wh_connect_has_unsent(c);",
                "bool is_lost = false;",
            ],
        ],
        tests: [
            ["test_early_data", "what_a_closed_app_wrote_and_the_server_refused_is_not_lost_without_an_error"],
            ["test_early_data", "a_server_that_says_goodbye_before_it_has_what_it_refused_is_an_error"],
        ],
    },
    {
        mistake: "what is lost is not told by the close of a socket",
        edits: [
            [
                "port/bsd/src/socket.c",
                "wh_connect_has_unsent(&s->connect) ? wh_connect_error(&s->connect) : WH_OK",
                "WH_OK",
            ],
        ],
        tests: [["test_socket", "what_was_written_early_and_nobody_got_is_told_by_the_close"]],
    },
    {
        mistake: "what a close could not send is lost without a word",
        edits: [["core/src/plaintext.c", "wh_course_fail(c, WH_PEER_SILENT);", "close_now(c);"]],
        tests: [
            ["test_early_data", "a_server_that_does_not_take_what_it_refused_is_an_error_when_the_app_has_closed"],
            ["test_connect", "what_the_app_wrote_leaves_before_the_close_but_not_for_ever"],
        ],
    },
    {
        mistake: "what is written after a read is early",
        edits: [
            [
                "core/src/plaintext.c",
                "if (c->phase < WH_PHASE_OPEN) {\n        taken",
                "if (c->early != WH_EARLY_UNTOLD) {\n        taken",
            ],
        ],
        tests: [["test_early_data", "what_is_written_after_a_read_is_never_early"]],
    },
    {
        mistake: "what waits is overtaken",
        edits: [["core/src/early_writes.c", "c->early = WH_EARLY_FULL;", ""]],
        tests: [["test_early_data", "nothing_overtakes_a_write_that_waits"]],
    },
    {
        mistake: "what is refused is overtaken",
        edits: [["core/src/plaintext.c", "} else if (wh_early_writes_send(c)) {", "} else {"]],
        tests: [["test_early_data", "nothing_overtakes_what_was_refused"]],
    },
    {
        mistake: "an attempt that is given up sends it later all the same",
        edits: [["core/src/attempt.c", "attempt->conn.out_len = 0;", ""]],
        tests: [["test_early_data", "what_waits_when_another_attempt_opens_leaves_by_that_alone"]],
    },
]
