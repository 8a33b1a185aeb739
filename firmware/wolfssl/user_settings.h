/* The one wolfSSL configuration of warmhello: the host library, the emulated
 * microcontroller and the ESP32 all compile wolfSSL with this file, so that a
 * figure measured on one is about the code that runs on the others.
 *
 * Each define is followed by why it is here. What is *not* defined matters as
 * much; see the end of the file.
 */
#ifndef WARMHELLO_WOLFSSL_USER_SETTINGS_H
#define WARMHELLO_WOLFSSL_USER_SETTINGS_H

/* ---- Sessions: what warmhello exists for -------------------------------- */

/* i2d/d2i of a WOLFSSL_SESSION are empty stubs without it, and so is the
 * new-session callback, the only reliable sign that a TLS 1.3 ticket came. */
#define HAVE_EXT_CACHE
/* TLS 1.2 tickets (RFC 5077) and every kind of TLS 1.3 resumption. */
#define HAVE_SESSION_TICKET
/* RFC 8446 4.6.1 lets a ticket nonce have 1 to 255 bytes; rustls sends 32.
 * With wolfSSL's fixed 8 the whole connection dies (-425). */
#define WOLFSSL_TICKET_NONCE_MALLOC
/* The only session kept is ours. wolfSSL's own cache cannot be removed
 * (NO_SESSION_CACHE removes get1/set_session with it): make it tiny ... */
#define MICRO_SESSION_CACHE
/* ... and never consult it as a client. NO_SESSION_CACHE_REF also takes away
 * wolfSSL_get_session's borrowed references, the cause of CVE-2026-94419. */
#define NO_SESSION_CACHE_REF
#define NO_CLIENT_CACHE

/* ---- Protocol ------------------------------------------------------------ */

#define WOLFSSL_TLS13
/* Without it wolfSSL_peek stops behind a ticket, and what the server sent with it seems not to be there. */
#define WOLFSSL_TLS13_NO_PEEK_HANDSHAKE_DONE
/* Nothing older than TLS 1.2 (RFC 8996). */
#define NO_OLD_TLS
#define HAVE_TLS_EXTENSIONS
#define HAVE_SUPPORTED_CURVES
#define HAVE_SNI
#define HAVE_ALPN
/* RFC 8446 2.3. What wolfSSL leaves to its caller is in core/src/early_data.c. */
#define WOLFSSL_EARLY_DATA
/* RFC 7627. A TLS 1.2 session without it must not be resumed (section 5.3). */
#define HAVE_EXTENDED_MASTER
/* TLS 1.3 signatures by RSA certificates are PSS only (RFC 8446 4.2.3). */
#define WC_RSA_PSS
/* As elsewhere since 2013 (CA/Browser Forum, Baseline Requirements 6.1.5). */
#define WOLFSSL_MIN_RSA_BITS 2048
/* Cipher suites by number: their names take 350 bytes, and code to read them. */
#define WOLFSSL_SET_CIPHER_BYTES
/* Answers servers that ask for the empty renegotiation_info (RFC 5746). */
#define HAVE_SERVER_RENEGOTIATION_INFO

/* ---- Primitives ---------------------------------------------------------- */

#define HAVE_ECC
#define ECC_TIMING_RESISTANT
#define ECC_USER_CURVES /* only those named below */
#define HAVE_ECC384     /* public CAs sign with P-384 */
#define HAVE_CURVE25519
#define NO_CURVE25519_BLINDING /* against many looks at one key; ours serves one handshake */
#define HAVE_AESGCM
#define GCM_TABLE_4BIT /* a table of 256 B instead of 4 KB, for RAM's sake */
/* Table look-ups that touch each cache line cost two thirds of AES. They hide which line was
 * used from other code on the same chip, which has the keys anyway (docs/SECURITY.md). */
#define WC_NO_CACHE_RESISTANT
#define HAVE_CHACHA
#define HAVE_POLY1305
#define HAVE_XCHACHA /* seals stored sessions: its nonce has room for a hash */
#define HAVE_HKDF
#define WOLFSSL_SHA384 /* chains of public CAs */
#define WOLFSSL_SHA512
#define HAVE_HASHDRBG
#define TFM_TIMING_RESISTANT
#define WC_RSA_BLINDING

/* Big numbers: wolfSSL's SP in generic C. The general part takes RSA up to
 * 4096 bits and P-384, the special one makes P-256 fast. */
#define WOLFSSL_SP_MATH_ALL
#define SP_INT_BITS 4096
#define WOLFSSL_HAVE_SP_ECC
#define WOLFSSL_SP_384 /* the intermediates of public CAs: by the general part, 4 times as slow */
#ifdef WH_WOLFSSL_FAST
#define WOLFSSL_CURVE25519_USE_ED25519 /* a table for key pairs: 30 KB */
#endif
#ifndef WH_WOLFSSL_FAST /* the build that trades flash for time; docs/PERFORMANCE.md has both */
#define WOLFSSL_SP_SMALL
#define USE_SLOW_SHA512
#define WOLFSSL_AES_SMALL_TABLES /* 4 KB less, a hundredth of a resumption more */
#define WOLFSSL_AES_NO_UNROLL
#endif
/* A key on a curve holds numbers of its own length, not of RSA's 4096 bits: 3.6 KB of heap. */
#define ALT_ECC_SIZE

#define NO_DSA
#define NO_DH
#define NO_RC4
#define NO_MD4
#define NO_MD5
#define NO_DES3
#define NO_PWDBASED
#define WOLFSSL_NO_PEM /* the core reads PEM itself, as OpenSSL does (core/src/pem.h) ... */
#define NO_CODING      /* ... and base64 */
#define NO_PKCS12
#define NO_PKCS8_ENCRYPTION
#define NO_SHA              /* no certificate chain or protocol version accepted here uses it */
#define NO_AES_CBC          /* AEAD suites only */
#define NO_AES_DECRYPT      /* GCM runs AES forwards in both directions ... */
#define HAVE_AESGCM_DECRYPT /* ... and so has no need of the other tables */

/* ---- The platform belongs to wh_platform --------------------------------- */

#define SINGLE_THREADED /* all TLS runs on one task */
#define NO_FILESYSTEM
#define NO_WRITEV
#define WOLFSSL_NO_SOCK /* bytes in, bytes out: the core does no I/O */
#define WOLFSSL_USER_IO
#define NO_WOLFSSL_SERVER
#define NO_MAIN_DRIVER
#define NO_ERROR_STRINGS    /* words come from warmhello/errors.def */
#define WOLFSSL_SMALL_STACK /* an ESP32 task has 8 KB */
/* The device's own certificate is read when a server asks for it, not in each wake (core/src/conn.c). */
#define WOLFSSL_CERT_SETUP_CB
/* A certificate in a chain that leads to no CA is left aside (core/src/peer_path.c). */
#define WOLFSSL_ALT_CERT_CHAINS
/* wolfSSL's 9 would be enough for a chain, but not for what some servers send beside it. A place takes 16 B.
 */
#define MAX_CHAIN_DEPTH 16
/* Authorities that are older than the rules for them: a root with keyCertSign but without basicConstraints,
 * and serial numbers of 0, which RFC 5280 4.1.2.2 asks to be taken. */
#define ALLOW_SELFSIGNED_INVALID_CERTSIGN
#define WOLFSSL_ASN_ALLOW_0_SERIAL
/* Room for 32 cipher suites, of which 11 are spoken: half a kilobyte of heap less. */
#define WOLFSSL_MAX_SUITE_SZ 64
/* The longest name of a pre-shared key (client.def), of which a connection has two places, one for a server's
 * hint. */
#define MAX_PSK_ID_LEN 64

/* Entropy from wh_platform.random (wolfssl_hooks.c). */
#define CUSTOM_RAND_GENERATE_SEED wh_wolfssl_seed
int wh_wolfssl_seed(unsigned char *out, unsigned int len);

/* Both of wolfSSL's clocks are ours: LowResTimer and TimeNowInMilliseconds
 * count time that also passes during deep sleep, XTIME is the calendar. */
#define USER_TICKS
#include <time.h>
#define XTIME wh_wolfssl_time
time_t wh_wolfssl_time(time_t *out);

/* The dates in certificates are checked by dates.c, which can do without a wall clock. */
#define XVALIDATE_DATE(date, format, type, length)                                                           \
    wh_wolfssl_validate_date((date), (format), (type), (length))
int wh_wolfssl_validate_date(const unsigned char *date, unsigned char format, int type, int length);

/* ---- The chip's accelerators -------------------------------------------- */

/* wolfSSL takes each build of ESP-IDF by PlatformIO for one of its own port, with another allocator and
 * more algorithms. The port is for the option of that name only, and then without its defaults. */
#undef WOLFSSL_ESPIDF
#ifdef WH_WOLFSSL_HARDWARE
#define WOLFSSL_ESPIDF
#define NO_ESPIDF_DEFAULT
#define WOLFSSL_ESP32
#define NO_WOLFSSL_ESP32_CRYPT_RSA_PRI /* it wants wolfSSL's older big numbers */
#endif

/* ---- Not defined, and why -------------------------------------------------
 * NO_SESSION_CACHE   removes wolfSSL_get1_session and wolfSSL_set_session.
 * SESSION_CERTS      costs 18 KB of heap a session and doubles the stored blob.
 * OPENSSL_EXTRA      costs 93 KB of code; what it would tell about a session
 *                    (version, lifetime) the record's own header holds.
 * CURVE25519_SMALL   makes one X25519 operation 20 times slower on rv32imc.
 */
#endif
