/* libraries/WiFi/src/WiFiClient.h, of 2.x. */
#ifndef WH_WIFI_CLIENT_H
#define WH_WIFI_CLIENT_H

#include <memory>

#include "Arduino.h"

class WiFiClientSocketHandle;
class WiFiClientRxBuffer;

class ESPLwIPClient : public Client
{
  public:
    using Client::connect;
    virtual int connect(IPAddress ip, uint16_t port, int32_t timeout) = 0;
    virtual int connect(const char *host, uint16_t port, int32_t timeout) = 0;
    virtual int setTimeout(uint32_t seconds) = 0;
};

class WiFiClient : public ESPLwIPClient
{
  public:
    WiFiClient *next;
    WiFiClient();
    WiFiClient(const WiFiClient &other) = default;
    ~WiFiClient();
    int connect(IPAddress ip, uint16_t port);
    int connect(IPAddress ip, uint16_t port, int32_t timeout);
    int connect(const char *host, uint16_t port);
    int connect(const char *host, uint16_t port, int32_t timeout);
    size_t write(uint8_t byte);
    size_t write(const uint8_t *bytes, size_t size);
    size_t write(Stream &stream);
    int available();
    int read();
    int read(uint8_t *bytes, size_t size);
    int peek();
    void flush();
    void stop();
    uint8_t connected();
    operator bool();
    WiFiClient &operator=(const WiFiClient &other);
    bool operator==(bool value);
    bool operator!=(bool value);
    bool operator==(const WiFiClient &other);
    bool operator!=(const WiFiClient &other);
    int fd() const;
    int setSocketOption(int option, char *value, size_t size);
    int setSocketOption(int level, int option, const void *value, size_t size);
    int setTimeout(uint32_t seconds);
    using Print::write;

  protected:
    std::shared_ptr<WiFiClientSocketHandle> clientSocketHandle;
    std::shared_ptr<WiFiClientRxBuffer> _rxBuffer;
    bool _connected = false;
    int _timeout;
};

#endif
