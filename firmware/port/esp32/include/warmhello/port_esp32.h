/** @file
 * warmhello on the ESP32 (ESP-IDF), for C.
 *
 *     if (wh_esp32_start(&config) == WH_OK && wh_esp32_connect("example.com", 443) == WH_OK) {
 *         sent = wh_esp32_send(text, strlen(text));
 *         got = wh_esp32_recv(answer, sizeof answer, 5000);
 *         wh_esp32_close();
 *     }
 *     wh_esp32_sleep(600);
 *
 * DeviceScript apps need none of it: the socket adapter serves them. The two do not go together, since there
 * is one connection at a time. Call from one task only, not from an event handler. Everything that touches
 * TLS runs on a task of its own; what waits here waits for that.
 */
#ifndef WARMHELLO_PORT_ESP32_H
#define WARMHELLO_PORT_ESP32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/connect.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/provision.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How long a connect may take in all unless set otherwise, the wait for the access point included, in
 * milliseconds: less than the 30 s for which a DeviceScript app waits. */
#define WH_ESP32_CONNECT_TIMEOUT_MS WH_CONNECT_TIMEOUT_DEFAULT_MS

/** How long a wake may last unless set otherwise, in seconds since boot, and a wake that may last for ever.
 */
#define WH_ESP32_WAKE_DEADLINE_S 30
#define WH_ESP32_WAKE_DEADLINE_NONE UINT32_MAX

/** Reads what `warmhello provision` has put into the partition `wh_prov` of this board. What `out` then
 * points to stays mapped as long as the program runs.
 *
 * WH_MISS_EMPTY: no such partition, or nothing in it. Others as wh_provision_read(). `out` is all zeros then.
 */
WH_MUST_CHECK int wh_esp32_provisioned(wh_device_config *out);

/** Puts a slot that this device was sent, as `warmhello provision --slot` makes it, in the place of what it
 * was given before: new trust, server, identity or Wi-Fi, from the next wake on. The way here is the app's;
 * the slot is a secret. For DeviceScript firmware as well, from any one task, while Wi-Fi is on.
 *
 * Power gone at any moment, and contents that the core cannot load, leave what was there: as
 * wh_provision_rotate(), whose errors it returns. It takes 8 KB of heap meanwhile and about 4 KB of the
 * caller's stack. WH_USAGE_STATE: no partition `wh_prov`, or it was written in this wake already, which still
 * uses the older slot. WH_PLATFORM_MEMORY. WH_PLATFORM_ENTROPY: the radio is off. */
WH_MUST_CHECK int wh_esp32_rotate(const void *slot, size_t size);

/** Starts Wi-Fi and the TLS task, and begins to connect to the access point; does not wait for it. `config`
 * is provision.h's, with WH_ESP32_CONNECT_TIMEOUT_MS and WH_ESP32_WAKE_DEADLINE_S for zeros; its client's
 * host and port are DeviceScript's: where every TLS connection goes, whatever server the app names, as in the
 * simulator. All that it points to must stay in place until the program ends, and the files unchanged as
 * well: they are hashed and read where they lie (client.def). A connect that finds others there starts anew
 * with those, as with any other server; a connection that is open at the time may fail. Once per wake, and as
 * early as can be: after three crashes in a row it does not return, but prints the wake's line with
 * `"endedBy":"crashes"` and sleeps (`wake_deadline_s`), and a crash that comes before it is not counted.
 *
 * NVS, the network interface and the default event loop are made if the application has not made them; NVS
 * that other firmware has left full or in a newer format is erased.
 * WH_USAGE_ARGUMENT: no `ssid`, or one too long. WH_USAGE_STATE: started already. WH_PLATFORM_MEMORY: a task
 * or the Wi-Fi driver could not be made. */
WH_MUST_CHECK int wh_esp32_start(const wh_device_config *config);

/** Connects to a TLS server, waiting for the network and for the handshake: with the stored session if there
 * is one for this server, in full otherwise or when that fails. A connection that is open is closed first.
 *
 * `host`: at most 253 bytes, copied. Only IPv4 is spoken where the firmware is built with
 * `CONFIG_LWIP_IPV6=n`, as it is for the boards of this project; an IPv6 address is an unknown host there.
 * WH_USAGE_STATE: not started. Others: why it failed (errors.h): WH_NETWORK_*, of the network, of the name or
 * of TCP, with WH_NETWORK_TIMEOUT for a server that did not answer in time; WH_PEER_*, of TLS; WH_PLATFORM_*;
 * WH_USAGE_*. wh_esp32_error() says the same in words. */
WH_MUST_CHECK int wh_esp32_connect(const char *host, uint16_t port);

/** Sends `size` bytes in order. They are copied; the call returns before they have left.
 *
 * WH_USAGE_STATE: no connection is open. WH_PLATFORM_MEMORY: more is waiting than can be kept (32 KB); the
 * connection is closed then. */
WH_MUST_CHECK int wh_esp32_send(const void *bytes, size_t size);

/** Waits for bytes, at most `wait_ms` milliseconds. Returns how many came; 0: none in time, or the server has
 * closed, which wh_esp32_is_open() tells. WH_USAGE_STATE: no connection is open. WH_PEER_*, WH_NETWORK_*,
 * WH_PLATFORM_MEMORY: the connection has failed, after all bytes that came. */
WH_MUST_CHECK int wh_esp32_recv(void *out, size_t size, uint32_t wait_ms);

/** True from a connect to its end, by either side. */
bool wh_esp32_is_open(void);

/** Closes: sends what is written, waits for a ticket that is worth it, says goodbye, keeps the session.
 * Returns when all that is done, at the latest after 7 s. */
void wh_esp32_close(void);

/** What the last connect did, settled once it is closed. The port's, until the next connect. */
const wh_outcome *wh_esp32_outcome(void);

/** One line about what ended the last connect, "" if nothing did. Static storage. */
const char *wh_esp32_error(void);

/** Closes, takes the time if it was asked for, switches Wi-Fi off, prints the wake's log line, and sleeps
 * deeply for so many seconds. The next wake begins in app_main(). */
__attribute__((noreturn)) void wh_esp32_sleep(uint32_t seconds);

#ifdef __cplusplus
}
#endif

#endif
