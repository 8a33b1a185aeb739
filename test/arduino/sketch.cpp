/* A sketch that does what it is told, line by line, with clients that have names, and prints a line for each:
 *
 *     new a
 *     ca a /path/of/ca.pem
 *     connect a localhost 8443
 *
 * The words are below. Bytes are in hexadecimal digits. */
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "WarmClient.h"
#include "fakes/machine.h"
#include "warmhello/flash_file.h"
#include "warmhello/port_host.h"

namespace
{

using Words = std::vector<std::string>;

/* As Serial or a file on SPIFFS. */
class Text : public Stream
{
  public:
    explicit Text(std::string given) : all(std::move(given))
    {
    }
    int available() override
    {
        return static_cast<int>(all.size() - at);
    }
    int read() override
    {
        return at < all.size() ? static_cast<uint8_t>(all[at++]) : -1;
    }
    int peek() override
    {
        return at < all.size() ? static_cast<uint8_t>(all[at]) : -1;
    }
    size_t write(uint8_t /*byte*/) override
    {
        return 0;
    }
    size_t write(const uint8_t * /*bytes*/, size_t /*size*/) override
    {
        return 0;
    }

  private:
    std::string all;
    size_t at = 0;
};

wh_host_device device;
std::map<std::string, std::unique_ptr<WarmClient>> clients;
/* What clients were given stays, as constants of a sketch do. */
std::map<std::string, std::string> files;
std::vector<const char *> protocols;

const std::string &contents(const std::string &path)
{
    auto found = files.find(path);
    if (found == files.end()) {
        std::ifstream in(path, std::ios::binary);
        std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        found = files.emplace(path, all).first;
    }
    return found->second;
}

const char *text(const std::string &path)
{
    return path == "-" ? nullptr : contents(path).c_str();
}

const uint8_t *octets(const std::string &bytes)
{
    return reinterpret_cast<const uint8_t *>(bytes.data());
}

std::string to_hex(const std::string &bytes)
{
    static const char digits[] = "0123456789abcdef";
    std::string out;
    for (char byte : bytes) {
        auto value = static_cast<uint8_t>(byte);
        out += digits[value >> 4];
        out += digits[value & 15];
    }
    return out;
}

std::string from_hex(const std::string &digits)
{
    std::string out;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    }
    return out;
}

int number(const std::string &word)
{
    return std::stoi(word);
}

uint16_t port(const std::string &word)
{
    return static_cast<uint16_t>(number(word));
}

/* Until so many bytes can be read or none will come. */
int awaited(WarmClient &client, int count)
{
    auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (client.available() < count && client.connected() != 0 &&
           std::chrono::steady_clock::now() < until) {
    }
    return client.available();
}

std::string read_some(WarmClient &client, size_t size)
{
    std::vector<uint8_t> bytes(size + 1);
    int got = client.read(bytes.data(), size);
    return got < 0 ? "none" : to_hex(std::string(bytes.begin(), bytes.begin() + got));
}

std::string read_whole(WarmClient &client, size_t size)
{
    std::vector<char> bytes(size + 1);
    size_t got = client.readBytes(bytes.data(), size);
    return to_hex(std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got)));
}

std::string error(WarmClient &client)
{
    char text[160];
    int code = client.lastError(text, sizeof text);
    return std::to_string(code) + " " + text;
}

std::string outcome(const WarmClient &client)
{
    char json[WH_OUTCOME_JSON_SIZE];
    return wh_outcome_json(&client.outcome(), json, sizeof json) > 0 ? json : "";
}

std::string compact(const WarmClient &client)
{
    char text[WH_OUTCOME_TEXT_SIZE];
    wh_outcome_text(&client.outcome(), nullptr, text);
    return text;
}

void set_wait(WarmClient &client, int ms)
{
#if ESP_ARDUINO_VERSION_MAJOR >= 3
    client.setConnectionTimeout(static_cast<uint32_t>(ms));
#else
    client.setTimeout(static_cast<uint32_t>(ms / 1000));
#endif
}

void set_bundle(WarmClient &client, const std::string &path)
{
#if ESP_ARDUINO_VERSION_MAJOR >= 3
    client.setCACertBundle(octets(contents(path)), contents(path).size());
#else
    client.setCACertBundle(octets(contents(path)));
#endif
}

void set_protocols(WarmClient &client, const Words &words)
{
    static Words kept;
    kept.assign(words.begin() + 2, words.end());
    protocols.clear();
    for (const std::string &name : kept) {
        protocols.push_back(name.c_str());
    }
    protocols.push_back(nullptr);
    client.setAlpnProtocols(protocols.data());
}

bool load(WarmClient &client, const std::string &what, const std::string &path, size_t missing)
{
    Text stream(contents(path));
    size_t size = contents(path).size() + missing;
    return what == "ca"            ? client.loadCACert(stream, size)
           : what == "certificate" ? client.loadCertificate(stream, size)
                                   : client.loadPrivateKey(stream, size);
}

/* A port whose queue is full: TCP to it neither comes up nor is refused, as with a server that is away. Linux
 * keeps one more connection than it is told to. */
std::string port_of_no_answer()
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *any = reinterpret_cast<sockaddr *>(&address);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int first = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server, any, size) != 0 || listen(server, 0) != 0 || getsockname(server, any, &size) != 0 ||
        connect(first, any, size) != 0) {
        return "none";
    }
    return std::to_string(ntohs(address.sin_port));
}

template <typename Result> std::string said(Result value)
{
    return std::to_string(value);
}

using Act = std::function<std::string(WarmClient &, const Words &)>;

/* One that says nothing of its own. */
Act quiet(const std::function<void(WarmClient &, const Words &)> &act)
{
    return [act](WarmClient &client, const Words &w) {
        act(client, w);
        return std::string("ok");
    };
}

const std::map<std::string, Act> &acts()
{
    static const std::map<std::string, Act> all = {
    {"ca", quiet([](WarmClient &c, const Words &w) { c.setCACert(text(w[2])); })},
    {"certificate", quiet([](WarmClient &c, const Words &w) { c.setCertificate(text(w[2])); })},
    {"key", quiet([](WarmClient &c, const Words &w) { c.setPrivateKey(text(w[2])); })},
    {"bundle", quiet([](WarmClient &c, const Words &w) { set_bundle(c, w[2]); })},
    {"load", [](WarmClient &c, const Words &w) { return said(load(c, w[2], w[3], 0)); }},
    {"load-more", [](WarmClient &c, const Words &w) { return said(load(c, w[2], w[3], 1)); }},
    {"alpn", quiet([](WarmClient &c, const Words &w) { set_protocols(c, w); })},
    {"handshake-timeout", quiet([](WarmClient &c, const Words &w) {
         c.setHandshakeTimeout(static_cast<unsigned long>(number(w[2])));
     })},
    {"timeout", quiet([](WarmClient &c, const Words &w) { set_wait(c, number(w[2])); })},
    {"stream-timeout", quiet([](WarmClient &c, const Words &w) {
         static_cast<Stream &>(c).setTimeout(static_cast<unsigned long>(number(w[2])));
     })},
    {"connect",
     [](WarmClient &c, const Words &w) {
         return said(w.size() > 4 ? c.connect(w[2].c_str(), port(w[3]), number(w[4]))
                                  : c.connect(w[2].c_str(), port(w[3])));
     }},
    {"connect-address",
     [](WarmClient &c, const Words &w) { return said(c.connect(IPAddress(w[2].c_str()), port(w[3]))); }},
    {"connect-with",
     [](WarmClient &c, const Words &w) {
         return said(c.connect(w[2].c_str(), port(w[3]), text(w[4]), text(w[5]), text(w[6])));
     }},
    {"connect-as",
     [](WarmClient &c, const Words &w) {
         return said(c.connect(IPAddress(w[2].c_str()), port(w[3]), w[4].c_str(), text(w[5]), nullptr, nullptr));
     }},
    {"connect-psk",
     [](WarmClient &c, const Words &w) {
         return said(c.connect(w[2].c_str(), port(w[3]), w[4].c_str(), w[5].c_str()));
     }},
    {"connected", [](WarmClient &c, const Words &) { return said(c.connected()); }},
    {"bool", [](WarmClient &c, const Words &) { return said(static_cast<int>(c && c == true)); }},
    {"available", [](WarmClient &c, const Words &) { return said(c.available()); }},
    {"await", [](WarmClient &c, const Words &w) { return said(awaited(c, number(w[2]))); }},
    {"peek", [](WarmClient &c, const Words &) { return said(c.peek()); }},
    {"read", [](WarmClient &c, const Words &) { return said(c.read()); }},
    {"read-some", [](WarmClient &c, const Words &w) { return read_some(c, static_cast<size_t>(number(w[2]))); }},
    {"read-bytes", [](WarmClient &c, const Words &w) { return read_whole(c, static_cast<size_t>(number(w[2]))); }},
    {"write",
     [](WarmClient &c, const Words &w) {
         std::string bytes = from_hex(w[2]);
         return said(c.write(octets(bytes), bytes.size()));
     }},
    {"write-byte", [](WarmClient &c, const Words &w) { return said(c.write(static_cast<uint8_t>(number(w[2])))); }},
    {"write-stream",
     [](WarmClient &c, const Words &w) {
         Text stream(from_hex(w[2]));
         return said(c.write(stream));
     }},
    {"write-error", [](WarmClient &c, const Words &) { return said(c.getWriteError()); }},
    {"flush", quiet([](WarmClient &c, const Words &) { c.flush(); })},
    {"clear", quiet([](WarmClient &c, const Words &) { c.clear(); })},
    {"stop", quiet([](WarmClient &c, const Words &) { c.stop(); })},
    {"fd", [](WarmClient &c, const Words &) { return std::string(c.fd() >= 0 ? "open" : "none"); }},
    {"error", [](WarmClient &c, const Words &) { return error(c); }},
    {"outcome", [](WarmClient &c, const Words &) { return outcome(c); }},
    {"compact", [](WarmClient &c, const Words &) { return compact(c); }},
    {"early-data", quiet([](WarmClient &c, const Words &) { c.setEarlyData(true); })},
    {"insecure", quiet([](WarmClient &c, const Words &) { c.setInsecure(); })},
    {"psk", quiet([](WarmClient &c, const Words &w) { c.setPreSharedKey(w[2].c_str(), w[3].c_str()); })},
    {"no-psk", quiet([](WarmClient &c, const Words &) { c.setPreSharedKey(nullptr, nullptr); })},
    {"plain", quiet([](WarmClient &c, const Words &) { c.setPlainStart(); })},
    {"start-tls", [](WarmClient &, const Words &) { return said(WarmClient::startTLS()); }},
    {"ciphers", [](WarmClient &c, const Words &) { return said(c.setCiphers(nullptr, 0)); }},
};
    return all;
}

std::string done(const Words &words)
{
    const std::string &verb = words.at(0);
    if (verb == "no-answer") {
        return port_of_no_answer();
    }
    if (verb == "proven") {
        return said(machine_proven_s);
    }
    const std::string &name = words.at(1);
    if (verb == "wifi") {
        machine_has_wifi = name == "on";
    } else if (verb == "entropy") {
        WarmClient::setHasEntropy(name == "on");
    } else if (verb == "sleep") {
        wh_host_sleep(&device, std::stoull(name) * 1000000);
    } else if (verb == "new") {
        clients[name] = std::make_unique<WarmClient>();
    } else if (verb == "copy") {
        clients[words.at(2)] = std::make_unique<WarmClient>(*clients.at(name));
    } else if (verb == "assign") {
        *clients.at(words.at(2)) = *clients.at(name);
    } else if (verb == "same") {
        return said(*clients.at(name) == *clients.at(words.at(2)));
    } else if (verb == "delete") {
        clients.erase(name);
    } else {
        return acts().at(verb)(*clients.at(name), words);
    }
    return "ok";
}

} // namespace

int main()
{
    if (wh_host_start(&device, nullptr) != WH_OK) {
        return 1;
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        Words words((std::istream_iterator<std::string>(in)), std::istream_iterator<std::string>());
        std::cout << done(words) << std::endl;
    }
    clients.clear();
    wh_platform_remove();
    return 0;
}
