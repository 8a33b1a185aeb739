/* libraries/HTTPClient/src/HTTPClient.h, of 3.x; in 2.x it takes a WiFiClient. */
#ifndef WH_HTTP_CLIENT_H
#define WH_HTTP_CLIENT_H

#include "Arduino.h"

#if ESP_ARDUINO_VERSION_MAJOR >= 3
class NetworkClient;
using WhPlainClient = NetworkClient;
#else
class WiFiClient;
using WhPlainClient = WiFiClient;
#endif

class HTTPClient
{
  public:
    bool begin(WhPlainClient &client, String url);
    void addHeader(const String &name, const String &value);
    int POST(String payload);
    void end();
};

#endif
