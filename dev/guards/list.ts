// What keeps warmhello from each mistake of docs/SECURITY.md: the text that is the guard, what is left when it is
// taken out, and the C test that must fail then.

import { earlyDataGuards } from "./early-data.js"
import type { Edit, Guard } from "./guard.js"
import { profileGuards } from "./profiles.js"

/** A field that goes into the binding, and a statement that takes its place. */
const field = (name: string, by: string): Edit => ["core/src/binding.c", `${by}(h, input->${name}`, "(void)(0"]

export const guards: Guard[] = [
    // ---- Mistakes of others ----
    {
        mistake: "CVE-2026-94419: a borrowed session reference",
        edits: [["core/src/session.c", "wolfSSL_get1_session(ssl)", "wolfSSL_get_session(ssl)"]],
        tests: [["test_session", "a_captured_session_is_a_reference_of_our_own"]],
    },
    {
        mistake: "CVE-2026-94419: resumed with another server",
        edits: [field("host", "hash_text"), field("sni", "hash_text")],
        tests: [["test_binding", "another_host_is_not_offered_the_session"]],
    },
    {
        mistake: "a session of a server whose name nobody looked at",
        edits: [["core/src/client.c", "WOLFSSL_VERIFY_PEER | ANY_NAME", "WOLFSSL_VERIFY_PEER"]],
        tests: [["test_binding", "a_client_that_takes_any_name_is_not_offered_the_session"]],
    },
    {
        mistake: "CVE-2026-11703: no SNI bound to a session ID",
        edits: [field("sni", "hash_text")],
        tests: [["test_binding", "every_field_changes_the_binding"]],
    },
    {
        mistake: "CVE-2026-11703: no ALPN bound to a session ID",
        edits: [field("alpn", "hash_text")],
        tests: [["test_binding", "another_application_protocol_is_not_offered_the_session"]],
    },
    {
        mistake: "CVE-2025-68121: roots changed after the ticket",
        edits: [field("ca_digest", "hash_bytes")],
        tests: [["test_binding", "another_ca_file_is_not_offered_the_session"]],
    },
    {
        mistake: "CVE-2020-8172: session cached before the server was verified",
        edits: [
            [
                "core/src/conn.c",
                "if (conn->state == WH_CONN_OPEN) {\n        wh_resumption_ticket",
                "if (conn->state == WH_CONN_HANDSHAKE) {\n        conn->outcome.protocol = WH_TLS12;\n" +
                    "        wh_resumption_handshake_done(&conn->resumption, ssl);\n    } else {\n        wh_resumption_ticket",
            ],
        ],
        tests: [["test_peer", "no_session_is_kept_when_the_servers_finished_is_wrong"]],
    },
    {
        mistake: "CVE-2020-8172: the server's name is not looked at",
        edits: [["core/src/peer_path.c", "!is_for(&path->client->host, certificate)", "false"]],
        tests: [["test_peer", "a_wrong_host_name_is_refused"]],
    },
    {
        mistake:
            "CVE-2016-5419, CVE-2017-7468: the client certificate had changed; CVE-2016-5419, CVE-2017-7468: the client certificate is gone",
        edits: [field("certificate_digest", "hash_bytes")],
        tests: [
            ["test_binding", "another_client_certificate_is_not_offered_the_session"],
            ["test_identity", "a_session_with_a_certificate_is_not_offered_without_it"],
        ],
    },
    {
        mistake: "a file changes between its hash and its use",
        edits: [["core/src/identity.c", "memcmp(now, digest, sizeof now) == 0", "true"]],
        tests: [["test_identity", "files_that_changed_under_a_client_are_not_used"]],
    },
    {
        mistake: "CVE-2025-23419: a session moved to another port",
        edits: [field("port", "hash_number")],
        tests: [["test_binding", "another_port_is_not_offered_the_session"]],
    },
    {
        mistake: "a server that is not checked at all",
        edits: [
            [
                "core/src/client.c",
                "wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER",
                "wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE",
            ],
        ],
        tests: [["test_peer", "another_ca_is_refused"]],
    },
    {
        mistake: "no end to a session's life; the lifetime that the server gave",
        edits: [["core/src/policy.c", "has_reached(&captured, wh_policy_lifetime_s(info))", "false"]],
        tests: [
            ["test_resume", "an_expired_session_is_not_offered"],
            ["test_policy", "a_session_lasts_as_long_as_the_server_said"],
        ],
    },
    {
        mistake: "a lifetime of zero stored, TLS 1.3",
        edits: [["core/src/session.c", "return lifetime_s > 0;", "return true;"]],
        tests: [["test_tickets13", "a_ticket_without_lifetime_is_discarded"]],
    },
    {
        mistake: "a lifetime of zero stored, TLS 1.2",
        edits: [["core/src/client.c", "wolfSSL_CTX_set_timeout(ctx, WH_LIFETIME_DEFAULT_S)", "0"]],
        tests: [["test_resume", "a_session_id_without_lifetime_lasts_a_day"]],
    },
    {
        mistake: "lifetimes over 7 days",
        edits: [
            ["core/src/policy.c", "has_reached(&captured, WH_TICKET_LIFETIME_MAX_S)", "false"],
            ["core/src/policy.c", "info->lifetime_s < most ? info->lifetime_s : most", "info->lifetime_s"],
        ],
        tests: [["test_policy", "a_tls13_ticket_lasts_seven_days_at_most"]],
    },
    {
        mistake: "lifetimes over 7 days end the connection",
        edits: [["wolfssl/tls13_mended.c", "#define MAX_LIFETIME UINT32_MAX", ""]],
        tests: [["test_tickets13", "a_lifetime_over_seven_days_costs_no_connection"]],
    },
    {
        mistake: "long tickets end the connection",
        edits: [["wolfssl/tls13_mended.c", "#undef MAX_HANDSHAKE_SZ\n#define MAX_HANDSHAKE_SZ ", "#define WH_UNUSED "]],
        tests: [["test_tickets13", "a_ticket_too_long_to_keep_is_told"]],
    },
    {
        mistake: "a later ticket spoils the session object",
        edits: [
            ["core/src/conn.c", "wh_resumption_ticket(&conn->resumption, ssl);", ""],
            [
                "core/src/conn.c",
                "wh_resumption_settle(&conn->resumption);",
                "wh_resumption_ticket(&conn->resumption, conn->ssl);\n    wh_resumption_settle(&conn->resumption);",
            ],
        ],
        tests: [["test_tickets13", "a_later_ticket_without_lifetime_does_not_cost_the_one_before"]],
    },
    {
        mistake: "a ticket as a handle for tracking; a ticket is marked after the ClientHello, or never",
        edits: [
            ["core/src/resumption.c", "return info->protocol == WH_TLS13 && !may_reuse", "return false && !may_reuse"],
        ],
        tests: [
            ["test_resume", "a_tls13_ticket_leaves_the_store_when_it_is_offered"],
            ["test_power_loss", "a_ticket_is_spent_in_flash_before_the_client_hello"],
        ],
    },
    {
        mistake: "a ticket without a key exchange of its own (psk_ke)",
        edits: [["core/src/client.c", "wolfSSL_CTX_only_dhe_psk(ctx)", "0"]],
        tests: [["test_hello", "a_ticket_is_offered_with_a_key_exchange_only"]],
    },
    {
        mistake: "a profile with forward secrecy goes without a key exchange",
        edits: [
            [
                "core/src/resumption.c",
                "policy.profile == WH_PROFILE_FRUGAL && r->chosen",
                "policy.profile != WH_PROFILE_STRICT && r->chosen",
            ],
        ],
        tests: [["test_profiles", "the_others_never_go_without_a_key_exchange"]],
    },
    {
        mistake: "a session that went without a key exchange is offered by a profile with forward secrecy",
        edits: [
            ["core/src/policy.c", "info->lineage.without_exchange && policy->profile != WH_PROFILE_FRUGAL", "false"],
        ],
        tests: [["test_profiles", "a_session_that_went_without_a_key_exchange_stays_frugal"]],
    },
    {
        mistake: "the strict profile trusts a session of an unknown age",
        edits: [["core/src/policy.c", "(policy->profile == WH_PROFILE_STRICT && !authenticated.known)", "false"]],
        tests: [["test_profiles", "the_strict_profile_offers_no_session_of_an_unknown_age"]],
    },
    // These two have all of wolfSSL compiled again, and so has the next after them.
    {
        mistake: "long ticket nonces end the connection",
        edits: [["wolfssl/user_settings.h", "#define WOLFSSL_TICKET_NONCE_MALLOC\n", ""]],
        tests: [["test_tickets13", "nonces_of_every_length_are_taken"]],
    },
    {
        mistake: "early data that is replayed",
        edits: [["core/src/resumption.c", "bool may = r->client->config.policy.early_data &&", "bool may ="]],
        tests: [["test_hello", "no_early_data_goes_out_without_consent"]],
    },
    {
        mistake: "expiry unseen while resuming: the offer",
        edits: [["core/src/policy.c", "passed_s(now) >= info->lineage.not_after_s", "false"]],
        tests: [["test_policy", "no_session_is_offered_past_a_certificates_end"]],
    },
    {
        mistake: "expiry unseen while resuming: the record",
        edits: [["core/src/conn.c", "conn->resumption.not_after_s = by_psk ? 0 : conn->path.not_after_s;", ""]],
        tests: [["test_dates", "the_lowest_not_after_of_chain_and_ca_is_recorded"]],
    },
    {
        mistake: "an error on resumption fails the app's connect",
        edits: [["core/src/conn.c", "conn->client->fallback = again;", "conn->client->fallback = false;"]],
        tests: [["test_fallback", "a_fatal_alert_is_followed_by_a_full_handshake"]],
    },
    {
        mistake: "a magic word is all that guards RTC RAM",
        edits: [["core/src/rtc.c", "out->crc != crc_of(out)", "false"]],
        tests: [["test_store", "no_bit_of_the_slot_can_change"]],
    },
    {
        mistake: "noise in RTC RAM is believed",
        edits: [
            [
                "core/src/rtc.c",
                "if (wh_rtc_look(out) == WH_RTC_SOUND) {",
                // Sizes and bools that the rest of the code can stand.
                "(void)wh_rtc_look(out);\n    memset(&out->record_is_last, 0, 7);\n    out->spare_size = 0;\n    out->record_size %= WH_RECORD_MAX;\n    if (true) {",
            ],
        ],
        tests: [["test_store", "noise_is_an_empty_slot"]],
    },
    {
        mistake: "a bool of any value is looked at",
        edits: [["core/src/rtc.c", "!has_bools(wh_slots_rtc()) || ", ""]],
        tests: [["test_store", "a_bool_that_is_neither_yes_nor_no_empties_the_slot"]],
    },
    {
        mistake: "a header that nobody wrote ends the journal",
        edits: [["core/src/journal.c", "if (all->newest.sequence == SEQUENCE_MAX && ", "if (false && "]],
        tests: [["test_journal", "the_highest_sequence_does_not_end_the_journal"]],
    },
    {
        mistake: "what was forgotten comes back with a header that goes",
        edits: [["core/src/journal.c", "bool done = overwrite(flash, all->forgotten_up_to);", "bool done = true;"]],
        tests: [["test_journal", "what_was_forgotten_at_the_highest_sequence_stays_so"]],
    },
    {
        mistake: "a session in the clear",
        edits: [
            [
                "core/src/record.c",
                "AT_NONCE, out + AT_NONCE, NONCE_SIZE, keys->seal, KEY_SIZE);",
                "AT_NONCE, out + AT_NONCE, NONCE_SIZE, keys->seal, KEY_SIZE);\n" +
                    "    memcpy(out + WH_RECORD_BODY, session, size);",
            ],
        ],
        tests: [["test_record", "the_session_cannot_be_read_in_the_record"]],
    },
    {
        mistake: "saved after the handshake, before TLS 1.3 tickets come",
        edits: [["core/src/conn.c", "wh_resumption_ticket(&conn->resumption, ssl);", ""]],
        tests: [["test_resume", "tls13_resumes_by_ticket"]],
    },
    {
        mistake: "taken before TLS 1.3 tickets come; taken before the handshake",
        edits: [["core/src/session.c", "if (!resumable) {", "if (false) {"]],
        tests: [
            ["test_session", "in_tls13_nothing_is_captured_before_a_ticket"],
            ["test_session", "nothing_is_captured_before_the_handshake"],
        ],
    },
    {
        mistake: "a refused ticket stored again with the new secret",
        edits: [
            ["core/src/session.c", "ssl->session->ticketLen = 0;", "(void)ssl;"],
            ["core/src/session.c", "return has_ticket || bytes[AT_ID_SIZE] == FULL_ID_SIZE;", "return true;"],
        ],
        tests: [["test_resume", "a_refused_ticket_is_not_kept_with_the_new_secret"]],
    },
    {
        mistake: "a used session is never freed",
        edits: [
            [
                "core/src/resumption.c",
                "    wh_session_release(&stored->session);\n    return reason == r->chosen;",
                "    return reason == r->chosen;",
            ],
            [
                "core/src/resumption.c",
                "    wh_session_release(&r->stored.session);\n    wh_release(r->second, WH_RECORD_MAX);",
                "    wh_release(r->second, WH_RECORD_MAX);",
            ],
        ],
        tests: [["test_session", "everything_is_given_back"]],
    },

    // ---- What resumption skips ----
    {
        mistake: "an expired CA unseen, since the time was unknown at first",
        edits: [["core/src/trust.c", "return WH_PEER_CA_EXPIRED;", "return WH_OK;"]],
        tests: [["test_dates", "an_expired_ca_is_seen_when_the_clock_becomes_known"]],
    },
    {
        mistake: "a clock that is certainly wrong is believed",
        edits: [["core/src/clock.c", " && wall_s >= platform->wall_floor_s", ""]],
        tests: [["test_dates", "a_wall_clock_below_the_floor_is_not_believed"]],
    },
    {
        mistake: "resumed though the full handshake is long ago",
        edits: [["core/src/policy.c", "has_reached(&authenticated, authenticated_s)", "false"]],
        tests: [["test_policy", "the_last_full_handshake_may_not_be_too_long_ago"]],
    },
    {
        mistake: "a resumption counts as a full handshake",
        edits: [["core/src/resumption.c", "if (r->outcome->result == WH_RESULT_RESUMED) {", "if (false) {"]],
        tests: [["test_policy", "resumptions_never_renew_the_authentication"]],
    },
    {
        mistake: "an unknown age is trusted for ever",
        edits: [["core/src/policy.c", "counted.losses > budget", "false"]],
        tests: [["test_power_loss", "a_session_outlives_twenty_losses_of_power"]],
    },
    {
        mistake: "trust where the setting has none",
        edits: [["core/src/policy.c", "budget == WH_TRUST_NONE || ", ""]],
        tests: [["test_power_loss", "without_trust_it_outlives_the_first_loss_of_power"]],
    },
    {
        mistake: "trust comes back with the power: a loss is counted when the session has gone out",
        edits: [["core/src/resumption.c", "(once || lost) && wh_store_spend", "once && wh_store_spend"]],
        tests: [["test_power_loss", "a_session_on_trust_is_counted_before_it_goes_out"]],
    },
    {
        mistake: "a loss of power counts although the time is known",
        edits: [
            [
                "core/src/policy.c",
                "if (wh_clock_age(&out->authenticated, now).known) {",
                "if (out->authenticated.epoch == now->epoch) {",
            ],
            ["core/src/policy.c", " && !authenticated_age(&info->lineage, now).known &&", " &&"],
        ],
        tests: [["test_power_loss", "with_a_known_time_a_loss_of_power_does_not_count"]],
    },
    {
        mistake: "a session that was on trust has no age any more, though the time is known again",
        edits: [
            [
                "core/src/resumption.c",
                "stored->info.captured.epoch = stored->now.epoch;",
                "stored->info.captured = stored->now;",
            ],
        ],
        tests: [["test_power_loss", "a_known_time_ends_a_session_that_was_on_trust_in_between"]],
    },
    {
        mistake: "what is known of an age is forgotten with the power",
        edits: [["core/src/policy.c", "add_minutes(out->aged_min, before.known ? before.least_us : 0)", "0"]],
        tests: [["test_power_loss", "what_is_known_of_an_age_counts"]],
    },
    {
        mistake: "a chain of unknown age goes on for ever",
        edits: [["core/src/policy.c", "info->lineage.losses > 0 && !authenticated_age", "false && !authenticated_age"]],
        tests: [["test_policy", "a_chain_whose_authentication_has_no_known_age_ends"]],
    },
    {
        mistake: "a server that breaks off each resumption costs a connect in each wake",
        edits: [["core/src/resumption.c", "r->peer.rest > 0 || r->is_second", "r->is_second"]],
        tests: [["test_breaks", "a_server_that_breaks_off_is_left_in_peace_for_a_while_that_grows"]],
    },

    // ---- TLS 1.2 sessions in flash, TLS 1.3 tickets ----
    {
        mistake: "a TLS 1.2 session for as long as the server likes",
        edits: [
            [
                "core/src/policy.c",
                "== WH_TLS13 ? WH_TICKET_LIFETIME_MAX_S : WH_LIFETIME_DEFAULT_S",
                "!= 0 ? WH_TICKET_LIFETIME_MAX_S : 0",
            ],
        ],
        tests: [["test_policy", "a_tls12_session_lasts_a_day_at_most"]],
    },
    {
        mistake: "a TLS 1.2 session without extended master secret",
        edits: [["core/src/session.c", "session->must_have_extended_master && session->native->haveEMS == 0", "false"]],
        tests: [["test_resume", "a_tls12_session_without_extended_master_secret_is_not_stored"]],
    },
    {
        mistake: "a TLS 1.2 session without extended master secret, beside a certificate that could be stolen by it",
        edits: [
            [
                "core/src/client.c",
                "!(config->certificate != NULL && config->policy.without_",
                "!(false && config->policy.without_",
            ],
        ],
        tests: [["test_extended_master", "it_does_not_go_with_a_certificate_of_the_client"]],
    },
    {
        mistake: "a TLS 1.2 session without extended master secret, for a client that must have one",
        edits: [["core/src/client.c", "!config->policy.without_extended_master_secret,", "true,"]],
        tests: [["test_extended_master", "such_a_session_is_for_a_client_that_takes_it_alone"]],
    },
    {
        mistake: "a TLS 1.2 session without extended master secret, offered without the extension",
        edits: [["core/src/session.c", "    ssl->options.haveEMS = 1;\n", ""]],
        tests: [["test_extended_master", "a_server_that_has_learned_it_goes_in_full"]],
    },
    {
        mistake: "a session of TLS 1.2 keeps a client from TLS 1.3: refused",
        edits: [["core/src/resumption.c", "(!resumed || r->peer_has_tls13)", "r->peer_has_tls13"]],
        tests: [["test_upgrade", "a_server_that_has_tls12_only_keeps_resuming"]],
    },
    {
        mistake: "a session of TLS 1.2 keeps a client from TLS 1.3: resumed",
        edits: [
            [
                "core/src/conn.c",
                "conn->resumption.peer_has_tls13 = peer_has_tls13(conn->ssl);",
                "(void)peer_has_tls13;",
            ],
        ],
        tests: [["test_upgrade", "a_server_that_resumes_and_has_tls13_is_found_out_by_its_marker"]],
    },
    {
        mistake: "a ticket goes out again though no setting says so",
        edits: [
            [
                "core/src/resumption.c",
                "return r->client->config.policy.reuse == WH_REUSE_WHEN_NOT_RENEWED &&\n           ",
                "return ",
            ],
        ],
        tests: [["test_tickets13", "rtc_ram_keeps_both_tickets_of_a_full_handshake"]],
    },
    {
        mistake: "a ticket goes out again though the server gives others",
        edits: [["core/src/resumption.c", "&&\n           (r->peer.lacks & WH_LACKS_TICKET_RESUMED) != 0;", ";"]],
        tests: [["test_tickets13", "a_ticket_of_a_server_that_renews_is_used_once"]],
    },
    {
        mistake: "a ticket comes back out of flash",
        edits: [["core/src/store.c", "wh_flash_copy_spend(state, generation)", "WH_OK"]],
        tests: [["test_power_loss", "a_ticket_from_flash_is_offered_once_though_power_goes_again_and_again"]],
    },
    {
        mistake: "a ticket goes out though it could not be marked",
        edits: [
            [
                "core/src/resumption.c",
                "wh_store_spend(&stored->info.binding, stored->info.generation) != WH_OK",
                "wh_store_spend(&stored->info.binding, stored->info.generation) > WH_OK",
            ],
        ],
        tests: [["test_wear", "a_ticket_that_cannot_be_marked_in_flash_stays_at_home"]],
    },
    {
        mistake: "an age is over-estimated",
        edits: [["core/src/clock.c", "us > error_us ? us - error_us : 0", "us"]],
        tests: [["test_clock", "the_clocks_error_is_within_the_bounds"]],
    },

    // ---- An external pre-shared key ----
    {
        mistake: "a session of another pre-shared key",
        edits: [field("psk_digest", "hash_bytes")],
        tests: [["test_external_psk", "a_session_belongs_to_the_key_that_was_there_when_it_was_made"]],
    },
    {
        mistake: "a pre-shared key that has changed in its place",
        edits: [["core/src/external_psk.c", "memcmp(digest, client->psk_digest, sizeof digest) == 0", "true"]],
        tests: [["test_external_psk", "a_key_that_has_changed_in_its_place_is_not_used"]],
    },
    {
        mistake: "the second attempt has the pre-shared key as well",
        edits: [["core/src/resumption.c", "!r->is_second && !r->psk_withheld", "!r->psk_withheld"]],
        tests: [["test_external_psk", "a_server_with_another_key_is_not_believed"]],
    },
    {
        mistake: "a hello with a ticket names the device",
        edits: [["core/src/hello.c", "return !IsAtLeastTLSv1_3(ssl->version) &&", "return"]],
        tests: [["test_external_psk", "a_hello_with_a_ticket_does_not_name_the_device"]],
    },

    // ---- Many devices in one process ----
    {
        mistake: "wolfSSL and the store stay with the first device",
        edits: [["core/src/platform.c", "    in_use = platform;\n    wh_slots_use(0);", "    wh_slots_use(0);"]],
        tests: [["test_devices", "a_thousand_devices_resume_each_its_own_session"]],
    },
    {
        mistake: "a device offers another's session",
        edits: [["core/src/conn.c", "conn->client->platform != wh_platform_get()", "false"]],
        tests: [["test_devices", "a_client_connects_on_its_own_device_only"]],
    },
    {
        mistake: "a device stores another's session",
        edits: [["core/src/resumption.c", "r->client->platform != wh_platform_get()", "false"]],
        tests: [["test_devices", "a_session_does_not_go_to_another_device"]],
    },
    {
        mistake: "a device reads what another has sealed; every device has the same key",
        edits: [
            [
                "core/src/record.c",
                "wc_Chacha_SetKey(&stream, device_key, ",
                "wc_Chacha_SetKey(&stream, (const byte *)out, ",
            ],
        ],
        tests: [
            ["test_devices", "one_cannot_read_what_the_other_has_sealed"],
            ["test_record", "another_device_cannot_open_it"],
        ],
    },
    {
        mistake: "a lack of memory is told of another device",
        edits: [["core/src/platform.c", "    ran_out = false; /* that was another device's */\n", ""]],
        tests: [["test_devices", "that_it_lacked_is_not_told_of_the_other"]],
    },

    // ---- The seal, what is left behind ----
    {
        mistake: "a changed record is believed",
        edits: [["core/src/record.c", "if (failed != 0) {\n        wh_wipe(session, session_size);", "if (false) {"]],
        tests: [["test_record", "no_bit_of_a_record_can_change"]],
    },
    {
        mistake: "a nonce again, with another header",
        edits: [["core/src/record.c", "failed |= wc_HmacUpdate(&hmac, header, AT_NONCE);", ""]],
        tests: [["test_record", "every_field_of_the_header_changes_the_nonce"]],
    },
    {
        mistake: "a nonce again, with another session",
        edits: [["core/src/record.c", "failed |= wc_HmacUpdate(&hmac, session, (word32)size);", ""]],
        tests: [["test_record", "every_byte_of_the_session_changes_the_nonce"]],
    },
    // ---- Several peers ----
    {
        mistake: "a peer is offered another's session",
        edits: [["core/src/store.c", "!wh_binding_equal(&out->info.binding, binding)", "false"]],
        tests: [["test_peers", "two_bindings_of_one_tag_are_never_mixed_up"]],
    },
    {
        mistake: "an older session of a peer is offered for the newer one",
        edits: [["core/src/peers.c", "is_newer(&state, out) :", "is_newer(out, &state) :"]],
        tests: [["test_peers", "of_two_sessions_of_a_peer_the_newer_one_is_offered"]],
    },
    {
        mistake: "a forget that is cut short leaves a peer's",
        edits: [["core/src/peers.c", "told = wh_journal_mark_forgotten(wh_flash_copy_device());", "told = WH_OK;"]],
        tests: [["test_peers", "a_forget_that_the_power_cuts_short_forgets_all_or_nothing"]],
    },
    {
        mistake: "a slot that was not used for long believes a clock that began anew",
        edits: [["core/src/peers.c", "for (unsigned i = 0; is_anew && i", "for (unsigned i = 1; is_anew && i"]],
        tests: [["test_peers", "no_slot_is_believed_when_one_shows_that_the_clock_began_anew"]],
    },
    {
        mistake: "the pinned peer's session is pushed out",
        edits: [["core/src/peers.c", "rank_of(&state, tag, i == pinned)", "rank_of(&state, tag, false)"]],
        tests: [["test_peers", "the_pinned_peer_keeps_its_place"]],
    },
    {
        mistake: "a peer's part of flash reaches into another's",
        edits: [["core/src/slots.c", "first_sector(whole) + sector)", "sector)"]],
        tests: [["test_peers", "as_many_peers_as_there_are_slots_resume_through_sleep_and_a_loss_of_power"]],
    },
    {
        mistake: "several parts wear faster than one region",
        edits: [["core/src/slots.c", "* whole->sector_count / sectors", "* sectors / sectors"]],
        tests: [["test_peers", "the_wear_budget_is_the_region_s"]],
    },

    {
        mistake: "a forgotten session stays in RTC RAM",
        edits: [
            ["core/src/rtc.c", "    wh_wipe(wh_rtc_record(state), state->record_size);\n", ""],
            ["core/src/rtc.c", "    wh_wipe(wh_rtc_record(state), WH_RECORD_MAX);\n", ""],
        ],
        tests: [["test_forget", "no_piece_of_a_tls12_session_is_left"]],
    },
    {
        mistake: "a forgotten session stays in flash",
        edits: [
            ["core/src/journal.c", "wh_flash_zero(flash, body, size)", "true"],
            ["core/src/journal.c", "wh_flash_is_all(flash, body, size, 0)", "true"],
        ],
        tests: [["test_forget", "what_was_stored_in_many_wakes_is_gone_in_every_sector"]],
    },
    {
        mistake: "secrets in memory that was given back",
        edits: [["core/src/opened.c", "wh_wipe(memory, size);", ""]],
        tests: [["test_secrets", "no_secret_of_a_tls12_ticket_is_left"]],
    },
    {
        mistake: "a CA of a bundle outlives the chain that it was looked up for",
        edits: [
            ["core/src/trust.c", "wh_trust_has_bundle(client) ? WOLFSSL_CHAIN_CA : WOLFSSL_USER_CA", "WOLFSSL_USER_CA"],
        ],
        tests: [["test_bundle", "connections_of_one_client_leave_no_ca_behind"]],
    },
    {
        mistake: "half of a bundle is taken for one",
        edits: [["core/src/bundle.c", "return count == all ? count : 0;", "return all > 0 ? count : 0;"]],
        tests: [["test_bundle", "a_bundle_that_is_cut_or_damaged_is_refused"]],
    },
    {
        mistake: "a part of a large CA file counts for nothing in what a session is tied to",
        edits: [["core/src/identity.c", "at += WORD", "at += 2 * WORD"]],
        tests: [["test_bundle", "any_changed_byte_of_a_large_bundle_makes_another_one_of_it"]],
    },
    {
        mistake: "the client key in memory that was given back",
        edits: [["core/src/identity.c", "wh_wipe(der, block.der_size);", ""]],
        tests: [["test_secrets", "no_secret_of_a_client_key_is_left"]],
    },
    {
        mistake: "keys and passwords in the work area of a rotation",
        edits: [["provision/src/rotate.c", "wh_wipe(work, WH_PROVISION_SLOT);", ""]],
        tests: [["test_provision_rotation", "no_secret_stays_in_the_work_area"]],
    },
    ...profileGuards,
    ...earlyDataGuards,
]
