/* Any bytes in the RTC slot, raw and behind a checksum that fits: no crash, no leak,
 * and a connection always opens. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_platform.h"
#include "warmhello/binding.h"

/* The slot's layout, see firmware/core/src/store.c. */
enum { AT_CHECKSUM = 4, AT_LENGTH = 36, AT_BINDING = 48, AT_SESSION = 80 };

/* Makes the bytes pass the checks in front of wolfSSL's parser. */
static void dress_up(uint8_t *slot, size_t session_size, const wh_binding *binding)
{
    static const uint8_t magic[4] = {'W', 'H', 'R', '1'};
    memcpy(slot, magic, sizeof magic);
    slot[AT_LENGTH] = (uint8_t)session_size;
    slot[AT_LENGTH + 1] = (uint8_t)(session_size >> 8);
    memset(slot + AT_LENGTH + 4, 0, 8); /* captured at 0 */
    memcpy(slot + AT_BINDING, binding->digest, sizeof binding->digest);
    if (wh_digest(slot + AT_LENGTH, AT_SESSION - AT_LENGTH + session_size, slot + AT_CHECKSUM) != WH_OK) {
        abort();
    }
}

static void open_connection(wh_client *client)
{
    uint8_t in[512];
    uint8_t out[2048];
    wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
    wh_conn conn;
    if (wh_conn_open(&conn, client, &buffers) != WH_OK && !wh_conn_fallback_due(&conn)) {
        abort();
    }
    wh_conn_free(&conn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size - 1 > WH_RTC_SIZE) {
        return 0;
    }
    fuzz_platform_reset();
    wh_client client;
    wh_client_config config = fuzz_config();
    if (wh_client_init(&client, &config) != WH_OK) {
        abort();
    }
    uint8_t *slot = wh_platform_get()->rtc;
    if ((data[0] & 1) != 0) {
        memcpy(slot, data + 1, size - 1);
    } else if (size - 1 <= WH_RTC_SIZE - AT_SESSION) {
        slot[AT_LENGTH + 2] = (data[0] & 2) != 0 ? WH_TLS13 : WH_TLS12;
        memcpy(slot + AT_SESSION, data + 1, size - 1);
        dress_up(slot, size - 1, &client.binding);
    }
    open_connection(&client);
    wh_client_free(&client);
    return 0;
}
