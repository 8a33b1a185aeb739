#include "bearssl_anchor.h"

#include <string.h>

/* Names and keys of a CA made for the bench are far shorter. */
typedef struct bytes {
    unsigned char data[4096];
    size_t size;
} bytes;

static bytes der;
static bytes name;
static bytes point;

static void append(void *to, const void *from, size_t size)
{
    bytes *all = to;
    if (size <= sizeof all->data - all->size) {
        memcpy(all->data + all->size, from, size);
        all->size += size;
    }
}

/* True once a whole object has been decoded. */
static bool push_pem(br_pem_decoder_context *decoder, const unsigned char *pem, size_t size)
{
    while (size > 0) {
        size_t taken = br_pem_decoder_push(decoder, pem, size);
        pem += taken;
        size -= taken;
        switch (br_pem_decoder_event(decoder)) {
        case BR_PEM_BEGIN_OBJ:
            br_pem_decoder_setdest(decoder, append, &der);
            break;
        case BR_PEM_END_OBJ:
            return true;
        case BR_PEM_ERROR:
            return false;
        default:
            break;
        }
    }
    return false;
}

static bool decode_pem(const unsigned char *pem, size_t size)
{
    br_pem_decoder_context decoder;
    br_pem_decoder_init(&decoder);
    der.size = 0;
    /* The decoder sees the end of a line only by what ends it. */
    return push_pem(&decoder, pem, size) || push_pem(&decoder, (const unsigned char *)"\n", 1);
}

bool bearssl_anchor_read(const unsigned char *pem, size_t size, br_x509_trust_anchor *out)
{
    if (!decode_pem(pem, size)) {
        return false;
    }
    br_x509_decoder_context decoder;
    name.size = 0;
    br_x509_decoder_init(&decoder, append, &name);
    br_x509_decoder_push(&decoder, der.data, der.size);
    const br_x509_pkey *key = br_x509_decoder_get_pkey(&decoder);
    if (key == NULL || key->key_type != BR_KEYTYPE_EC) {
        return false;
    }
    /* The key still lies in the decoder. */
    point.size = 0;
    append(&point, key->key.ec.q, key->key.ec.qlen);
    out->dn.data = name.data;
    out->dn.len = name.size;
    out->flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
    out->pkey.key_type = BR_KEYTYPE_EC;
    out->pkey.key.ec.curve = key->key.ec.curve;
    out->pkey.key.ec.q = point.data;
    out->pkey.key.ec.qlen = point.size;
    return true;
}
