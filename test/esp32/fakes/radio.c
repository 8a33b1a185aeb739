/* The event loop, Wi-Fi, the network interface, the name server. */
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_wifi.h"
#include "lwip/dhcp.h"
#include "world.h"

/* ---- The event task: acts in order of their time, on one thread ---- */

typedef struct act {
    struct act *next;
    uint64_t due_us;
    void (*run)(void *);
    void *ctx;
} act;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static act *acts;
static bool is_woken;

static uint64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void make_condition(void)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&changed, &attributes);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

void world_later(unsigned ms, void (*run)(void *), void *ctx)
{
    (void)pthread_once(&once, make_condition);
    act *made = malloc(sizeof *made);
    *made = (act){.due_us = now_us() + (uint64_t)ms * 1000, .run = run, .ctx = ctx};
    (void)pthread_mutex_lock(&mutex);
    act **at = &acts;
    while (*at != NULL && (*at)->due_us <= made->due_us) {
        at = &(*at)->next;
    }
    made->next = *at;
    *at = made;
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

void world_wake(void)
{
    (void)pthread_once(&once, make_condition);
    (void)pthread_mutex_lock(&mutex);
    is_woken = true;
    (void)pthread_cond_signal(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

/* The next act that is due, or NULL after at most 10 ms, or when woken. */
static act *next_act(void)
{
    (void)pthread_mutex_lock(&mutex);
    if (!is_woken && (acts == NULL || acts->due_us > now_us())) {
        uint64_t until_us = now_us() + 10000;
        struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                                 .tv_nsec = (long)(until_us % 1000000) * 1000};
        (void)pthread_cond_timedwait(&changed, &mutex, &until);
    }
    is_woken = false;
    act *due = acts;
    if (due != NULL && due->due_us <= now_us()) {
        acts = due->next;
    } else {
        due = NULL;
    }
    (void)pthread_mutex_unlock(&mutex);
    return due;
}

_Noreturn void world_run(void (*turn)(void))
{
    (void)pthread_once(&once, make_condition);
    for (;;) {
        act *due = next_act();
        if (due != NULL) {
            due->run(due->ctx);
            free(due);
        }
        if (turn != NULL) {
            turn();
        }
    }
}

static void *run_beside(void *arg)
{
    (void)arg;
    world_run(NULL);
}

/* Events do not share the app's task. */
static bool has_event_task;

void world_run_beside(void)
{
    pthread_t thread;
    has_event_task = true;
    if (pthread_create(&thread, NULL, run_beside, NULL) != 0) {
        abort();
    }
    (void)pthread_detach(thread);
}

/* ---- Events of the system ---- */

esp_event_base_t const WIFI_EVENT = "WIFI_EVENT";
esp_event_base_t const IP_EVENT = "IP_EVENT";

enum { HANDLERS = 8 };
static struct {
    esp_event_base_t base;
    int32_t id;
    esp_event_handler_t handler;
    void *arg;
} handlers[HANDLERS];
static int handler_count;
static bool has_loop;

esp_err_t esp_event_loop_create_default(void)
{
    if (has_loop) {
        return ESP_ERR_INVALID_STATE;
    }
    has_loop = true;
    return ESP_OK;
}

esp_err_t esp_event_handler_instance_register(esp_event_base_t event_base, int32_t event_id,
                                              esp_event_handler_t event_handler, void *event_handler_arg,
                                              esp_event_handler_instance_t *instance)
{
    (void)instance;
    (void)pthread_mutex_lock(&mutex);
    handlers[handler_count].base = event_base;
    handlers[handler_count].id = event_id;
    handlers[handler_count].handler = event_handler;
    handlers[handler_count++].arg = event_handler_arg;
    (void)pthread_mutex_unlock(&mutex);
    return ESP_OK;
}

/* On the event task. */
static void post(esp_event_base_t base, int32_t id, void *data)
{
    (void)pthread_mutex_lock(&mutex);
    int count = handler_count;
    (void)pthread_mutex_unlock(&mutex);
    for (int i = 0; i < count; i++) {
        if (handlers[i].base == base && (handlers[i].id == id || handlers[i].id == ESP_EVENT_ANY_ID)) {
            handlers[i].handler(handlers[i].arg, base, id, data);
        }
    }
}

/* ---- Wi-Fi and the interface; guarded by `air` ---- */

struct esp_netif_obj {
    esp_netif_ip_info_t ip;
    esp_netif_dns_info_t dns;
};

static pthread_mutex_t air = PTHREAD_MUTEX_INITIALIZER;
static struct esp_netif_obj interface;
static bool has_interface;
static bool uses_dhcp = true;
static bool is_associated;
static wifi_config_t wanted;
static struct dhcp dhcp;

static const uint8_t bssid[6] = {2, 0, 0, 0, 0, 1};

static uint8_t channel_now(void)
{
    return the_world.ap_moved ? 11 : 6;
}

static void got_address(void *ctx)
{
    (void)ctx;
    (void)pthread_mutex_lock(&air);
    bool here = is_associated && !(uses_dhcp && the_world.no_dhcp);
    if (here && uses_dhcp) {
        interface.ip =
            (esp_netif_ip_info_t){.ip.addr = 0x0200a8c0, .netmask.addr = 0x00ffffff, .gw.addr = 0x0100a8c0};
        interface.dns.ip.u_addr.ip4.addr = 0x0100a8c0;
    }
    if (here) {
        world_say("ip %s", uses_dhcp ? "dhcp" : "lease");
    }
    ip_event_got_ip_t event = {.esp_netif = &interface, .ip_info = interface.ip};
    (void)pthread_mutex_unlock(&air);
    if (here) {
        post(IP_EVENT, IP_EVENT_STA_GOT_IP, &event);
    }
}

static void lost(void *ctx)
{
    (void)ctx;
    wifi_event_sta_disconnected_t event = {.reason = 200};
    (void)pthread_mutex_lock(&air);
    is_associated = false;
    (void)pthread_mutex_unlock(&air);
    post(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &event);
}

static void left(void *ctx)
{
    the_world.ap_absent = true;
    world_say("wifi lost");
    lost(ctx);
}

static void address_left(void *ctx)
{
    (void)ctx;
    world_say("ip lost");
    post(IP_EVENT, IP_EVENT_STA_LOST_IP, NULL);
}

static void associated(void *ctx)
{
    (void)ctx;
    wifi_event_sta_connected_t event = {.channel = channel_now()};
    memcpy(event.bssid, bssid, sizeof bssid);
    (void)pthread_mutex_lock(&air);
    is_associated = true;
    unsigned ms = uses_dhcp ? 20 : 0;
    (void)pthread_mutex_unlock(&air);
    if (the_world.ap_leaves_ms > 0) {
        world_later(the_world.ap_leaves_ms, left, NULL);
    }
    if (the_world.address_leaves_ms > 0) {
        world_later(the_world.address_leaves_ms, address_left, NULL);
    }
    post(WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, &event);
    world_later(ms, got_address, NULL);
}

/* As nobody has told the driver. */
static const char *power_save = "as it likes";

esp_err_t esp_wifi_set_ps(wifi_ps_type_t type)
{
    static const char *const names[] = {"never", "till each DTIM beacon", "till beacons of its own choice"};
    power_save = names[type];
    return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
    world_say("radio sleeps %s, listen interval %u", power_save, (unsigned)wanted.sta.listen_interval);
    (void)pthread_mutex_lock(&air);
    const wifi_sta_config_t *sta = &wanted.sta;
    bool fast = sta->bssid_set;
    bool found = !the_world.ap_absent &&
                 (!fast || (sta->channel == channel_now() && memcmp(sta->bssid, bssid, 6) == 0));
    (void)pthread_mutex_unlock(&air);
    world_say("wifi %s %.32s", fast ? "fast" : "scan", (const char *)wanted.sta.ssid);
    if (wanted.sta.threshold.authmode != WIFI_AUTH_OPEN) {
        world_say("wifi asks for protection %d", (int)wanted.sta.threshold.authmode);
    }
    world_later(fast ? 5 : 30, found ? associated : lost, NULL);
    return ESP_OK;
}

esp_err_t esp_wifi_init(const wifi_init_config_t *config)
{
    (void)config;
    return ESP_OK;
}

esp_err_t esp_wifi_set_storage(wifi_storage_t storage)
{
    return storage == WIFI_STORAGE_RAM ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t mode)
{
    return mode == WIFI_MODE_STA ? ESP_OK : ESP_FAIL;
}

static atomic_bool is_started;

esp_err_t esp_wifi_get_max_tx_power(int8_t *power)
{
    *power = 80;
    return atomic_load(&is_started) ? ESP_OK : ESP_ERR_WIFI_NOT_STARTED;
}

esp_err_t esp_wifi_set_config(wifi_interface_t target, wifi_config_t *conf)
{
    (void)target;
    (void)pthread_mutex_lock(&air);
    wanted = *conf;
    (void)pthread_mutex_unlock(&air);
    return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
    atomic_store(&is_started, true);
    return ESP_OK;
}

esp_err_t esp_wifi_stop(void)
{
    atomic_store(&is_started, false);
    world_say("wifi off");
    return ESP_OK;
}

static atomic_bool is_told;

static void leave_on_purpose(void *ctx)
{
    lost(ctx);
    atomic_store(&is_told, true);
}

/* The driver tells of this one as well. An event task of its own is above all of ours: it has heard of it
 * when this returns. */
esp_err_t esp_wifi_disconnect(void)
{
    atomic_store(&is_told, false);
    world_later(0, leave_on_purpose, NULL);
    while (has_event_task && !atomic_load(&is_told)) {
        (void)usleep(100);
    }
    return ESP_OK;
}

esp_err_t esp_netif_init(void)
{
    return ESP_OK;
}

esp_netif_t *esp_netif_create_default_wifi_sta(void)
{
    has_interface = true;
    return &interface;
}

esp_netif_t *esp_netif_get_handle_from_ifkey(const char *if_key)
{
    return has_interface && strcmp(if_key, "WIFI_STA_DEF") == 0 ? &interface : NULL;
}

esp_err_t esp_netif_dhcpc_start(esp_netif_t *esp_netif)
{
    (void)esp_netif;
    (void)pthread_mutex_lock(&air);
    bool begins = !uses_dhcp && is_associated;
    uses_dhcp = true;
    (void)pthread_mutex_unlock(&air);
    if (begins) {
        world_later(20, got_address, NULL);
    }
    return ESP_OK;
}

esp_err_t esp_netif_dhcpc_stop(esp_netif_t *esp_netif)
{
    (void)esp_netif;
    (void)pthread_mutex_lock(&air);
    uses_dhcp = false;
    (void)pthread_mutex_unlock(&air);
    return ESP_OK;
}

esp_err_t esp_netif_set_ip_info(esp_netif_t *esp_netif, const esp_netif_ip_info_t *ip_info)
{
    (void)pthread_mutex_lock(&air);
    bool allowed = !uses_dhcp;
    esp_netif->ip = *ip_info;
    (void)pthread_mutex_unlock(&air);
    return allowed ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_netif_get_ip_info(esp_netif_t *esp_netif, esp_netif_ip_info_t *ip_info)
{
    *ip_info = esp_netif->ip;
    return ESP_OK;
}

esp_err_t esp_netif_set_dns_info(esp_netif_t *esp_netif, esp_netif_dns_type_t type, esp_netif_dns_info_t *dns)
{
    (void)type;
    (void)pthread_mutex_lock(&air);
    esp_netif->dns = *dns;
    (void)pthread_mutex_unlock(&air);
    return ESP_OK;
}

esp_err_t esp_netif_get_dns_info(esp_netif_t *esp_netif, esp_netif_dns_type_t type, esp_netif_dns_info_t *dns)
{
    (void)type;
    (void)pthread_mutex_lock(&air);
    *dns = esp_netif->dns;
    (void)pthread_mutex_unlock(&air);
    return ESP_OK;
}

void *esp_netif_get_netif_impl(esp_netif_t *esp_netif)
{
    return esp_netif;
}

struct dhcp *netif_dhcp_data(struct netif *netif)
{
    (void)netif;
    dhcp.offered_t0_lease = the_world.lease_s;
    return &dhcp;
}

/* ---- The name server: the desk's own, but for names that do not exist, and for a board with another's
 * address ---- */

int __real_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out);

int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                       struct addrinfo **out)
{
    (void)pthread_mutex_lock(&air);
    bool works = uses_dhcp || !the_world.address_taken;
    (void)pthread_mutex_unlock(&air);
    if (the_world.slow_names) {
        (void)usleep(works ? 1000000 : 2500000);
    }
    if (strstr(name, "silent.invalid") != NULL) {
        (void)sleep(30);
    }
    if (!works || strstr(name, ".invalid") != NULL) {
        return EAI_NONAME;
    }
    if (strcmp(service, "123") == 0) {
        static char port[8];
        (void)snprintf(port, sizeof port, "%u", the_world.ntp_port);
        world_say("time asked of %s", name);
        name = "127.0.0.1";
        service = port;
    }
    struct addrinfo ipv4 = *hints;
    ipv4.ai_family = AF_INET; /* servers under test are at 127.0.0.1 */
    return __real_getaddrinfo(name, service, &ipv4, out);
}

/* ---- lwIP's sockets: the desk's own, as long as there are some ---- */

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);

/* TCP's on the TLS task alone. */
int __wrap_socket(int domain, int type, int protocol)
{
    static unsigned made;
    if (type != SOCK_STREAM) {
        return __real_socket(domain, type, protocol);
    }
    made++;
    if (the_world.sockets != 0 && made > the_world.sockets) {
        errno = ENFILE;
        return -1;
    }
    return __real_socket(domain, type, protocol);
}

/* A connect fails as lwIP has it fail, at once or later. */

int __real_connect(int s, const struct sockaddr *name, socklen_t size);
int __wrap_connect(int s, const struct sockaddr *name, socklen_t size);
int __real_getsockopt(int s, int level, int option, void *value, socklen_t *size);
int __wrap_getsockopt(int s, int level, int option, void *value, socklen_t *size);

static void fill_queue(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int listener = __real_socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)address, size) != 0 || listen(listener, 0) != 0 ||
        getsockname(listener, (struct sockaddr *)address, &size) != 0) {
        abort();
    }
    for (int i = 0; i < 2; i++) {
        (void)__real_connect(__real_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
                             (struct sockaddr *)address, size);
    }
}

int __wrap_connect(int s, const struct sockaddr *name, socklen_t size)
{
    if (the_world.connect_error != 0) {
        errno = the_world.connect_error;
        return -1;
    }
    if (the_world.no_route) {
        /* A listener whose queue is full answers no SYN. */
        static struct sockaddr_in full;
        if (full.sin_family == 0) {
            fill_queue(&full);
        }
        return __real_connect(s, (struct sockaddr *)&full, sizeof full);
    }
    return __real_connect(s, name, size);
}

ssize_t __real_send(int s, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int s, const void *bytes, size_t size, int flags);

static atomic_size_t let_through = SIZE_MAX;

void world_let_through(size_t bytes)
{
    atomic_store(&let_through, bytes);
}

/* With --narrow every second call of a task finds that there is no room. */
static size_t room_for(size_t size)
{
    enum { A_FEW = 100 };
    static _Thread_local bool is_full;
    size_t room = atomic_load(&let_through);
    is_full = the_world.narrow && !is_full;
    if (is_full) {
        return 0;
    }
    size = the_world.narrow && size > A_FEW ? A_FEW : size;
    size = size < room ? size : room;
    if (room != SIZE_MAX) {
        atomic_fetch_sub(&let_through, size);
    }
    return size;
}

ssize_t __wrap_send(int s, const void *bytes, size_t size, int flags)
{
    size = room_for(size);
    if (size == 0) {
        (void)usleep(100);
        errno = EAGAIN;
        return -1;
    }
    if (the_world.tells_sends) {
        world_say("tcp sends %zu", size);
    }
    return __real_send(s, bytes, size, flags);
}

int __wrap_getsockopt(int s, int level, int option, void *value, socklen_t *size)
{
    int result = __real_getsockopt(s, level, option, value, size);
    if (the_world.late_error != 0 && option == SO_ERROR) {
        memcpy(value, &the_world.late_error, sizeof(int));
    }
    return result;
}
