/* One wake of an ESP32 on a desk: the port as it is, on fakes of what is below it, and an app above it.
 *
 *     board --state DIR --reason power-on|deep-sleep|reset|panic|brown-out --app ds|c --host NAME --port
 * N
 * --ca FILE ...
 *
 * What the app sees and what the world does is printed, one line each; the log line of the wake is among
 * them. Ends with deep sleep (0), or with the supply (42). test/esp32/board.ts runs it. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/core_lock.h"
#include "network/jd_network.h"
#include "machine/settings.h"
#include "upstream.h"
#include "warmhello/port_esp32.h"
#include "world.h"

enum { FILE_MAX = 8192, ANSWER_MAX = 4096 };

static struct {
    const char *app;
    const char *host;
    int port;
    bool plain;
    bool fixed;
    bool wpa2;
    bool provisioned;
    /* What it does: "get" reads until the end, "first" closes after the first bytes, "early" closes once it
     * has written, "pieces" writes as the app's fetch does, in three parts before the TLS task has its turn,
     * "whole", "brim", "many", "many at once" and "steps" write a text of more than a packet in one or
     * several parts, "empty" writes nothing before that, "flood" writes without end, "sleepy" sleeps with the
     * connection open, "forget" asks the service to forget, "lingers" works on for 1.5 s once it has its
     * answer, "stay" and "spin" never sleep, "panic" crashes with the core's lock taken instead of sleeping,
     * "crash" before it does anything. */
    const char *does;
    /* What lies in the CA's, the certificate's or the key's place from the second connect on, cut to the same
     * size. */
    const uint8_t *next_ca;
    const uint8_t *next_certificate;
    const uint8_t *next_key;
    /* It rotates to this before it sleeps. */
    const uint8_t *slot;
    size_t slot_size;
    unsigned connects;
    unsigned sleep_s;
} options = {.app = "ds", .host = "localhost", .does = "get", .connects = 1, .sleep_s = 600};

static wh_device_config config = {.ssid = "home", .password = "password"};

static const char request[] = "GET / HTTP/1.0\r\n\r\n";

/* As a rotation of a slot that is mapped; not while the TLS task reads there. */
static void rotate(void)
{
    const struct {
        const uint8_t *next;
        const uint8_t *place;
        size_t size;
    } files[] = {
        {options.next_ca, config.client.ca, config.client.ca_size},
        {options.next_certificate, config.client.certificate, config.client.certificate_size},
        {options.next_key, config.client.key, config.client.key_size},
    };
    wh_core_lock();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i].next != NULL) {
            memcpy((uint8_t *)files[i].place, files[i].next, files[i].size);
        }
    }
    wh_core_unlock();
}

static void rotate_to_slot(void)
{
    if (options.slot != NULL) {
        const char *first = wh_error_word(wh_esp32_rotate(options.slot, options.slot_size));
        const char *second = wh_error_word(wh_esp32_rotate(options.slot, options.slot_size));
        world_say("app rotates: %s, again: %s", first, second);
    }
}

/* ---- An app on DeviceScript: its fibers run on the main task, after the event ---- */

static struct {
    pthread_t main_task;
    unsigned begun;
    bool is_open;
    bool opened;
    bool over;
    size_t got;
    bool forgot;
    int lingered;
} app;

static void begin(void)
{
    if (strcmp(options.does, "crash") == 0) {
        upstream_panic();
    }
    if (app.begun++ > 0) {
        rotate();
    }
    app.is_open = true;
    app.got = 0;
    if (!upstream_socket_open(options.host, options.plain ? options.port : -options.port)) {
        world_say("app cannot open");
        app.over = true;
    }
}

static void close_now(void)
{
    upstream_socket_close();
    world_say("app closed, %zu bytes", app.got);
    app.over = true;
}

/* The text that apps write when it is its order that matters: no two parts of it are alike, and it ends in a
 * line's end. */
static void fill(char *out, size_t from, size_t size, bool is_last)
{
    for (size_t i = 0; i < size; i++) {
        size_t place = from + i;
        out[i] = (char)('a' + (place * 7 + place / 251) % 26);
    }
    if (is_last) {
        out[size - 1] = '\n';
    }
}

/* These many bytes at a time of that text, until a 0. */
static void write_sizes(const size_t *sizes, unsigned pause_us)
{
    static char text[2048];
    for (size_t i = 0, from = 0; sizes[i] != 0; from += sizes[i], i++) {
        fill(text, from, sizes[i], sizes[i + 1] == 0);
        (void)upstream_socket_write(text, (unsigned)sizes[i]);
        (void)usleep(pause_us);
    }
}

/* Before the TLS task has its turn. */
static void write_at_once(const size_t *sizes)
{
    wh_core_lock();
    write_sizes(sizes, 0);
    wh_core_unlock();
}

static void write_in_pieces(void)
{
    wh_core_lock();
    (void)upstream_socket_write(request, 4);
    (void)upstream_socket_write(request + 4, 6);
    (void)upstream_socket_write(request + 10, sizeof request - 1 - 10);
    wh_core_unlock();
}

/* Many parts that cannot be joined wait; then they leave one by one, and after each the app writes a few
 * bytes more. */
static void write_in_steps(void)
{
    enum { PARTS = 16, SIZE = 1000, STEPS = 40, STEP = 400, PAUSE_US = 1500 };
    char text[SIZE];
    size_t from = 0;
    world_let_through(0);
    for (int i = 0; i < PARTS; i++, from += SIZE) {
        fill(text, from, SIZE, false);
        (void)upstream_socket_write(text, SIZE);
    }
    for (size_t i = 0; i < STEPS; i++) {
        world_let_through(STEP);
        (void)usleep(PAUSE_US);
        fill(text, from, i + 1, i + 1 == STEPS);
        (void)upstream_socket_write(text, (unsigned)i + 1);
        from += i + 1;
    }
    world_let_through(SIZE_MAX);
}

/* True if it is one of those that write the text. */
static bool write_text(void)
{
    static const size_t whole[] = {1025, 0};
    static const size_t brim[] = {700, 324, 1, 0};
    static const size_t many[] = {300,  5,   900, 1024, 1025, 1,    1500, 700, 300,  24,   1000,
                                  2000, 3,   3,   3,    600,  1024, 1024, 10,  1014, 2048, 7,
                                  7,    500, 500, 24,   1,    900,  5,    5,   5,    0};
    if (strcmp(options.does, "whole") == 0) {
        write_at_once(whole);
    } else if (strcmp(options.does, "brim") == 0) {
        write_at_once(brim);
    } else if (strcmp(options.does, "many") == 0) {
        write_sizes(many, 500);
    } else if (strcmp(options.does, "steps") == 0) {
        write_in_steps();
    } else if (strcmp(options.does, "many at once") == 0) {
        write_at_once(many);
    } else {
        return false;
    }
    return true;
}

static void write_request(void)
{
    if (strcmp(options.does, "pieces") == 0) {
        write_in_pieces();
        return;
    }
    if (write_text()) {
        return;
    }
    static char much[4000];
    bool floods = strcmp(options.does, "flood") == 0;
    for (int i = 0; i < (floods ? 20 : 1); i++) {
        int result = floods ? upstream_socket_write(much, sizeof much)
                            : upstream_socket_write(request, sizeof request - 1);
        if (result != 0) {
            world_say("app sees %d from a write", result); /* it would throw */
        }
    }
    if (strcmp(options.does, "early") == 0) {
        close_now();
    }
}

/* A loop that never waits, as far as threads allow. */
static _Noreturn void spin(void)
{
    static volatile unsigned turns;
    for (;;) {
        turns++;
    }
}

static void sleep_now(void)
{
    if (strcmp(options.does, "spin") == 0) {
        spin();
    }
    if (strcmp(options.does, "stay") == 0) {
        return;
    }
    if (strcmp(options.does, "panic") == 0) {
        wh_core_lock();
        upstream_panic();
    }
    rotate_to_slot();
    upstream_standby(options.sleep_s * 1000);
}

static void run_app(void)
{
    if (app.begun == 0) {
        begin();
    }
    if (app.opened) {
        app.opened = false;
        write_request();
    }
    if (app.got > 0 && !app.over) {
        if (strcmp(options.does, "first") == 0) {
            close_now();
        } else if (strcmp(options.does, "sleepy") == 0) {
            sleep_now();
        } else if (strcmp(options.does, "forget") == 0 && !app.forgot) {
            app.forgot = true;
            upstream_send_to_service(0x80);
        }
    }
    if (app.over && strcmp(options.does, "lingers") == 0 && app.lingered++ < 150) {
        return;
    }
    if (app.over) {
        app.over = false;
        if (app.begun < options.connects) {
            begin();
        } else {
            sleep_now();
        }
    }
}

/* Of the main loop: its services, which the app is one of, and then its socket. */
static void turn(void)
{
    run_app();
    upstream_turn();
}

void jd_tcpsock_on_event(unsigned event, const void *data, unsigned size)
{
    if (!pthread_equal(pthread_self(), app.main_task)) {
        world_say("an event on another task");
        abort();
    }
    if (!app.is_open) {
        world_say("an event after the end: %u", event);
        abort();
    }
    switch (event) {
    case JD_CONN_EV_OPEN:
        world_say("app open");
        app.opened = true;
        break;
    case JD_CONN_EV_MESSAGE:
        app.got += size;
        break;
    case JD_CONN_EV_CLOSE:
        world_say("app close, %zu bytes", app.got);
        app.is_open = false;
        app.over = true;
        break;
    default:
        world_say("app error %.*s", (int)size, (const char *)data);
        app.is_open = false;
        app.over = true;
        upstream_socket_close(); /* as DeviceScript does */
        break;
    }
}

void app_init_services(void)
{
    upstream_wifi_init();
}

static void upstream_scans(void *ctx)
{
    (void)ctx;
    upstream_scan();
}

static _Noreturn void run_devicescript(void)
{
    app.main_task = pthread_self();
    if (!options.provisioned) {
        wh_settings_set(&config);
    }
    upstream_start();
    world_later(2, upstream_scans, NULL); /* it would after 2 s */
    world_run(turn);
}

/* ---- A C program ---- */

static int send_request(void)
{
    static char text[1025];
    if (strcmp(options.does, "empty") != 0) {
        return wh_esp32_send(request, sizeof request - 1);
    }
    fill(text, 0, sizeof text, true);
    int result = wh_esp32_send(text, 0);
    return result == WH_OK ? wh_esp32_send(text, sizeof text) : result;
}

static void connect_once(void)
{
    static uint8_t answer[ANSWER_MAX];
    int result = wh_esp32_connect(options.host, (uint16_t)options.port);
    if (result != WH_OK) {
        world_say("c error %s: %s", wh_error_word(result), wh_esp32_error());
        if (wh_esp32_outcome()->backoff_s > 0) {
            world_say("c is to wait %u s", (unsigned)wh_esp32_outcome()->backoff_s);
        }
        return;
    }
    world_say("c open");
    result = send_request();
    size_t got = 0;
    while (result >= 0 && wh_esp32_is_open()) {
        result = wh_esp32_recv(answer, sizeof answer, 5000);
        got += result > 0 ? (size_t)result : 0;
    }
    /* What came before the end is still to be had. */
    while (result >= 0 && (result = wh_esp32_recv(answer, sizeof answer, 0)) > 0) {
        got += (size_t)result;
    }
    wh_esp32_close();
    world_say("c got %zu bytes, %s", got, wh_result_word(wh_esp32_outcome()->result));
}

static _Noreturn void run_c(void)
{
    world_run_beside();
    wh_device_config given = config;
    int result = options.provisioned ? wh_esp32_provisioned(&given) : WH_OK;
    result = result == WH_OK ? wh_esp32_start(&given) : result;
    if (result != WH_OK) {
        world_say("c cannot start: %s", wh_error_word(result));
        exit(3); /* NOLINT(concurrency-mt-unsafe) */
    }
    if (strcmp(options.does, "crash") == 0) {
        upstream_panic();
    }
    for (unsigned i = 0; i < options.connects; i++) {
        if (i > 0) {
            rotate();
        }
        connect_once();
    }
    if (strcmp(options.does, "spin") == 0) {
        spin();
    }
    rotate_to_slot();
    wh_esp32_sleep(options.sleep_s);
}

/* ---- Arguments ---- */

static const uint8_t *read_file(const char *path, size_t *size)
{
    uint8_t *bytes = calloc(1, FILE_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL || bytes == NULL) {
        (void)fprintf(stderr, "board: cannot read %s\n", path);
        exit(2); /* NOLINT(concurrency-mt-unsafe) */
    }
    *size = fread(bytes, 1, FILE_MAX, file);
    (void)fclose(file);
    return bytes;
}

static esp_reset_reason_t reason_of(const char *word)
{
    static const struct {
        const char *word;
        esp_reset_reason_t reason;
    } reasons[] = {
        {"power-on", ESP_RST_POWERON}, {"deep-sleep", ESP_RST_DEEPSLEEP}, {"reset", ESP_RST_SW},
        {"panic", ESP_RST_PANIC},      {"brown-out", ESP_RST_BROWNOUT},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(word, reasons[i].word) == 0) {
            return reasons[i].reason;
        }
    }
    (void)fprintf(stderr, "board: no such reason: %s\n", word);
    exit(2); /* NOLINT(concurrency-mt-unsafe) */
}

static int errno_of(const char *word)
{
    static const struct {
        const char *word;
        int value;
    } errors[] = {
        {"ECONNREFUSED", ECONNREFUSED},
        {"ECONNRESET", ECONNRESET},
        {"ETIMEDOUT", ETIMEDOUT},
        {"ECONNABORTED", ECONNABORTED},
        {"EHOSTUNREACH", EHOSTUNREACH},
        {"ENETUNREACH", ENETUNREACH},
        {"ENOMEM", ENOMEM},
        {"ENOBUFS", ENOBUFS},
        {"ENFILE", ENFILE},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strcmp(word, errors[i].word) == 0) {
            return errors[i].value;
        }
    }
    (void)fprintf(stderr, "board: no such error: %s\n", word);
    exit(2); /* NOLINT(concurrency-mt-unsafe) */
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

/* A word without a value. */
static bool take_flag(const char *name)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"--plain", &options.plain},
        {"--early-data", &config.client.policy.early_data},
        {"--ap-absent", &the_world.ap_absent},
        {"--ap-moved", &the_world.ap_moved},
        {"--address-taken", &the_world.address_taken},
        {"--narrow", &the_world.narrow},
        {"--tells-sends", &the_world.tells_sends},
        {"--slow-names", &the_world.slow_names},
        {"--no-dhcp", &the_world.no_dhcp},
        {"--no-route", &the_world.no_route},
        {"--fused-key", &the_world.has_fused_key},
        {"--journal-encrypted", &the_world.journal_encrypted},
        {"--no-journal", &the_world.no_journal},
        {"--nvs-of-other-firmware", &the_world.nvs_of_other_firmware},
        {"--strapped", &the_world.strapped},
        {"--every-second-wake-full", &config.every_second_wake_full},
        {"--slow-wifi", &config.slow_wifi},
        {"--static-address", &options.fixed},
        {"--wpa2", &options.wpa2},
        {"--provisioned", &options.provisioned},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

static bool take_text(const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"--state", &the_world.folder},
        {"--app", &options.app},
        {"--host", &options.host},
        {"--does", &options.does},
        {"--time-server", &config.time_server},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return true;
        }
    }
    return false;
}

static bool take_number(const char *name, const char *value)
{
    const struct {
        const char *name;
        unsigned *number;
    } numbers[] = {
        {"--connects", &options.connects},
        {"--sleep", &options.sleep_s},
        {"--ap-leaves", &the_world.ap_leaves_ms},
        {"--lease", &the_world.lease_s},
        {"--address-leaves", &the_world.address_leaves_ms},
        {"--cut-at", &the_world.cut_at},
        {"--sockets", &the_world.sockets},
        {"--ntp-port", &the_world.ntp_port},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(name, numbers[i].name) == 0) {
            *numbers[i].number = number(value);
            return true;
        }
    }
    return false;
}

static bool take_file(const char *name, const char *value)
{
    static size_t next_size;
    const struct {
        const char *name;
        const uint8_t **bytes;
        size_t *size;
    } files[] = {
        {"--ca", &config.client.ca, &config.client.ca_size},
        {"--certificate", &config.client.certificate, &config.client.certificate_size},
        {"--key", &config.client.key, &config.client.key_size},
        {"--next-ca", &options.next_ca, &next_size},
        {"--next-certificate", &options.next_certificate, &next_size},
        {"--next-key", &options.next_key, &next_size},
        {"--slot", &options.slot, &options.slot_size},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (strcmp(name, files[i].name) == 0) {
            *files[i].bytes = read_file(value, files[i].size);
            return true;
        }
    }
    return false;
}

static bool take_errno(const char *name, const char *value)
{
    bool is_late = strcmp(name, "--late-error") == 0;
    if (!is_late && strcmp(name, "--connect-error") != 0) {
        return false;
    }
    *(is_late ? &the_world.late_error : &the_world.connect_error) = errno_of(value);
    return true;
}

static bool take_value(const char *name, const char *value)
{
    if (take_text(name, value) || take_number(name, value) || take_errno(name, value) ||
        take_file(name, value)) {
        return true;
    }
    if (strcmp(name, "--reason") == 0) {
        the_world.reason = reason_of(value);
    } else if (strcmp(name, "--port") == 0) {
        options.port = (int)number(value);
    } else if (strcmp(name, "--deadline") == 0) {
        config.wake_deadline_s = strcmp(value, "none") == 0 ? WH_ESP32_WAKE_DEADLINE_NONE : number(value);
    } else if (strcmp(name, "--timeout") == 0) {
        config.connect_timeout_ms = number(value);
    } else if (strcmp(name, "--max") == 0) {
        config.client.max_version = strcmp(value, "1.2") == 0 ? WH_TLS12 : WH_TLS13;
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    the_world.lease_s = 86400;
    the_world.reason = ESP_RST_POWERON;
    for (int i = 1; i < argc; i++) {
        if (take_flag(argv[i])) {
            continue;
        }
        if (i + 1 == argc || !take_value(argv[i], argv[i + 1])) {
            (void)fprintf(stderr, "board: %s?\n", argv[i]);
            return 2;
        }
        i++;
    }
    static const uint8_t address[16] = {192, 168, 0, 9, 255, 255, 255, 0, 192, 168, 0, 1, 192, 168, 0, 1};
    config.static_address = options.fixed ? address : NULL;
    config.security = options.wpa2 ? WH_WIFI_WPA2 : WH_WIFI_OPEN;
    world_begin();
    if (strcmp(options.app, "c") == 0) {
        run_c();
    }
    run_devicescript();
}
