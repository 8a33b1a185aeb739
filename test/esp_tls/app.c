/* One wake of an ESP-IDF app on a desk: esp_tls's calls, with warmhello as its stack.
 *
 *     esp_tls_app --state DIR --port N [--host NAME] [--ca FILE] ...
 *
 * Prints a line of JSON for each connection; what is logged goes to standard error. Exit code 0: the wake has
 * ended in sleep, however its connections went. 2: usage. test/esp_tls/app.ts runs it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "esp_crt_bundle.h"
#include "layer.h"
#include "warmhello/esp_tls.h"
#include "warmhello/flash_file.h"
#include "warmhello/port_host.h"
#include "warmhello/socket.h"

enum { FILE_MAX = 256 * 1024, REPLY_MAX = 256 * 1024, PROTOCOLS_MAX = 8, FILES_MAX = 12, TEXT_MAX = 512 };

typedef struct bytes {
    uint8_t *at; /* with a zero behind them */
    size_t size;
} bytes;

static struct {
    const char *state;
    const char *host;
    int port;
    /* What is sent, and how many bytes of an answer end the wait for more; 0: the server ends it. */
    uint8_t send[TEXT_MAX];
    size_t send_size;
    size_t until;
    /* "" for the whole way, or what is done last: "init", "round" (of a non-blocking connect), "opened",
     * "written". "server": it serves in place of connecting. */
    const char *last;
    bool non_block;
    bool polls;
    unsigned connects;
} options = {.host = "localhost", .last = "", .connects = 1};

static esp_tls_cfg_t cfg;
static warmhello_esp_tls_config config;
static const char *protocols[PROTOCOLS_MAX + 1];

/* Files that are read until the end. */
static uint8_t *files[FILES_MAX];
static unsigned files_read;

/* ---- Options ----------------------------------------------------------------------------------------------
 */

static bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    bytes contents = {.at = calloc(1, FILE_MAX + 1)};
    if (contents.at == NULL || files_read == FILES_MAX) {
        abort();
    }
    files[files_read++] = contents.at;
    if (file != NULL) {
        contents.size = fread(contents.at, 1, FILE_MAX, file);
        (void)fclose(file);
    }
    return contents;
}

/* PEM has its zero counted, as ESP-IDF wants it. */
static unsigned size_of(bytes file)
{
    bool is_pem = file.size > 0 && file.at[0] == '-';
    return (unsigned)(file.size + (is_pem ? 1 : 0));
}

static const int some_suites[] = {0x1301, 0};
static psk_hint_key_t psk;

static esp_err_t attach_something_else(void *conf)
{
    (void)conf;
    abort(); /* it is for mbedTLS's structures */
}

static bool set_flag(const char *what)
{
    const struct {
        const char *what;
        bool *flag;
    } flags[] = {
        {"ecdsa", &cfg.use_ecdsa_peripheral},
        {"secure-element", &cfg.use_secure_element},
        {"any-name", &cfg.skip_common_name},
        {"global", &cfg.use_global_ca_store},
        {"poll", &options.polls},
        {"async", &cfg.non_block},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(what, flags[i].what) == 0) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

static bool set_version(const char *what)
{
    static const char *const versions[] = {
        [ESP_TLS_VER_TLS_1_2] = "1.2",
        [ESP_TLS_VER_TLS_1_3] = "1.3",
        [ESP_TLS_VER_TLS_MAX] = "no-such-version",
    };
    for (int version = ESP_TLS_VER_TLS_1_2; version <= ESP_TLS_VER_TLS_MAX; version++) {
        if (strcmp(what, versions[version]) == 0) {
            cfg.tls_version = (esp_tls_proto_ver_t)version;
            return true;
        }
    }
    return false;
}

static bool set_attach(const char *what)
{
    if (strcmp(what, "other-bundle") == 0) {
        cfg.crt_bundle_attach = attach_something_else;
        return true;
    }
#if defined(HAS_BUNDLE)
    if (strcmp(what, "bundle") == 0) {
        cfg.crt_bundle_attach = esp_crt_bundle_attach;
        return true;
    }
#endif
    return false;
}

static bool ask_for(const char *what)
{
    static int key_elsewhere;
    if (set_flag(what) || set_version(what) || set_attach(what)) {
        return true;
    }
    if (strcmp(what, "ds") == 0) {
        cfg.ds_data = &key_elsewhere;
    } else if (strcmp(what, "password") == 0) {
        cfg.clientkey_password = (const unsigned char *)"secret";
        cfg.clientkey_password_len = 6;
    } else if (strcmp(what, "ciphers") == 0) {
        cfg.ciphersuites_list = some_suites;
    } else if (strcmp(what, "buffers") == 0) {
        cfg.esp_tls_dyn_buf_strategy = ESP_TLS_DYN_BUF_RX_STATIC;
    } else {
        return false;
    }
    return true;
}

static bool take_file(const char *name, const char *path)
{
    bytes file = read_file(path);
    if (strcmp(name, "--ca") == 0) {
        cfg.cacert_buf = file.at;
        cfg.cacert_bytes = size_of(file);
    } else if (strcmp(name, "--cert") == 0) {
        cfg.clientcert_buf = file.at;
        cfg.clientcert_bytes = size_of(file);
    } else if (strcmp(name, "--key") == 0) {
        cfg.clientkey_buf = file.at;
        cfg.clientkey_bytes = size_of(file);
    } else if (strcmp(name, "--registered") == 0) {
        config.bundle = file.at;
        config.bundle_size = file.size;
    } else {
        return false;
    }
    return true;
}

/* Returns how many bytes. */
static size_t from_hex(const char *text, uint8_t *out, size_t room)
{
    size_t size = 0;
    for (; text[0] != '\0' && text[1] != '\0' && size < room; text += 2) {
        char digits[] = {text[0], text[1], '\0'};
        out[size++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return size;
}

static void take_psk_key(const char *text)
{
    static uint8_t key[TEXT_MAX];
    psk.key = key;
    psk.key_size = from_hex(text, key, sizeof key);
    cfg.psk_hint_key = &psk;
}

static bool take_text(const char *name, const char *text)
{
    static unsigned count;
    if (strcmp(name, "--state") == 0) {
        options.state = text;
    } else if (strcmp(name, "--host") == 0) {
        options.host = text;
    } else if (strcmp(name, "--common-name") == 0) {
        cfg.common_name = text;
    } else if (strcmp(name, "--send") == 0) {
        options.send_size = from_hex(text, options.send, sizeof options.send);
    } else if (strcmp(name, "--psk-hint") == 0) {
        psk.hint = text;
    } else if (strcmp(name, "--psk-key") == 0) {
        take_psk_key(text);
    } else if (strcmp(name, "--last") == 0) {
        options.last = text;
    } else if (strcmp(name, "--alpn") == 0 && count < PROTOCOLS_MAX) {
        protocols[count++] = text;
        cfg.alpn_protos = protocols;
    } else {
        return false;
    }
    return true;
}

static bool take_number(const char *name, const char *text)
{
    int number = atoi(text); /* NOLINT(cert-err34-c): the test's own */
    if (strcmp(name, "--port") == 0) {
        options.port = number;
    } else if (strcmp(name, "--timeout") == 0) {
        cfg.timeout_ms = number;
    } else if (strcmp(name, "--until") == 0) {
        options.until = (size_t)number;
    } else if (strcmp(name, "--connects") == 0) {
        options.connects = (unsigned)number;
    } else {
        return false;
    }
    return true;
}

/* Those that want the stack to be there already. */
static bool is_late(const char *name)
{
    return strcmp(name, "--global") == 0 || strcmp(name, "--set-bundle") == 0;
}

static bool take_late(const char *name, const char *path)
{
    bytes file = read_file(path);
    if (strcmp(name, "--global") == 0) {
        (void)printf("{\"global\":%d}\n", esp_tls_set_global_ca_store(file.at, size_of(file)));
        memset(file.at, 0, file.size); /* the store has a copy */
        return true;
    }
#if defined(HAS_BUNDLE)
    (void)printf("{\"bundle\":%d}\n", esp_crt_bundle_set(file.at, file.size));
    return true;
#else
    (void)file;
    return false;
#endif
}

static bool parse(int argc, char **argv, bool late)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i];
        const char *value = argv[i + 1];
        if (is_late(name) ? late && !take_late(name, value)
                          : !late && !(strcmp(name, "--ask") == 0
                                           ? ask_for(value)
                                           : take_text(name, value) || take_number(name, value) ||
                                                 take_file(name, value))) {
            (void)fprintf(stderr, "no such option: %s %s\n", name, value);
            return false;
        }
    }
    return argc % 2 == 1 && options.state != NULL;
}

/* ---- A connection
 * ------------------------------------------------------------------------------------------ */

static unsigned descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder) != NULL) {
        count++;
    }
    (void)closedir(folder);
    return count;
}

static void await(esp_tls_t *tls, bool to_write)
{
    int fd = -1;
    (void)esp_tls_get_conn_sockfd(tls, &fd);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    struct timeval time = {.tv_sec = 20};
    if (select(fd + 1, to_write ? NULL : &set, to_write ? &set : NULL, NULL, &time) != 1) {
        (void)fprintf(stderr,
                      "esp_tls_get_conn_sockfd() gives none that can be waited for, or nothing came\n");
        exit(3);
    }
}

static int connect_it(esp_tls_t *tls)
{
    if (strcmp(options.last, "server") == 0) {
        esp_tls_cfg_server_t server = {0};
        return esp_tls_server_session_create(&server, -1, tls);
    }
    int size = (int)strlen(options.host);
    if (!cfg.non_block) {
        return esp_tls_conn_new_sync(options.host, size, options.port, &cfg, tls);
    }
    int result;
    do {
        result = esp_tls_conn_new_async(options.host, size, options.port, &cfg, tls);
        (void)usleep(result == 0 ? 2000 : 0); /* the app does something else */
    } while (result == 0 && strcmp(options.last, "round") != 0);
    return result;
}

static ssize_t write_it(esp_tls_t *tls)
{
    size_t written = 0;
    while (written < options.send_size) {
        ssize_t result = esp_tls_conn_write(tls, options.send + written, options.send_size - written);
        if (result == ESP_TLS_ERR_SSL_WANT_WRITE || result == ESP_TLS_ERR_SSL_WANT_READ) {
            await(tls, true);
        } else if (result <= 0) {
            return result;
        } else {
            written += (size_t)result;
        }
    }
    return (ssize_t)written;
}

static bool is_to_be_asked_again(ssize_t result)
{
    return result == ESP_TLS_ERR_SSL_WANT_READ || result == ESP_TLS_ERR_SSL_WANT_WRITE;
}

/* As tcp_transport does with `polls`, else as esp_tls's own examples. Returns what ended it: 0, or less. */
static ssize_t read_it(esp_tls_t *tls, char *reply, size_t *size)
{
    while (options.until == 0 || *size < options.until) {
        if (options.polls && esp_tls_get_bytes_avail(tls) <= 0) {
            await(tls, false);
        }
        size_t room = REPLY_MAX - *size < TEXT_MAX ? REPLY_MAX - *size : TEXT_MAX;
        ssize_t result = esp_tls_conn_read(tls, reply + *size, room);
        if (result > 0) {
            *size += (size_t)result;
        } else if (!is_to_be_asked_again(result)) {
            return result;
        } else if (cfg.non_block && !options.polls) {
            await(tls, false);
        }
    }
    return 1;
}

static void print_hex(const char *reply, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        (void)printf("%02x", (unsigned char)reply[i]);
    }
}

static bool is_last(const char *step)
{
    return strcmp(options.last, step) == 0;
}

static void visit(void)
{
    static char reply[REPLY_MAX];
    size_t size = 0;
    unsigned before = descriptors();
    uint64_t rounds = layer_rounds;
    esp_tls_t *tls = esp_tls_init();
    int result = is_last("init") ? 0 : connect_it(tls);
    ssize_t wrote = result == 1 && !is_last("opened") ? write_it(tls) : 0;
    ssize_t ended = wrote > 0 && !is_last("written") ? read_it(tls, reply, &size) : wrote;
    int code = 0;
    int flags = 0;
    esp_tls_error_handle_t handle = NULL;
    (void)esp_tls_get_error_handle(tls, &handle);
    esp_err_t last = esp_tls_get_and_clear_last_error(handle, &code, &flags);
    wh_socket *socket = esp_tls_get_ssl_context(tls);
    bool knows = socket != NULL && wh_socket_outcome(socket)->protocol != WH_PROTOCOL_NONE;
    bool has_session = layer_table()->get_client_session(NULL, tls) != NULL;
    int destroyed = esp_tls_conn_destroy(tls);
    wh_outcome outcome;
    char json[WH_OUTCOME_JSON_SIZE] = "null";
    char compact[WH_OUTCOME_TEXT_SIZE] = "";
    if (warmhello_esp_tls_outcome(&outcome) == ESP_OK) {
        wh_outcome_text(&outcome, NULL, compact);
        (void)!wh_outcome_json(&outcome, json, sizeof json);
    }
    (void)printf("{\"result\":%d,\"ended\":%zd,\"last\":%d,\"code\":%d,\"flags\":%d,\"rounds\":%llu,"
                 "\"destroyed\":%d,\"leaked\":%d,\"knows\":%s,\"session\":%s,\"outcome\":%s,\"compact\":\"%"
                 "s\",\"reply\":\"",
                 result, ended, last, code, flags, (unsigned long long)(layer_rounds - rounds), destroyed,
                 (int)(descriptors() - before), knows ? "true" : "false", has_session ? "true" : "false",
                 json, compact);
    print_hex(reply, size);
    (void)printf("\"}\n");
    (void)fflush(stdout);
}

/* ---- The board
 * --------------------------------------------------------------------------------------------- */

static wh_host_device device;
static wh_flash_file flash;

static const char *in_state(const char *name)
{
    static char path[TEXT_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", options.state, name);
    return path;
}

static bool wake(void)
{
    if (wh_flash_file_open(in_state("flash.bin"), &flash) != WH_OK ||
        wh_host_start(&device, &flash.flash) != WH_OK) {
        return false;
    }
    bytes kept = read_file(in_state("state.bin"));
    bool is_awake = kept.size == 0 || wh_host_load_state(&device, kept.at, kept.size) == WH_OK;
    return is_awake;
}

static void sleep_deeply(void)
{
    uint8_t state[WH_HOST_STATE_SIZE];
    FILE *file = fopen(in_state("state.bin"), "wb");
    wh_host_sleep(&device, 60000000);
    if (file != NULL && wh_host_save_state(&device, state, sizeof state) == WH_OK) {
        (void)fwrite(state, 1, sizeof state, file);
        (void)fclose(file);
    }
    wh_flash_file_close(&flash);
}

int main(int argc, char **argv)
{
    if (!parse(argc, argv, false) || !wake()) {
        return 2;
    }
    config.platform = &device.platform;
    esp_err_t registered = warmhello_esp_tls_register(&config);
    esp_err_t again = warmhello_esp_tls_register(&config);
    if (registered != ESP_OK || again != ESP_ERR_INVALID_STATE || !parse(argc, argv, true)) {
        (void)fprintf(stderr, "registered: %d, again: %d\n", registered, again);
        return 2;
    }
    for (unsigned i = 0; i < options.connects; i++) {
        visit();
    }
    esp_tls_free_global_ca_store();
    sleep_deeply();
    while (files_read > 0) {
        free(files[--files_read]);
    }
    return 0;
}
