/* What of arduino-esp32 a WarmClient does not take the place of, as it behaves there: without TLS nothing is
 * connected. */
#include "Arduino.h"

// NOLINTBEGIN(readability-*,bugprone-unhandled-self-assignment,cert-oop54-cpp): as others have written it

#if ESP_ARDUINO_VERSION_MAJOR >= 3
#include "NetworkClient.h"
#define Plain NetworkClient
#else
#include "WiFiClient.h"
#define Plain WiFiClient
#endif

size_t Stream::readBytes(char *bytes, size_t length)
{
    size_t got = 0;
    for (int byte = read(); got < length && byte >= 0; byte = read()) {
        bytes[got++] = static_cast<char>(byte);
    }
    return got;
}

size_t Stream::readBytes(uint8_t *bytes, size_t length)
{
    return readBytes(reinterpret_cast<char *>(bytes), length);
}

Plain::Plain() : next(nullptr), _timeout(3000)
{
}

int Plain::connect(IPAddress ip, uint16_t port)
{
    return connect(ip, port, _timeout);
}

int Plain::connect(IPAddress /*ip*/, uint16_t /*port*/, int32_t /*timeout*/)
{
    return 0;
}

int Plain::connect(const char *host, uint16_t port)
{
    return connect(host, port, _timeout);
}

int Plain::connect(const char * /*host*/, uint16_t /*port*/, int32_t /*timeout*/)
{
    return 0;
}

size_t Plain::write(uint8_t byte)
{
    return write(&byte, 1);
}

size_t Plain::write(const uint8_t * /*bytes*/, size_t /*size*/)
{
    return 0;
}

/* By the virtual write. */
size_t Plain::write(Stream &stream)
{
    size_t written = 0;
    for (int byte = stream.read(); byte >= 0; byte = stream.read()) {
        auto octet = static_cast<uint8_t>(byte);
        written += write(&octet, 1);
    }
    return written;
}

int Plain::available()
{
    return 0;
}

int Plain::read()
{
    return -1;
}

int Plain::read(uint8_t * /*bytes*/, size_t /*size*/)
{
    return -1;
}

int Plain::peek()
{
    return -1;
}

void Plain::flush()
{
}

void Plain::stop()
{
    clientSocketHandle = nullptr;
    _rxBuffer = nullptr;
    _connected = false;
}

uint8_t Plain::connected()
{
    return _connected;
}

Plain::operator bool()
{
    return connected();
}

bool Plain::operator==(bool value)
{
    return static_cast<bool>(*this) == value;
}

bool Plain::operator!=(bool value)
{
    return static_cast<bool>(*this) != value;
}

bool Plain::operator==(const Plain &other)
{
    return clientSocketHandle == other.clientSocketHandle;
}

bool Plain::operator!=(const Plain &other)
{
    return clientSocketHandle != other.clientSocketHandle;
}

int Plain::fd() const
{
    return -1;
}

int Plain::setSocketOption(int /*level*/, int /*option*/, const void * /*value*/, size_t /*size*/)
{
    return -1;
}

#if ESP_ARDUINO_VERSION_MAJOR >= 3

size_t NetworkClient::readBytes(char *bytes, size_t length)
{
    return Stream::readBytes(bytes, length);
}

size_t NetworkClient::readBytes(uint8_t *bytes, size_t length)
{
    return Stream::readBytes(bytes, length);
}

void NetworkClient::setConnectionTimeout(uint32_t milliseconds)
{
    _timeout = static_cast<int>(milliseconds);
}

#else

WiFiClient::~WiFiClient()
{
    WiFiClient::stop();
}

/* Stops by the virtual stop(), and copies only what is its own. */
WiFiClient &WiFiClient::operator=(const WiFiClient &other)
{
    stop();
    clientSocketHandle = other.clientSocketHandle;
    _rxBuffer = other._rxBuffer;
    _connected = other._connected;
    return *this;
}

int WiFiClient::setSocketOption(int option, char *value, size_t size)
{
    return setSocketOption(0, option, value, size);
}

int WiFiClient::setTimeout(uint32_t seconds)
{
    Stream::setTimeout(seconds * 1000UL);
    _timeout = static_cast<int>(seconds) * 1000;
    return 0;
}

#endif

// NOLINTEND(readability-*,bugprone-unhandled-self-assignment,cert-oop54-cpp)
