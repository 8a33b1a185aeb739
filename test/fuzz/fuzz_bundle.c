/* Any bytes as ESP-IDF's certificate bundle: nobody reads past its end, what is counted is there, each CA of
 * it is taken in and given up again, and a chain is accepted by the right key alone. */
#include "fuzz_platform.h"

#include <stdlib.h>
#include <string.h>

#include <wolfssl/internal.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "blocks.h"
#include "bundle.h"
#include "peer_path.h"
#include "trust.h"

/* A server's certificate, and the one that it leads to. They were made for this purpose; no key was kept. */
static const char between[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBkTCCATigAwIBAgIUC6qcupBsKkrCfth0vn3XwiTZI2UwCgYIKoZIzj0EAwIw\n"
                              "FDESMBAGA1UEAwwJZnV6eiByb290MCAXDTI2MTEzMDEwMzQyMVoYDzIxMjYxMTA2\n"
                              "MTAzNDIxWjAXMRUwEwYDVQQDDAxmdXp6IGJldHdlZW4wWTATBgcqhkjOPQIBBggq\n"
                              "hkjOPQMBBwNCAASpBjbImOkkGE/tGpRtRhsug4t74i36LlfTx2oOYIJnhDsjy1cX\n"
                              "jxtt+CNFASD7T5cWP9eZD34dh/Utt+XCuv4Go2MwYTAPBgNVHRMBAf8EBTADAQH/\n"
                              "MA4GA1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQUgqHp9nT+q5PFFrEYR9XiYgzJZPcw\n"
                              "HwYDVR0jBBgwFoAUbS703qvEqb02H7Dkczw7ZmSoWHAwCgYIKoZIzj0EAwIDRwAw\n"
                              "RAIgVeBwqwIkbw1odbdxooEBxBFrnAcGUPMuPx914LbawVQCIAY/XNcCRun9fAcE\n"
                              "5E974gBOzJRdlJ+UzFKh6RNiOwGa\n"
                              "-----END CERTIFICATE-----\n";
static const char leaf[] = "-----BEGIN CERTIFICATE-----\n"
                           "MIIBgjCCASigAwIBAgIUT4Tiyv2EucXouz37Wq+VQ/tYHskwCgYIKoZIzj0EAwIw\n"
                           "FzEVMBMGA1UEAwwMZnV6eiBiZXR3ZWVuMCAXDTI2MTEzMDEwMzQyMVoYDzIxMjYx\n"
                           "MTA2MTAzNDIxWjAPMQ0wCwYDVQQDDARsZWFmMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
                           "AQcDQgAEZV1wr43TzFi61P1hwEwfOTr7TkxtEGFQr5h+YgBl/E+i/nHHQGdFG1xH\n"
                           "csTB+rcZFWuuJJp2MPbNvCaZqCWLx6NYMFYwFAYDVR0RBA0wC4IJZnV6ei50ZXN0\n"
                           "MB8GA1UdIwQYMBaAFIKh6fZ0/quTxRaxGEfV4mIMyWT3MB0GA1UdDgQWBBRUOs8i\n"
                           "itsg5KCRdRHf4KnS4RnltzAKBggqhkjOPQQDAgNIADBFAiEA/uQKMTy1boZCnZin\n"
                           "/Z7DCIx5/e4B/JmP3K9stF0KnMUCIGALeJZtr/1lxOKaiMPofMYTg4XiezaA+l/t\n"
                           "slnyivRg\n"
                           "-----END CERTIFICATE-----\n";

/* The point of the root that has signed the second one. */
static const uint8_t root_key[] = {
    0x04, 0xd8, 0x75, 0x65, 0xe3, 0x52, 0xb5, 0x4e, 0xdb, 0x1a, 0xf1, 0x46, 0xe7, 0x37, 0x7b, 0x85, 0xdd,
    0x1b, 0x3b, 0x1d, 0x79, 0x59, 0x61, 0xbf, 0x3c, 0x1a, 0x09, 0x61, 0x2e, 0xaa, 0xec, 0x5f, 0x24, 0xfb,
    0x15, 0xe0, 0x49, 0x53, 0x25, 0x9c, 0xbc, 0x23, 0xec, 0xda, 0x7a, 0x48, 0x10, 0x30, 0x1e, 0x5c, 0xd6,
    0x99, 0x38, 0x09, 0xcf, 0xcb, 0x60, 0xba, 0xa6, 0xda, 0x9b, 0x3e, 0xce, 0x19, 0xf8};

int wh_wolfssl_parse_peer(DecodedCert *certificate, int type, int verify, void *cm, Signer *extra);

static bool holds(wh_der bytes, const uint8_t *part, size_t size)
{
    for (size_t i = 0; i + size <= bytes.size; i++) {
        if (memcmp(bytes.at + i, part, size) == 0) {
            return true;
        }
    }
    return false;
}

/* As wolfSSL does with each certificate of a chain, from its end on. */
static void take(wh_client *client, const char *pem, size_t size, int type)
{
    wh_pem_block block = {0};
    wh_pem_text file = {(const uint8_t *)pem, size};
    fuzz_require(wh_block_next(file, &block) == WH_PEM_BLOCK, "a certificate");
    DerBuffer *der = NULL;
    if (AllocDer(&der, (word32)block.der_size, CA_TYPE, NULL) != 0) {
        return;
    }
    wh_pem_decode(&block, der->buffer);
    DecodedCert certificate;
    InitDecodedCert(&certificate, der->buffer, der->length, NULL);
    bool adds = wh_wolfssl_parse_peer(&certificate, type, VERIFY, client->ctx->cm, NULL) == 0 &&
                type == CHAIN_CERT_TYPE;
    FreeDecodedCert(&certificate);
    if (adds) {
        (void)AddCA(client->ctx->cm, &der, WOLFSSL_CHAIN_CA, NO_VERIFY); /* frees it */
    } else {
        FreeDer(&der);
    }
}

static bool accepts(wh_client *client)
{
    wh_peer_path path;
    wh_peer_path_begin(&path, client);
    wh_peer_path_enter(&path);
    take(client, between, sizeof between - 1, CHAIN_CERT_TYPE);
    take(client, leaf, sizeof leaf - 1, CERT_TYPE);
    wh_peer_path_enter(NULL);
    wh_peer_path_end(&path);
    return path.is_accepted;
}

/* As wolfSSL would have it, whatever the CA is. */
static void take_in(wh_client *client, const wh_bundle_ca *ca)
{
    size_t room = wh_bundle_root_room(ca);
    uint8_t *root = malloc(room);
    if (root == NULL) {
        return;
    }
    size_t size = wh_bundle_write_root(ca, root);
    fuzz_require(size <= room, "the room is enough");
    (void)!wh_trust_add(client, root, size);
    free(root);
}

static void read_all(wh_client *client, wh_der file)
{
    wh_bundle bundle;
    wh_bundle_ca ca;
    uint16_t count = 0;
    fuzz_require(wh_bundle_open(file, &bundle), "what was counted opens");
    while (wh_bundle_next(&bundle, &ca)) {
        fuzz_require(ca.key.at == ca.name.at + ca.name.size && ca.name.at > file.at &&
                         ca.key.at + ca.key.size <= file.at + file.size,
                     "within the bytes");
        if (count++ < 8) { /* the rest is the same, and takes long */
            take_in(client, &ca);
        }
    }
    fuzz_require(count == client->bundled, "as many as were counted");
    wh_trust_done(client);
    fuzz_require(client->ca_count == 0, "none is left");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    wh_der file = {data, size};
    wh_client_config config = fuzz_config();
    config.host = "fuzz.test";
    config.ca = data;
    config.ca_size = size;
    wh_client client;
    if (wh_bundle_count(file) == 0 || wh_client_init(&client, &config) != WH_OK) {
        return 0;
    }
    bool accepted = accepts(&client);
    fuzz_require(!accepted || holds(file, root_key, sizeof root_key), "accepted by the root's key alone");
    if (client.bundled > 0) { /* and no PEM or DER at the same time */
        read_all(&client, file);
        fuzz_require(accepts(&client) == accepted, "the same verdict again");
    }
    wh_client_free(&client);
    return 0;
}
