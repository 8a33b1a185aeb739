#include "warmhello/client.h"

#include <string.h>

#include <wolfssl/error-ssl.h>
#include <wolfssl/internal.h>
#include <wolfssl/ssl.h>

#include "binding.h"
#include "conn_io.h"
#include "external_psk.h"
#include "identity.h"
#include "memory_ran_out.h"
#include "session.h"
#include "suites.h"
#include "trust.h"
#include "warmhello/platform.h"

/* Fast groups first: a HelloRetryRequest costs a round trip, and wolfSSL's own
 * order starts with P-384. P-384 itself is for servers that insist. */
static int groups[] = {WOLFSSL_ECC_X25519, WOLFSSL_ECC_SECP256R1, WOLFSSL_ECC_SECP384R1};
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

/* Suites by version, two bytes each, none of them zero. */
#define WH_SUITE13(number, name) (char)((number) >> 8), (char)((number)&0xff),
#define WH_SUITE12(number, name)
static const char suites13[] = {
#include "warmhello/suites.def"
    0};
#undef WH_SUITE12
/* Those of TLS 1.3 stand first there, so the end of this list is the one for TLS 1.2 alone. */
#define WH_SUITE12 WH_SUITE13
static const char suites_all[] = {
#include "warmhello/suites.def"
    0};
#undef WH_SUITE12
#undef WH_SUITE13

/* What the strict profile forbids was asked for. */
static bool is_contradiction(const wh_client_config *given)
{
    const wh_policy *policy = &given->policy;
    return policy->profile == WH_PROFILE_STRICT &&
           (given->min_version == WH_TLS12 || policy->max_authenticated_s > WH_STRICT_AGE_MAX_S ||
            policy->trust_after_power_loss != 0 || policy->without_extended_master_secret ||
            policy->early_data);
}

/* Defaults of the profile. */
static void fill_in(wh_client_config *config)
{
    wh_policy *policy = &config->policy;
    if (config->min_version == WH_PROTOCOL_NONE) {
        config->min_version = policy->profile == WH_PROFILE_STRICT ? WH_TLS13 : WH_TLS12;
    }
    if (config->max_version == WH_PROTOCOL_NONE) {
        config->max_version = WH_TLS13;
    }
    if (policy->profile == WH_PROFILE_STRICT && policy->max_authenticated_s == 0) {
        policy->max_authenticated_s = WH_STRICT_AGE_MAX_S;
    }
    if (policy->reuse == WH_REUSE_BY_PROFILE) {
        policy->reuse = policy->profile == WH_PROFILE_FRUGAL ? WH_REUSE_WHEN_NOT_RENEWED : WH_REUSE_NEVER;
    }
}

static bool is_valid(const wh_client_config *config)
{
    return config->port != 0 && (config->certificate != NULL) == (config->key != NULL) &&
           !(config->certificate != NULL && config->policy.without_extended_master_secret) &&
           wh_external_psk_is_valid(config) && config->min_version <= config->max_version &&
           config->max_version <= WH_TLS13;
}

/* Names of 1 byte or more between commas. */
static bool is_valid_alpn(const char *alpn)
{
    size_t size = strlen(alpn);
    return size > 0 && size <= WH_ALPN_MAX && alpn[0] != ',' && alpn[size - 1] != ',' &&
           strstr(alpn, ",,") == NULL;
}

/* wolfSSL by itself would offer draft versions of ChaCha20, and suites of TLS 1.2 in a hello
 * for TLS 1.3 alone. */
static WOLFSSL_METHOD *choose_versions(const wh_client_config *config, const char **suites)
{
    if (config->max_version == WH_TLS12) {
        *suites = suites_all + sizeof suites13 - 1;
        return wolfTLSv1_2_client_method();
    }
    if (config->min_version == WH_TLS13) {
        *suites = suites13;
        return wolfTLSv1_3_client_method();
    }
    *suites = suites_all;
    return wolfTLS_client_method();
}

/* Those with SHA-256 alone. */
static size_t leave_out_sha384(const char *suites, char *out)
{
    size_t size = 0;
    for (; suites[0] != 0; suites += 2) {
        if (!wh_suite_has_sha384((uint8_t)suites[1])) {
            out[size++] = suites[0];
            out[size++] = suites[1];
        }
    }
    return size;
}

/* Of the pairs that wolfSSL offers by itself, ECDSA with SHA-512 is that of P-521 in TLS 1.3 (RFC
 * 8446 4.2.3), which this build cannot verify: a server with another certificate beside one on P-521 would
 * send the wrong one. */
static void offer_what_can_be_verified(Suites *suites)
{
    word16 kept = 0;
    for (word16 i = 0; i + 1 < suites->hashSigAlgoSz; i += 2) {
        bool is_p521 = suites->hashSigAlgo[i] == sha512_mac && suites->hashSigAlgo[i + 1] == ecc_dsa_sa_algo;
        if (!is_p521) {
            suites->hashSigAlgo[kept] = suites->hashSigAlgo[i];
            suites->hashSigAlgo[kept + 1] = suites->hashSigAlgo[i + 1];
            kept = (word16)(kept + 2);
        }
    }
    suites->hashSigAlgoSz = kept;
}

static int set_algorithms(const wh_client *client)
{
    WOLFSSL_CTX *ctx = client->ctx;
    const wh_client_config *config = &client->config;
    char suites[sizeof suites_all];
    size_t size = leave_out_sha384(client->suites, suites);
    if (wolfSSL_CTX_set_cipher_list_bytes(ctx, (const byte *)suites, (int)size) != WOLFSSL_SUCCESS) {
        return WH_PLATFORM_MEMORY;
    }
    offer_what_can_be_verified(ctx->suites);
    if (config->max_version == WH_TLS13 && config->min_version == WH_TLS12 &&
        wolfSSL_CTX_SetMinVersion(ctx, WOLFSSL_TLSV1_2) != WOLFSSL_SUCCESS) {
        return WH_USAGE_ARGUMENT;
    }
    return wolfSSL_CTX_set_groups(ctx, groups, GROUP_COUNT) == WOLFSSL_SUCCESS ? WH_OK : WH_PLATFORM_MEMORY;
}

/* SNI carries names only (RFC 6066 3); "" for none. */
static const char *name_sent(const wh_client *client)
{
    return client->host.address_size > 0 || client->config.any_name ? "" : client->host.text;
}

static int set_extensions(const wh_client *client)
{
    WOLFSSL_CTX *ctx = client->ctx;
    const char *name = name_sent(client);
    if (name[0] != '\0' &&
        wolfSSL_CTX_UseSNI(ctx, WOLFSSL_SNI_HOST_NAME, name, (word16)strlen(name)) != WOLFSSL_SUCCESS) {
        return WH_PLATFORM_MEMORY;
    }
    if (!client->config.no_tickets && wolfSSL_CTX_UseSessionTicket(ctx) != WOLFSSL_SUCCESS) {
        return WH_PLATFORM_MEMORY;
    }
    return WH_OK;
}

static int configure(const wh_client *client)
{
    WOLFSSL_CTX *ctx = client->ctx;
    int result = set_algorithms(client);
    if (result == WH_OK) {
        result = set_extensions(client);
    }
    wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
    /* psk_ke would give up forward secrecy (RFC 8446 2.2); hello.c has what the frugal profile does. */
    (void)wolfSSL_CTX_only_dhe_psk(ctx);
    /* No copy of the session's secrets in wolfSSL's own cache. */
    (void)wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_NO_INTERNAL);
    /* Without a lifetime from the server: wolfSSL's default is 500 s. */
    (void)wolfSSL_CTX_set_timeout(ctx, WH_LIFETIME_DEFAULT_S);
    wh_conn_io_configure(ctx);
    return result;
}

/* Beside wolfSSL's verify modes. */
enum { ANY_NAME = 0x80 };

static int bind(wh_client *client)
{
    const wh_client_config *config = &client->config;
    wh_binding_input input = {
        .host = client->host.text,
        .port = config->port,
        .sni = name_sent(client),
        .alpn = client->alpn,
        .ciphers = client->suites,
        .groups = groups,
        .group_count = GROUP_COUNT,
        .verify_mode = config->any_name ? WOLFSSL_VERIFY_PEER | ANY_NAME : WOLFSSL_VERIFY_PEER,
        .min_version = config->min_version,
        .max_version = config->max_version,
        .tickets = !config->no_tickets,
        .extended_master_secret = !config->policy.without_extended_master_secret,
    };
    int result = wh_identity_digest((wh_pem_text){config->ca, config->ca_size}, client->ca_digest);
    if (result == WH_OK && client->has_certificate) {
        result = wh_identity_digest((wh_pem_text){config->certificate, config->certificate_size},
                                    client->certificate_digest);
    }
    memcpy(input.ca_digest, client->ca_digest, WH_DIGEST_SIZE);
    memcpy(input.certificate_digest, client->certificate_digest, WH_DIGEST_SIZE);
    memcpy(input.psk_digest, client->psk_digest, WH_DIGEST_SIZE);
    return result == WH_OK ? wh_binding_compute(&input, &client->binding) : result;
}

/* Copies what may change after the call, and refuses what cannot be. */
static int take(wh_client *client, const wh_client_config *given)
{
    wh_client_config *config = &client->config;
    *config = *given;
    config->host = NULL;
    config->alpn = NULL;
    client->has_certificate = given->certificate != NULL;
    fill_in(config);
    if (is_contradiction(given) || !is_valid(config)) {
        return WH_USAGE_ARGUMENT;
    }
    if (given->alpn != NULL) {
        if (!is_valid_alpn(given->alpn)) {
            return WH_USAGE_ALPN;
        }
        memcpy(client->alpn, given->alpn, strlen(given->alpn));
    }
    int result = wh_host_read(given->host, &client->host);
    if (given->ca == NULL) {
        config->ca_size = 0;
    }
    if (result == WH_OK && config->ca_size == 0 && (given->ca != NULL || given->psk_identity == NULL)) {
        result = WH_USAGE_CA;
    }
    if (result == WH_OK && given->psk_identity != NULL) {
        config->psk_identity = NULL;
        result = wh_external_psk_take(client, given->psk_identity);
    }
    return result;
}

int wh_client_init(wh_client *client, const wh_client_config *config)
{
    memset(client, 0, sizeof *client);
    int result = take(client, config);
    if (result == WH_OK) {
        client->platform = wh_platform_get();
        (void)wh_memory_ran_out();
        client->ctx = wolfSSL_CTX_new(choose_versions(&client->config, &client->suites));
        result = client->ctx != NULL ? configure(client) : WH_PLATFORM_MEMORY;
        if (result == WH_OK) {
            result = bind(client);
        }
    }
    if (result != WH_OK) {
        wh_client_free(client);
    }
    return result;
}

/* How many bytes of a member tell one configuration from another; 0 for a text. */
#define WH_BYTES(name) sizeof((wh_client_config *)NULL)->name
#define WH_BYTES_text(name) 0
#define WH_BYTES_file(name) WH_BYTES(name) + WH_BYTES(name##_size)
#define WH_BYTES_secret WH_BYTES_file
#define WH_BYTES_flag WH_BYTES
#define WH_BYTES_inverse WH_BYTES
#define WH_BYTES_version WH_BYTES
#define WH_BYTES_reuse WH_BYTES
#define WH_BYTES_profile WH_BYTES
#define WH_BYTES_u16 WH_BYTES
#define WH_BYTES_u32 WH_BYTES
#define WH_BYTES_u32_or_none WH_BYTES

static const struct {
    uint8_t at;
    uint8_t size;
} members[] = {
#define WH_CLIENT_SETTING(kind, name, ...) {offsetof(wh_client_config, name), WH_BYTES_##kind(name)},
#include "warmhello/client.def"
    {offsetof(wh_client_config, any_name), sizeof(bool)},
};

_Static_assert(sizeof(wh_client_config) <= UINT8_MAX, "a member's offset fits a byte");

static bool is_same_member(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size > 0) {
        return memcmp(a, b, size) == 0;
    }
    const char *text;
    const char *other;
    memcpy(&text, a, sizeof text);
    memcpy(&other, b, sizeof other);
    return text == other || (text != NULL && other != NULL && strcmp(text, other) == 0);
}

bool wh_client_config_equal(const wh_client_config *a, const wh_client_config *b)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        size_t at = members[i].at;
        if (!is_same_member((const uint8_t *)a + at, (const uint8_t *)b + at, members[i].size)) {
            return false;
        }
    }
    return true;
}

int wh_client_check(const wh_client_config *config)
{
    wh_client client;
    int result = wh_client_init(&client, config);
    if (result == WH_OK && !wh_external_psk_is_alone(&client)) {
        result = wh_identity_trust(&client);
    }
    if (result == WH_OK && client.has_certificate) {
        result = wh_identity_check(&client);
    }
    wh_client_free(&client);
    return result;
}

bool wh_client_is_intact(const wh_client *client)
{
    const wh_client_config *config = &client->config;
    return wh_identity_is_as_bound((wh_pem_text){config->ca, config->ca_size}, client->ca_digest) &&
           wh_external_psk_is_as_bound(client) &&
           (!client->has_certificate ||
            wh_identity_is_as_bound((wh_pem_text){config->certificate, config->certificate_size},
                                    client->certificate_digest));
}

void wh_client_free(wh_client *client)
{
    if (client->ctx != NULL) {
        wolfSSL_CTX_free(client->ctx);
        wh_trust_free(client);
    }
    memset(client, 0, sizeof *client);
}
