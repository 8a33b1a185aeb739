// What a profile holds to, what a server's past behaviour cannot change, and a pre-shared key in memory.
import type { Guard } from "./guard.js"

/** One of the settings that the strict profile forbids. */
const contradiction = (what: string, guard: string): Guard => ({
    mistake: `the strict profile goes with ${what}`,
    edits: [["core/src/client.c", guard, "false"]],
    tests: [["test_profiles", "what_the_strict_profile_forbids_is_refused_beside_it"]],
})

export const profileGuards: Guard[] = [
    // ---- Profiles ----
    contradiction("TLS 1.2", "given->min_version == WH_TLS12"),
    contradiction("sessions of more than a day", "policy->max_authenticated_s > WH_STRICT_AGE_MAX_S"),
    contradiction("trust after a loss of power", "policy->trust_after_power_loss != 0"),
    contradiction("sessions without extended master secret", "policy->without_extended_master_secret"),
    {
        mistake: "the strict profile resumes for as long as the others",
        edits: [["core/src/client.c", "policy->max_authenticated_s = WH_STRICT_AGE_MAX_S;", ""]],
        tests: [["test_profiles", "the_strict_profile_makes_a_full_handshake_once_a_day"]],
    },
    {
        mistake: "a session that was made with TLS 1.2 allowed is offered by the strict profile",
        edits: [
            ["core/src/binding.c", "hash_number(h, (uint32_t)input->min_version);", ""],
            // Those of TLS 1.2 are in it as well.
            ["core/src/binding.c", "hash_text(h, input->ciphers);", ""],
        ],
        tests: [["test_profiles", "a_session_of_tls12_is_not_offered_by_the_strict_profile"]],
    },
    {
        mistake: "a setting of the service goes beyond the strict profile: the version",
        edits: [
            ["service/src/service.c", "lowest > config->min_version && !is_strict", "lowest > config->min_version"],
        ],
        tests: [["test_service", "the_profile_is_that_of_the_firmware_and_no_setting_goes_beyond_it"]],
    },
    {
        mistake: "a setting of the service goes beyond the strict profile: the age",
        edits: [["service/src/service.c", " && !(is_strict && memory->max_age.value_s > WH_STRICT_AGE_MAX_S)", ""]],
        tests: [["test_service", "the_profile_is_that_of_the_firmware_and_no_setting_goes_beyond_it"]],
    },
    {
        mistake: "a setting of the service goes beyond the strict profile: early data",
        edits: [["service/src/service.c", "== WH_CONSENT_GIVEN && !is_strict", "== WH_CONSENT_GIVEN"]],
        tests: [["test_service", "the_profile_is_that_of_the_firmware_and_no_setting_goes_beyond_it"]],
    },

    // ---- What is remembered of a server ----
    {
        mistake: "what is remembered of a server decides whether there is a key exchange",
        edits: [
            [
                "core/src/resumption.c",
                "r->client->config.policy.profile == WH_PROFILE_FRUGAL && r->chosen",
                "(r->peer.lacks & WH_HAS_PSK_KE) != 0 && r->chosen",
            ],
        ],
        tests: [["test_learning", "forged_memory_of_a_peer_fails_no_wake_and_gives_up_no_key_exchange"]],
    },

    // ---- An external pre-shared key ----
    {
        mistake: "a pre-shared key that has changed in its place is in a hello",
        edits: [["core/src/hello.c", " && wh_external_psk_is_as_bound(conn->client)", ""]],
        tests: [
            ["test_external_psk", "a_key_that_has_changed_in_its_place_is_not_used"],
            ["test_external_psk", "a_key_that_has_changed_in_its_place_is_in_no_hello"],
        ],
    },
    {
        mistake: "a pre-shared key that has changed since the hello is used",
        edits: [["core/src/external_psk.c", "is_answered && !wh_external_psk_is_as_bound(client)", "false"]],
        tests: [["test_external_psk", "a_key_that_has_changed_since_the_hello_is_not_used"]],
    },
    {
        mistake: "one accident takes the pre-shared key from the hello",
        edits: [["core/src/resumption.c", "suspect == WH_PSK_DOUBTED && r->peer.doubts_psk != 0", "suspect != 0"]],
        tests: [["test_external_psk", "one_accident_does_not_cost_the_key"]],
    },
    {
        mistake: "accidents of a hello with a session take the pre-shared key from the hello",
        edits: [["core/src/conn.c", "conn->psk_has_changed || conn->ssl->options.resuming", "conn->psk_has_changed"]],
        tests: [["test_external_psk", "accidents_of_hellos_with_a_session_do_not_cost_the_key"]],
    },
    {
        mistake: "a pre-shared key without a CA that has changed in its place is taken for the server's fault",
        edits: [["core/src/external_psk.c", "conn->psk_has_changed && wh_external_psk_is_alone(client)", "false"]],
        tests: [["test_psk_alone", "a_key_that_has_changed_in_its_place_is_not_laid_to_the_server"]],
    },
    {
        mistake: "beside a ticket a certificate is asked for, though there is no CA to verify it by",
        edits: [
            [
                "core/src/hello.c",
                "!conn->all_suites && !conn->has_psk && !is_alone",
                "!conn->all_suites && !conn->has_psk",
            ],
        ],
        tests: [["test_psk_alone", "a_hello_with_a_ticket_asks_for_no_certificate_either"]],
    },
    {
        mistake: "a certificate is asked for, though there is no CA to verify it by",
        edits: [["core/src/hello.c", "is_of_tls12 && wh_external_psk_is_alone(conn->client)", "false"]],
        tests: [["test_psk_alone", "the_hello_asks_for_no_certificate_in_tls12"]],
    },
    {
        mistake: "a server that has a certificate alone is taken, though there is no CA to verify it by",
        edits: [
            ["core/src/peer_path.c", "path->is_accepted = error == WH_OK;", "path->is_accepted = true;"],
            ["core/src/peer_path.c", "    path->error = error;\n", ""],
            [
                "core/src/peer_path.c",
                "    return native;\n}\n\n/* What wolfSSL calls",
                "    return 0;\n}\n\n/* What wolfSSL calls",
            ],
            ["core/src/identity.c", "        return WH_PEER_PSK; /*", "        return WH_OK; /*"],
        ],
        tests: [["test_psk_alone", "a_server_without_the_key_is_never_believed"]],
    },
    {
        mistake: "secrets of a pre-shared key in memory that was given back",
        edits: [["core/src/opened.c", "wh_wipe(memory, size);", ""]],
        tests: [["test_secrets", "no_secret_of_a_pre_shared_key_is_left"]],
    },
]
