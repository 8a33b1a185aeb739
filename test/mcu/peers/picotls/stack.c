/* picotls with its "minicrypto": TLS 1.3 only. It has no X.509, so a full handshake goes without a look at
 * the server's certificate: only what is resumed can be compared. */
#include "stack.h"

#include <string.h>
#include <sys/types.h>

#include <picotls.h>
#include <picotls/minicrypto.h>

#include "device.h"

/* ---- What the library asks of the system ------------------------------------------------------- */

/* Declared by the library's headers under the names that it is compiled with. */
void *picotls_malloc(size_t size);
int open(const char *path, int flags, ...);
ssize_t read(int file, void *out, size_t size);
int close(int file);
void perror(const char *what);
_Noreturn void abort(void);

void *picotls_malloc(size_t size)
{
    return device_allocate(1, size);
}

/* It reads its entropy from a file. */
int open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return 0;
}

ssize_t read(int file, void *out, size_t size)
{
    (void)file;
    device_random(out, size);
    return (ssize_t)size;
}

int close(int file)
{
    (void)file;
    return 0;
}

/* Not called, as the entropy never ends; the C library's would bring more of it along. */
void perror(const char *what)
{
    (void)what;
}

_Noreturn void abort(void)
{
    for (;;) {
    }
}

/* ---- The client -------------------------------------------------------------------------------- */

static uint64_t wall_ms(ptls_get_time_t *self)
{
    (void)self;
    return (uint64_t)(device_wall_us() / 1000);
}

static int save_ticket(ptls_save_ticket_t *self, ptls_t *tls, ptls_iovec_t ticket)
{
    (void)self;
    (void)tls;
    device_session *kept = device_kept_session();
    kept->size = ticket.len <= sizeof kept->bytes ? ticket.len : 0;
    memcpy(kept->bytes, ticket.base, kept->size);
    return 0;
}

static ptls_get_time_t get_time = {wall_ms};
static ptls_save_ticket_t ticket_saver = {save_ticket};
static ptls_key_exchange_algorithm_t *groups[] = {&ptls_minicrypto_x25519, &ptls_minicrypto_secp256r1, NULL};
static ptls_cipher_suite_t *suites[] = {&ptls_minicrypto_aes128gcmsha256,
                                        &ptls_minicrypto_chacha20poly1305sha256,
                                        &ptls_minicrypto_aes256gcmsha384, NULL};
static ptls_context_t client = {
    .random_bytes = ptls_minicrypto_random_bytes,
    .get_time = &get_time,
    .key_exchanges = groups,
    .cipher_suites = suites,
    .require_dhe_on_psk = 1,
    .save_ticket = &ticket_saver,
};

bool stack_client_new(const wh_client_config *given)
{
    return given->max_version == WH_TLS13;
}

void stack_client_free(void)
{
}

/* ---- The connection ---------------------------------------------------------------------------- */

static ptls_t *tls;
static ptls_handshake_properties_t properties;

int stack_begin(const char *host)
{
    device_session *kept = device_kept_session();
    memset(&properties, 0, sizeof properties);
    if (kept->size > 0) {
        properties.client.session_ticket = ptls_iovec_init(kept->bytes, kept->size);
    }
    tls = ptls_new(&client, 0);
    return tls != NULL ? ptls_set_server_name(tls, host, 0) : PTLS_ERROR_NO_MEMORY;
}

/* Sends what the library has put into `out`, and releases it. */
static void send_all(ptls_buffer_t *out)
{
    (void)device_send(out->base, out->off);
    ptls_buffer_dispose(out);
}

int stack_shake_hands(void)
{
    size_t size;
    const uint8_t *arrived = device_arrived(&size);
    ptls_buffer_t out;
    ptls_buffer_init(&out, "", 0);
    int result = ptls_handshake(tls, &out, size > 0 ? arrived : NULL, &size, &properties);
    device_consume(size);
    send_all(&out);
    return result == PTLS_ERROR_IN_PROGRESS ? STACK_WAITS : result;
}

int stack_read(void)
{
    for (;;) {
        size_t size;
        const uint8_t *arrived = device_arrived(&size);
        if (size == 0) {
            return 0;
        }
        size_t room;
        uint8_t *to = device_plain(&room);
        ptls_buffer_t out;
        ptls_buffer_init(&out, to, room);
        int result = ptls_receive(tls, &out, arrived, &size);
        device_plain_added(out.off);
        device_consume(size);
        if (result != 0 && result != PTLS_ERROR_CLASS_PEER_ALERT + PTLS_ALERT_CLOSE_NOTIFY) {
            return result;
        }
    }
}

int stack_write(const uint8_t *bytes, size_t size)
{
    ptls_buffer_t out;
    ptls_buffer_init(&out, "", 0);
    int result = ptls_send(tls, &out, bytes, size);
    send_all(&out);
    return result == 0 ? (int)size : -result;
}

void stack_close(void)
{
    ptls_buffer_t out;
    ptls_buffer_init(&out, "", 0);
    (void)ptls_send_alert(tls, &out, PTLS_ALERT_LEVEL_WARNING, PTLS_ALERT_CLOSE_NOTIFY);
    send_all(&out);
}

bool stack_is_resumed(void)
{
    return ptls_is_psk_handshake(tls) != 0;
}

void stack_end(void)
{
    ptls_free(tls);
    tls = NULL;
}
