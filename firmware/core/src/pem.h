/* PEM as OpenSSL reads it (PEM_read_bio): the one reader of certificates and keys, for the core and for the
 * tools on a desk. Private; nothing is allocated or copied.
 *
 * What stands outside of blocks is text and is passed over. A block begins and ends at the start of a line;
 * lines may end in blanks, CR or control characters. A byte order mark of UTF-8 may stand at
 * the front of the file and, as where files were joined, behind a block.
 *
 * Stricter than OpenSSL in one thing: a line of dashes inside a block is damage. OpenSSL takes a block
 * without END together with the one behind it, which it then never reads. */
#ifndef WH_PEM_H
#define WH_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A build may leave out what is not PEM. */
#ifdef WH_PEM_ONLY
enum { WH_TAKES_DER = 0 };
#else
enum { WH_TAKES_DER = 1 };
#endif

typedef enum wh_pem_fault {
    WH_PEM_SOUND,
    WH_PEM_NO_END,    /* the file, or the next block, begins before END */
    WH_PEM_OTHER_END, /* END names another label than BEGIN */
    WH_PEM_CHARACTER, /* one that is not of base64, or padding in the middle */
    WH_PEM_CUT,       /* the number of base64 characters is no multiple of four, or there are none */
    WH_PEM_LAYOUT,    /* an empty line, a header or a length of line where none may be */
} wh_pem_fault;

typedef struct wh_pem_text {
    const uint8_t *at;
    size_t size;
} wh_pem_text;

/** A block, and where the reader stands. */
typedef struct wh_pem_block {
    const uint8_t *begin; /* the line of BEGIN */
    wh_pem_text label;
    wh_pem_text base64;
    size_t der_size;
    /** By number from 1, blocks of all labels. */
    unsigned number;
    /** It has headers of its own (RFC 1421), such as those of a locked key; in DER the algorithm of one. */
    bool has_headers;
    /** It is DER: `base64` is the contents themselves, and there is no label (blocks.h). */
    bool is_der;
    wh_pem_fault fault;
    /** Of a damaged block, the line that shows it; the file's end if it is that. */
    const uint8_t *fault_at;
    const uint8_t *next;
} wh_pem_block;

typedef enum wh_pem_result { WH_PEM_DAMAGED = -1, WH_PEM_END, WH_PEM_BLOCK } wh_pem_result;

/** Reads the next block of a file. Begin with a block of zeros. After WH_PEM_DAMAGED, when `begin`, `label`,
 * `number`, `fault` and `fault_at` say what and where, it may be called again for the blocks behind. */
wh_pem_result wh_pem_next(wh_pem_text file, wh_pem_block *block);

/** Writes the `der_size` bytes of a sound block. */
void wh_pem_decode(const wh_pem_block *block, uint8_t *out);

bool wh_pem_has_label(const wh_pem_block *block, const char *label);

/** CERTIFICATE, its older name, or OpenSSL's TRUSTED CERTIFICATE. Of the last, the certificate's DER is
 * followed by what OpenSSL was told to trust it for, which nobody here reads. A file of DER says nothing of
 * what it is: each of its blocks may be one, and may be a key. */
bool wh_pem_is_certificate(const wh_pem_block *block);

/** A private key as PKCS#8, locked or not, PKCS#1 or SEC1. */
bool wh_pem_is_key(const wh_pem_block *block);

/** Locked with a passphrase (RFC 7468 11, RFC 1421 4.6.1.1). */
bool wh_pem_is_locked(const wh_pem_block *block);

#endif
