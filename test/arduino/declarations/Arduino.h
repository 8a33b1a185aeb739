/* cores/esp32/Arduino.h, and of what it includes: WString.h, Print.h, Stream.h, IPAddress.h, Client.h,
 * HardwareSerial.h, esp32-hal.h, esp32-hal-log.h, esp_attr.h. ESP_ARDUINO_VERSION_MAJOR is the build's. */
#ifndef WH_ARDUINO_H
#define WH_ARDUINO_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#define RTC_DATA_ATTR
#define log_e(format, ...) ((void)fprintf(stderr, "[E] " format "\n", __VA_ARGS__))

class String
{
  public:
    String(const char *given) : text(given)
    {
    }
    String(std::string given) : text(std::move(given))
    {
    }
    const char *c_str() const
    {
        return text.c_str();
    }

  private:
    std::string text;
};

class Print
{
  public:
    virtual ~Print() = default;
    virtual size_t write(uint8_t byte) = 0;
    virtual size_t write(const uint8_t *bytes, size_t size) = 0;
    virtual void flush()
    {
    }
    int getWriteError() const
    {
        return write_error;
    }

  protected:
    void setWriteError(int error = 1)
    {
        write_error = error;
    }

  private:
    int write_error = 0;
};

class Stream : public Print
{
  public:
    virtual int available() = 0;
    virtual int read() = 0;
    virtual int peek() = 0;
    void setTimeout(unsigned long timeout)
    {
        _timeout = timeout;
    }
    unsigned long getTimeout() const
    {
        return _timeout;
    }
    virtual size_t readBytes(char *bytes, size_t length);
    virtual size_t readBytes(uint8_t *bytes, size_t length);

  protected:
    unsigned long _timeout = 1000;
};

class IPAddress
{
  public:
    explicit IPAddress(const char *given) : text(given)
    {
    }
    String toString() const
    {
        return text;
    }

  private:
    std::string text;
};

class HardwareSerial
{
  public:
    void begin(unsigned long baud);
    int printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
};

extern HardwareSerial Serial;

void delay(uint32_t ms);
unsigned long millis();

class Client : public Stream
{
  public:
    virtual int connect(IPAddress ip, uint16_t port) = 0;
    virtual int connect(const char *host, uint16_t port) = 0;
    using Print::write;
    using Stream::read;
    virtual int read(uint8_t *bytes, size_t size) = 0;
    virtual void stop() = 0;
    virtual uint8_t connected() = 0;
    virtual operator bool() = 0;
};

#endif
