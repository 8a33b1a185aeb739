/** @file
 * warmhello for Arduino on the ESP32: a TLS client whose session outlives deep sleep, in the place of
 * NetworkClientSecure (arduino-esp32 3.x) or WiFiClientSecure (2.x).
 *
 *     #include <WarmClient.h>
 *
 *     WarmClient client; // was: NetworkClientSecure client;
 *     client.setCACert(root);
 *     HTTPClient http;
 *     http.begin(client, "https://example.com/readings");
 *     http.POST("21.5");
 *     http.end();
 *     client.stop();
 *     esp_sleep_enable_timer_wakeup(600ULL * 1000 * 1000);
 *     esp_deep_sleep_start();
 *
 * All that a sketch calls is called as before. Wi-Fi is the sketch's, and must be on before connect(): the
 * random numbers come from the radio. Sessions are written when they come, so nothing has to be done before
 * deep sleep. They lie in RTC RAM, and in flash too if the sketch's partitions.csv has the partition of
 * firmware/examples/ arduino_client; without it they last until the power goes.
 *
 * Only servers that are verified are spoken to, since a session that was kept from another would make the
 * next connection as unsafe. What the classes above offer beyond that is refused and not ignored: it logs an
 * error, connect() returns 0 and lastError() says why. That is setInsecure(), setPlainStart() with
 * startTLS(), and setCiphers(). verify(), getPeerCertificate() and
 * getFingerprintSHA256() do not exist, nor does the constructor from a socket, so that a sketch with them
 * does not compile: a session that is resumed has no certificate to look at.
 *
 * Copies share the connection that was open when they were made, which closes when the last of them goes or
 * any of them calls stop(). Settings are each copy's own. One task at a time uses a connection; several
 * connections may be open in several tasks. A full handshake takes 4 KB of the calling task's stack, and the
 * loop has 8.
 */
#ifndef WARM_CLIENT_H
#define WARM_CLIENT_H

#include <Arduino.h>
#include <memory>
#include <string>

#if ESP_ARDUINO_VERSION_MAJOR >= 3
#include <NetworkClient.h>
#else
#include <WiFiClient.h>
#endif

#include "warmhello/outcome.h"

#if ESP_ARDUINO_VERSION_MAJOR >= 3
/** What a WarmClient is, besides. */
using WarmClientBase = NetworkClient;
#else
using WarmClientBase = WiFiClient;
#endif

class WarmConnection;

/** A TLS client that resumes. */
class WarmClient : public WarmClientBase
{
  public:
    WarmClient();
    WarmClient(const WarmClient &other) = default;
    WarmClient &operator=(const WarmClient &other);
    /** Closes as stop() does, unless a copy still has the connection. */
    ~WarmClient() override;

    /** @name Connect
     * Returns 1, or 0 after an error that lastError() tells. A connection of this client is left first, and
     * is closed unless a copy has it.
     *
     * `timeout`, in milliseconds, is how long name and TCP may take, and all that waits later; as
     * setConnectionTimeout() (3.x) and setTimeout() (2.x). The handshake's time comes on top. Without either
     * all together has 20 s.
     *
     * An address must be in the server's certificate, as a name must. Files that are given here are this
     * connection's only.
     * @{ */
    int connect(IPAddress ip, uint16_t port) override;
    int connect(IPAddress ip, uint16_t port, int32_t timeout) override;
    int connect(const char *host, uint16_t port) override;
    int connect(const char *host, uint16_t port, int32_t timeout) override;
    int connect(const IPAddress &ip, uint16_t port, const char *ca, const char *certificate, const char *key);
    int connect(const char *host, uint16_t port, const char *ca, const char *certificate, const char *key);
    /** To an address, of a server whose certificate has the name `host`. */
    int connect(const IPAddress &ip, uint16_t port, const char *host, const char *ca, const char *certificate,
                const char *key);
    /** With another pre-shared key than that of setPreSharedKey(). */
    int connect(const IPAddress &ip, uint16_t port, const char *psk_identity, const char *psk_key);
    int connect(const char *host, uint16_t port, const char *psk_identity, const char *psk_key);
    /** @} */

    /** @name The connection
     * As Arduino's Client has it.
     * @{ */
    /** Whether the server may still be written to, or bytes of it are left to read. */
    uint8_t connected() override;
    /** How many bytes can be read at once. */
    int available() override;
    /** The next byte, or -1 if none is there. */
    int read() override;
    /** Reads what is there, `size` bytes at most. -1: nothing. */
    int read(uint8_t *bytes, size_t size) override;
    /** The next byte, which stays; -1 if none is there. */
    int peek() override;
    /** Waits for `length` bytes, each as long as Stream's timeout. Returns how many came. */
    size_t readBytes(char *bytes, size_t length) override;
    size_t readBytes(uint8_t *bytes, size_t length) override;
    size_t write(uint8_t byte) override;
    /** Returns how many bytes were taken: fewer than `size` after the timeout, or when the connection has
     * failed. */
    size_t write(const uint8_t *bytes, size_t size) override;
    using WarmClientBase::write;
    /** Nothing: what was written has left already. */
    void flush() override;
    /** Drops what has come and was not read. */
    void clear();
    /** Closes in an orderly way, and waits for a ticket that is worth it: 7 s at most, and mostly none. What
     * was not read is dropped. */
    void stop() override;
    /** The TCP socket, or -1. Not for reading and writing. */
    int fd() const; // NOLINT(clang-diagnostic-inconsistent-missing-override): virtual in some versions
    operator bool() override;
    /** @} */

    /** @name Whom to trust
     * PEM, which must stay as it is as long as the client is used; NULL for none.
     * @{ */
    /** One CA or more. It takes back setInsecure(). */
    void setCACert(const char *ca);
#if ESP_ARDUINO_VERSION_MAJOR >= 3
    /** A certificate bundle of ESP-IDF. It counts where no CA is given. */
    void setCACertBundle(const uint8_t *bundle, size_t size);
    /** That of arduino-esp32 itself: all public CAs. */
    void useBuiltinCACertBundle();
#else
    /** A certificate bundle of ESP-IDF. It counts where no CA is given. */
    void setCACertBundle(const uint8_t *bundle);
#endif
    /** The device's own, for servers that ask for it. Needs both; a key with a passphrase is refused. */
    void setCertificate(const char *certificate);
    void setPrivateKey(const char *key);
    /** A key that the server knows by `identity`, as 32 to 128 hexadecimal digits; both are copied, and NULL
     * takes it back. Where there is no session it is what the server must know. Without a CA and a bundle it
     * is all that opens a connection, and no certificate does. Beside one a server that does not know it goes
     * by certificate, where NetworkClientSecure leaves the key out. In TLS 1.2 a server must have
     * ECDHE-PSK-CHACHA20-POLY1305 or ECDHE-PSK-AES128-GCM-SHA256. Anything else makes connect() fail. */
    void setPreSharedKey(const char *identity, const char *key);
    /** Reads `size` bytes, PEM or DER, and keeps them. False: they did not come, or there is no memory. */
    bool loadCACert(Stream &stream, size_t size);
    bool loadCertificate(Stream &stream, size_t size);
    bool loadPrivateKey(Stream &stream, size_t size);
    /** @} */

    /** For sketches without Wi-Fi, as with Ethernet: the chip's random generator is a true one all the same,
     * as after bootloader_random_enable(). For all clients; without it connect() fails while Wi-Fi is off. */
    static void setHasEntropy(bool has_entropy);
    /** How long TLS may take, in seconds; 0 for the default. */
    void setHandshakeTimeout(unsigned long seconds);
    /** Whether what is written first may leave with the hello, where the server allows it. It may then arrive
     * twice, and whoever has recorded it can send it again: only for what does no harm when it is done twice.
     * A connect() may then return before the network was asked for anything. False unless set. */
    void setEarlyData(bool consents);
    /** Application protocols, best first; the list ends with NULL, and must stay as it is. */
    void setAlpnProtocols(const char **protocols);
#if ESP_ARDUINO_VERSION_MAJOR < 3
    /** In seconds: for connect(), and for all that waits. Returns 0. */
    int setTimeout(uint32_t seconds) override;
    /** As setsockopt(). */
    int setSocketOption(int option, char *value, size_t size) const;
    int setSocketOption(int level, int option, const void *value, size_t size) const;
#endif

    /** @name Refused
     * Each of these makes connect() fail.
     * @{ */
    void setInsecure();
    void setPlainStart();
    /** False. */
    static bool stillInPlainStart();
    /** Returns 0. */
    static int startTLS();
    /** Returns false. */
    bool setCiphers(const int *list, size_t count);
    /** @} */

    /** What ended the last connection, kept it from opening, or met stop() so that what was written is lost:
     * its number in warmhello/errors.h, and `text` for people; 0 and "" for nothing. */
    int lastError(char *text, size_t size);

    /** What the last connect did: resumed or not, and why; settled by stop(). It is this client's until the
     * next connect(). */
    const wh_outcome &outcome() const;

    bool operator==(bool value);
    bool operator!=(bool value);
    /** Whether both share a connection. */
    bool operator==(const WarmClient &other);
    bool operator!=(const WarmClient &other);

  private:
    /** Bytes of somebody else's, or of a stream and ours. */
    struct File {
        const uint8_t *bytes = nullptr;
        size_t size = 0;
        std::shared_ptr<uint8_t> loaded;

        static File of(const char *text);
        bool load(Stream &stream, size_t count);
        /** Of hexadecimal digits; false: they are none, or there is no memory. */
        bool decode(const char *digits);
    };

    struct PreSharedKey {
        std::string identity;
        File key;
        /** One was given that cannot be used. */
        bool isBad = false;

        static PreSharedKey of(const char *identity, const char *key);
    };

    friend class WarmConnection;

    void refuse(unsigned what);
    int open(const char *host, const char *tcp_host, uint16_t port, const File &ca, const File &certificate,
             const File &key);
    int open(const char *host, const char *tcp_host, uint16_t port, const File &ca, const File &certificate,
             const File &key, const PreSharedKey &shared);
    uint32_t waitMs() const;

    std::shared_ptr<WarmConnection> connection;
    File caFile;
    File bundleFile;
    File certificateFile;
    File keyFile;
    PreSharedKey psk;
    const char **alpn = nullptr;
    uint32_t handshakeMs = 0;
    bool earlyData = false;
    unsigned refused = 0;
};

#if ESP_ARDUINO_VERSION_MAJOR >= 3
/* Here, so that the bundle is in the firmware of those sketches only that ask for it. */
extern const uint8_t warm_builtin_bundle[] __asm__("_binary_x509_crt_bundle_start");
extern const uint8_t warm_builtin_bundle_end[] __asm__("_binary_x509_crt_bundle_end");

inline void WarmClient::useBuiltinCACertBundle()
{
    setCACertBundle(warm_builtin_bundle, static_cast<size_t>(warm_builtin_bundle_end - warm_builtin_bundle));
}
#endif

#endif
