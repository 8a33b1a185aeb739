#include "WarmClient.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>

#include "warmhello/machine_esp32.h"
#include "warmhello/socket.h"
#include "wipe.h"

namespace
{

/* What TCP and TLS have when only one of their limits is told, and how long a write may stand still, in
 * milliseconds. */
constexpr uint32_t PART_MS = 10000;
constexpr uint32_t STILL_MS = 30000;
/* A limit of connect.h: 24 days. */
constexpr uint32_t LONGEST_MS = 24UL * 24 * 3600 * 1000;

bool entropy_is_true = false;

enum Refused : unsigned {
    INSECURE = 1,
    PRE_SHARED_KEY = 2,
    PLAIN_START = 4,
    CIPHERS = 8,
};

const char *text_of(unsigned refused)
{
    if ((refused & INSECURE) != 0) {
        return "setInsecure: only servers that are verified are spoken to; give the CA by setCACert";
    }
    if ((refused & PRE_SHARED_KEY) != 0) {
        return "setPreSharedKey: an identity has 1 to 64 characters, and a key 32 to 128 hexadecimal digits";
    }
    if ((refused & PLAIN_START) != 0) {
        return "setPlainStart: TLS begins with the connection, there is no startTLS";
    }
    return "setCiphers: the cipher suites are the library's own";
}

uint32_t sum_ms(uint32_t a, uint32_t b)
{
    return a < LONGEST_MS - std::min(b, LONGEST_MS) ? a + b : LONGEST_MS;
}

/* Comma-separated, as the core has it. */
std::string list_of(const char *const *protocols)
{
    std::string list;
    for (; protocols != nullptr && *protocols != nullptr; protocols++) {
        list += list.empty() ? "" : ",";
        list += *protocols;
    }
    return list;
}

} // namespace

/* ---- One connection, shared by copies --------------------------------------------------------------------
 */

class WarmConnection
{
  public:
    WarmConnection() = default;
    WarmConnection(const WarmConnection &) = delete;
    WarmConnection &operator=(const WarmConnection &) = delete;
    ~WarmConnection()
    {
        close();
    }

    /* Files that a client has loaded, and may replace while the core reads them. */
    using Kept = std::array<std::shared_ptr<uint8_t>, 4>;

    /* `tcp_ms`: how long name and TCP may take, or 0 for no limit of their own. */
    bool open(const wh_client_config &config, const wh_socket_options &options, uint32_t tcp_ms,
              const Kept &files);
    void refuse(const char *why);
    int read(uint8_t *out, size_t size, uint32_t wait_ms);
    int peek();
    int available();
    size_t write(const uint8_t *bytes, size_t size, uint32_t still_ms);
    void stop();

    bool isOpen() const
    {
        return socket != nullptr;
    }
    int fd() const
    {
        return socket != nullptr ? wh_socket_tcp(socket) : -1;
    }
    int lastError() const
    {
        return error;
    }
    const char *errorText() const;
    const wh_outcome &outcome() const
    {
        return socket != nullptr ? *wh_socket_outcome(socket) : last;
    }

  private:
    int shake(uint32_t tcp_ms);
    void over(int why);
    void close();
    bool fill(uint32_t wait_ms);

    wh_socket *socket = nullptr;
    /* What is written may be early data. */
    bool opens_early = false;
    wh_outcome last = {};
    int error = WH_OK;
    const char *refusal = nullptr;
    Kept kept;
    /* What was read ahead, since sketches read byte by byte. */
    uint8_t ahead[256];
    size_t from = 0;
    size_t to = 0;
};

bool WarmConnection::open(const wh_client_config &config, const wh_socket_options &options, uint32_t tcp_ms,
                          const Kept &files)
{
    kept = files;
    int result = wh_esp32_machine_use(entropy_is_true);
    if (result == WH_OK) {
        result = wh_socket_open(&config, &options, &socket);
    }
    if (result == WH_OK) {
        opens_early = config.policy.early_data;
        result = shake(tcp_ms);
    }
    if (result != WH_OK) {
        over(result);
        log_e("%s:%u: %s", config.host, static_cast<unsigned>(config.port), wh_error_meaning(result));
        return false;
    }
    wh_esp32_machine_learn(wh_socket_outcome(socket));
    return true;
}

int WarmConnection::shake(uint32_t tcp_ms)
{
    uint32_t wait_ms = tcp_ms != 0 ? tcp_ms : WH_SOCKET_WAIT;
    int result = opens_early ? wh_socket_await_room(socket, wait_ms) : wh_socket_handshake(socket, wait_ms);
    if (result != WH_SOCKET_AGAIN) {
        return result;
    }
    bool is_tcp_up = outcome().total_tx != 0;
    return is_tcp_up ? wh_socket_handshake(socket, WH_SOCKET_WAIT) : WH_NETWORK_TIMEOUT;
}

void WarmConnection::refuse(const char *why)
{
    error = WH_USAGE_ARGUMENT;
    refusal = why;
    log_e("%s", why);
}

const char *WarmConnection::errorText() const
{
    return refusal != nullptr ? refusal : error != WH_OK ? wh_error_meaning(error) : "";
}

void WarmConnection::over(int why)
{
    error = why;
    close();
}

void WarmConnection::close()
{
    if (socket != nullptr) {
        int lost = wh_socket_finish(socket);
        error = error != WH_OK ? error : lost;
        last = *wh_socket_outcome(socket);
        wh_socket_close(socket);
        socket = nullptr;
        if (opens_early) {
            wh_esp32_machine_learn(&last); /* the handshake may have come after the connect */
        }
    }
    kept = {}; /* also where no socket came about */
}

/* The sketch wants no more of it: HTTPClient takes a client with bytes left for a connected one. */
void WarmConnection::stop()
{
    close();
    from = to;
}

/* Reads ahead, when nothing is. */
bool WarmConnection::fill(uint32_t wait_ms)
{
    if (from == to) {
        int got = socket != nullptr ? wh_socket_read(socket, ahead, sizeof ahead, wait_ms) : WH_SOCKET_AGAIN;
        from = 0;
        to = got > 0 ? static_cast<size_t>(got) : 0;
        if (got <= 0 && got != WH_SOCKET_AGAIN) {
            over(got);
        }
    }
    return from < to;
}

int WarmConnection::read(uint8_t *out, size_t size, uint32_t wait_ms)
{
    if (!fill(wait_ms)) {
        return -1;
    }
    size_t taken = std::min(size, to - from);
    memcpy(out, ahead + from, taken);
    from += taken;
    return static_cast<int>(taken);
}

int WarmConnection::peek()
{
    return fill(0) ? ahead[from] : -1;
}

int WarmConnection::available()
{
    (void)fill(0);
    return static_cast<int>(to - from + (socket != nullptr ? wh_socket_pending(socket) : 0));
}

/* A write also ends when the server waits for the sketch to read first (socket.h). */
size_t WarmConnection::write(const uint8_t *bytes, size_t size, uint32_t still_ms)
{
    size_t sent = 0;
    for (int taken = 0; socket != nullptr && sent < size && taken >= 0;) {
        taken = wh_socket_write(socket, bytes + sent, size - sent, still_ms);
        if (taken > 0) {
            sent += static_cast<size_t>(taken);
        } else if (taken != WH_SOCKET_AGAIN) {
            over(taken);
        }
    }
    return sent;
}

/* ---- The client ------------------------------------------------------------------------------------------
 */

WarmClient::WarmClient()
{
    _timeout = 0; // not set
}

WarmClient &WarmClient::operator=(const WarmClient &other)
{
    if (this != &other) {
        static_cast<Stream &>(*this) = other; // not by WiFiClient, which would stop the connection
        _timeout = other._timeout;
        connection = other.connection;
        caFile = other.caFile;
        bundleFile = other.bundleFile;
        certificateFile = other.certificateFile;
        keyFile = other.keyFile;
        alpn = other.alpn;
        handshakeMs = other.handshakeMs;
        psk = other.psk;
        earlyData = other.earlyData;
        refused = other.refused;
    }
    return *this;
}

WarmClient::~WarmClient() = default;

uint32_t WarmClient::waitMs() const
{
    return _timeout > 0 ? static_cast<uint32_t>(_timeout) : 0;
}

int WarmClient::open(const char *host, const char *tcp_host, uint16_t port, const File &ca,
                     const File &certificate, const File &key)
{
    return open(host, tcp_host, port, ca, certificate, key, psk);
}

int WarmClient::open(const char *host, const char *tcp_host, uint16_t port, const File &ca,
                     const File &certificate, const File &key, const PreSharedKey &shared)
{
    connection = nullptr; // closes it, before the next one looks for its session
    connection = std::make_shared<WarmConnection>();
    unsigned why = refused | (shared.isBad ? PRE_SHARED_KEY : 0U);
    if (why != 0) {
        connection->refuse(text_of(why));
        return 0;
    }
    const File &trusted = ca.bytes != nullptr ? ca : bundleFile;
    std::string protocols = list_of(alpn);
    wh_client_config config = {};
    config.host = host;
    config.port = port;
    config.alpn = protocols.empty() ? nullptr : protocols.c_str();
    config.ca = trusted.bytes;
    config.ca_size = trusted.size;
    config.certificate = certificate.bytes;
    config.certificate_size = certificate.size;
    config.key = key.bytes;
    config.key_size = key.size;
    config.psk_identity = shared.identity.empty() ? nullptr : shared.identity.c_str();
    config.psk_key = shared.key.bytes;
    config.psk_key_size = shared.key.size;
    config.policy.early_data = earlyData;
    wh_socket_options options = {};
    options.tcp_host = tcp_host;
    uint32_t tcp_ms = waitMs();
    if (tcp_ms != 0 || handshakeMs != 0) {
        options.timeout_ms = sum_ms(tcp_ms != 0 ? tcp_ms : PART_MS, handshakeMs != 0 ? handshakeMs : PART_MS);
    }
    WarmConnection::Kept files = {trusted.loaded, certificate.loaded, key.loaded, shared.key.loaded};
    return connection->open(config, options, tcp_ms, files) ? 1 : 0;
}

int WarmClient::connect(IPAddress ip, uint16_t port)
{
    return connect(ip.toString().c_str(), port);
}

int WarmClient::connect(IPAddress ip, uint16_t port, int32_t timeout)
{
    _timeout = timeout;
    return connect(ip, port);
}

int WarmClient::connect(const char *host, uint16_t port)
{
    return open(host, nullptr, port, caFile, certificateFile, keyFile);
}

int WarmClient::connect(const char *host, uint16_t port, int32_t timeout)
{
    _timeout = timeout;
    return connect(host, port);
}

int WarmClient::connect(const IPAddress &ip, uint16_t port, const char *ca, const char *certificate,
                        const char *key)
{
    return connect(ip.toString().c_str(), port, ca, certificate, key);
}

int WarmClient::connect(const char *host, uint16_t port, const char *ca, const char *certificate,
                        const char *key)
{
    return open(host, nullptr, port, File::of(ca), File::of(certificate), File::of(key));
}

int WarmClient::connect(const IPAddress &ip, uint16_t port, const char *host, const char *ca,
                        const char *certificate, const char *key)
{
    return open(host, ip.toString().c_str(), port, File::of(ca), File::of(certificate), File::of(key));
}

int WarmClient::connect(const IPAddress &ip, uint16_t port, const char *psk_identity, const char *psk_key)
{
    return connect(ip.toString().c_str(), port, psk_identity, psk_key);
}

int WarmClient::connect(const char *host, uint16_t port, const char *psk_identity, const char *psk_key)
{
    return open(host, nullptr, port, caFile, certificateFile, keyFile,
                PreSharedKey::of(psk_identity, psk_key));
}

uint8_t WarmClient::connected()
{
    return connection != nullptr && (connection->available() > 0 || connection->isOpen()) ? 1 : 0;
}

int WarmClient::available()
{
    return connection != nullptr ? connection->available() : 0;
}

int WarmClient::read()
{
    uint8_t byte = 0;
    return read(&byte, 1) == 1 ? byte : -1;
}

int WarmClient::read(uint8_t *bytes, size_t size)
{
    return connection != nullptr && bytes != nullptr ? connection->read(bytes, size, 0) : -1;
}

int WarmClient::peek()
{
    return connection != nullptr ? connection->peek() : -1;
}

size_t WarmClient::readBytes(char *bytes, size_t length)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the same bytes
    return readBytes(reinterpret_cast<uint8_t *>(bytes), length);
}

size_t WarmClient::readBytes(uint8_t *bytes, size_t length)
{
    size_t got = 0;
    while (connection != nullptr && got < length) {
        int came = connection->read(bytes + got, length - got, getTimeout());
        if (came <= 0) {
            break;
        }
        got += static_cast<size_t>(came);
    }
    return got;
}

size_t WarmClient::write(uint8_t byte)
{
    return write(&byte, 1);
}

size_t WarmClient::write(const uint8_t *bytes, size_t size)
{
    uint32_t wait_ms = waitMs();
    size_t sent =
        connection != nullptr ? connection->write(bytes, size, wait_ms != 0 ? wait_ms : STILL_MS) : 0;
    if (sent < size) {
        setWriteError();
    }
    return sent;
}

void WarmClient::flush()
{
}

void WarmClient::clear()
{
    uint8_t dropped[64];
    while (available() > 0 && read(dropped, sizeof dropped) > 0) {
    }
}

void WarmClient::stop()
{
    if (connection != nullptr) {
        connection->stop();
    }
}

int WarmClient::fd() const
{
    return connection != nullptr ? connection->fd() : -1;
}

WarmClient::operator bool()
{
    return connected() != 0;
}

/* ---- Settings --------------------------------------------------------------------------------------------
 */

WarmClient::File WarmClient::File::of(const char *text)
{
    File file;
    if (text != nullptr) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the same bytes
        file.bytes = reinterpret_cast<const uint8_t *>(text);
        file.size = strlen(text);
    }
    return file;
}

bool WarmClient::File::load(Stream &stream, size_t count)
{
    std::shared_ptr<uint8_t> memory(static_cast<uint8_t *>(malloc(count)), free);
    if (memory == nullptr || stream.readBytes(memory.get(), count) != count) {
        return false;
    }
    bytes = memory.get();
    size = count;
    loaded = memory;
    return true;
}

/* The value of a hexadecimal digit, or -1. */
static int digit(char text)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, tolower(static_cast<unsigned char>(text)));
    return text != '\0' && at != nullptr ? static_cast<int>(at - digits) : -1;
}

/* A secret: it is overwritten before its memory is given back. */
bool WarmClient::File::decode(const char *digits)
{
    size_t count = strlen(digits) / 2;
    std::shared_ptr<uint8_t> memory(static_cast<uint8_t *>(malloc(count + 1)), [count](uint8_t *secret) {
        if (secret != nullptr) {
            wh_wipe(secret, count);
        }
        free(secret);
    });
    if (memory == nullptr || strlen(digits) % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int high = digit(digits[2 * i]);
        int low = digit(digits[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        memory.get()[i] = static_cast<uint8_t>(high << 4 | low);
    }
    bytes = memory.get();
    size = count;
    loaded = memory;
    return true;
}

WarmClient::PreSharedKey WarmClient::PreSharedKey::of(const char *identity, const char *key)
{
    PreSharedKey made;
    if (identity != nullptr && key != nullptr) {
        made.identity = identity;
        made.isBad = !made.key.decode(key) || !wh_client_psk_fits(identity, made.key.size);
    }
    return made;
}

void WarmClient::setPreSharedKey(const char *identity, const char *key)
{
    psk = PreSharedKey::of(identity, key);
    if (psk.isBad) {
        log_e("%s", text_of(PRE_SHARED_KEY));
    }
}

void WarmClient::setCACert(const char *ca)
{
    caFile = File::of(ca);
    refused &= ~INSECURE;
}

#if ESP_ARDUINO_VERSION_MAJOR >= 3

void WarmClient::setCACertBundle(const uint8_t *bundle, size_t size)
{
    bundleFile = File();
    if (bundle != nullptr && size != 0) {
        bundleFile.bytes = bundle;
        bundleFile.size = size;
    }
}

#else

static size_t number(const uint8_t *bytes)
{
    return static_cast<size_t>(bytes[0]) << 8 | bytes[1];
}

/* The bundle of ESP-IDF 4.4 tells its size nowhere: a count, then for each certificate the sizes of name and
 * key, and these. */
void WarmClient::setCACertBundle(const uint8_t *bundle)
{
    bundleFile = File();
    if (bundle != nullptr) {
        size_t size = 2;
        for (size_t left = number(bundle); left > 0; left--) {
            size += 4 + number(bundle + size) + number(bundle + size + 2);
        }
        bundleFile.bytes = bundle;
        bundleFile.size = size;
    }
}

int WarmClient::setTimeout(uint32_t seconds)
{
    uint32_t ms = std::min(seconds, LONGEST_MS / 1000) * 1000;
    Stream::setTimeout(ms);
    _timeout = static_cast<int>(ms);
    return 0;
}

int WarmClient::setSocketOption(int option, char *value, size_t size) const
{
    return setSocketOption(SOL_SOCKET, option, value, size);
}

int WarmClient::setSocketOption(int level, int option, const void *value, size_t size) const
{
    return setsockopt(fd(), level, option, value, static_cast<socklen_t>(size));
}

#endif

void WarmClient::setCertificate(const char *certificate)
{
    certificateFile = File::of(certificate);
}

void WarmClient::setPrivateKey(const char *key)
{
    keyFile = File::of(key);
}

bool WarmClient::loadCACert(Stream &stream, size_t size)
{
    bool done = caFile.load(stream, size);
    if (done) {
        refused &= ~INSECURE;
    }
    return done;
}

bool WarmClient::loadCertificate(Stream &stream, size_t size)
{
    return certificateFile.load(stream, size);
}

bool WarmClient::loadPrivateKey(Stream &stream, size_t size)
{
    return keyFile.load(stream, size);
}

void WarmClient::setEarlyData(bool consents)
{
    earlyData = consents;
}

void WarmClient::setHandshakeTimeout(unsigned long seconds)
{
    handshakeMs = static_cast<uint32_t>(std::min<unsigned long>(seconds, LONGEST_MS / 1000) * 1000);
}

void WarmClient::setHasEntropy(bool has_entropy)
{
    entropy_is_true = has_entropy;
}

void WarmClient::setAlpnProtocols(const char **protocols)
{
    alpn = protocols;
}

/* ---- Refused ---------------------------------------------------------------------------------------------
 */

void WarmClient::refuse(unsigned what)
{
    refused |= what;
    log_e("%s", text_of(what));
}

void WarmClient::setInsecure()
{
    refuse(INSECURE);
}

void WarmClient::setPlainStart()
{
    refuse(PLAIN_START);
}

bool WarmClient::stillInPlainStart()
{
    return false;
}

int WarmClient::startTLS()
{
    log_e("%s", text_of(PLAIN_START));
    return 0;
}

bool WarmClient::setCiphers(const int * /*list*/, size_t /*count*/)
{
    refuse(CIPHERS);
    return false;
}

/* ---- What came of it -------------------------------------------------------------------------------------
 */

int WarmClient::lastError(char *text, size_t size)
{
    if (text != nullptr && size != 0) {
        snprintf(text, size, "%s", connection != nullptr ? connection->errorText() : "");
    }
    return connection != nullptr ? connection->lastError() : WH_OK;
}

const wh_outcome &WarmClient::outcome() const
{
    static const wh_outcome none = {};
    return connection != nullptr ? connection->outcome() : none;
}

bool WarmClient::operator==(bool value)
{
    return static_cast<bool>(*this) == value;
}

bool WarmClient::operator!=(bool value)
{
    return static_cast<bool>(*this) != value;
}

bool WarmClient::operator==(const WarmClient &other)
{
    return connection == other.connection;
}

bool WarmClient::operator!=(const WarmClient &other)
{
    return connection != other.connection;
}
