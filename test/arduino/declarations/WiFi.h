/* libraries/WiFi/src/WiFi.h, and of what it includes: WiFiGeneric.h, WiFiSTA.h, WiFiType.h. */
#ifndef WH_WIFI_H
#define WH_WIFI_H

#include "Arduino.h"

#define WIFI_STA 1

enum wl_status_t { WL_CONNECTED = 3 };

class WiFiClass
{
  public:
    bool mode(int mode);
    wl_status_t begin(const char *ssid, const char *password);
    wl_status_t status();
};

extern WiFiClass WiFi;

#endif
