/* libraries/Network/src/NetworkClient.h, of 3.x. */
#ifndef WH_NETWORK_CLIENT_H
#define WH_NETWORK_CLIENT_H

#include <memory>

#include "Arduino.h"

class NetworkClientSocketHandle;
class NetworkClientRxBuffer;

class ESPLwIPClient : public Client
{
  public:
    virtual void setConnectionTimeout(uint32_t milliseconds) = 0;
    using Client::connect;
    virtual int connect(IPAddress ip, uint16_t port, int32_t timeout) = 0;
    virtual int connect(const char *host, uint16_t port, int32_t timeout) = 0;
};

class NetworkClient : public ESPLwIPClient
{
  public:
    NetworkClient *next;
    NetworkClient();
    int connect(IPAddress ip, uint16_t port);
    int connect(IPAddress ip, uint16_t port, int32_t timeout_ms);
    int connect(const char *host, uint16_t port);
    int connect(const char *host, uint16_t port, int32_t timeout_ms);
    size_t write(uint8_t byte);
    size_t write(const uint8_t *bytes, size_t size);
    size_t write(Stream &stream);
    void flush();
    int available();
    int read();
    int read(uint8_t *bytes, size_t size);
    size_t readBytes(char *bytes, size_t length);
    size_t readBytes(uint8_t *bytes, size_t length);
    int peek();
    void stop();
    uint8_t connected();
    operator bool();
    bool operator==(bool value);
    bool operator!=(bool value);
    bool operator==(const NetworkClient &other);
    bool operator!=(const NetworkClient &other);
    virtual int fd() const;
    int setSocketOption(int level, int option, const void *value, size_t size);
    void setConnectionTimeout(uint32_t milliseconds);
    using Print::write;

  protected:
    std::shared_ptr<NetworkClientSocketHandle> clientSocketHandle;
    std::shared_ptr<NetworkClientRxBuffer> _rxBuffer;
    bool _connected = false;
    int _timeout;
};

#endif
