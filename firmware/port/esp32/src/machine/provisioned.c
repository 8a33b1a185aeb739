#include "esp_partition.h"
#include "warmhello/port_esp32.h"
#include "warmhello/provision.h"

/* Mapped, not read: it would take 16 KB of RAM. Flash encryption is undone on the way. */
static const uint8_t *map_image(void)
{
    const esp_partition_t *partition = esp_partition_find_first(
        ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)WH_PROVISION_PARTITION_SUBTYPE,
        WH_PROVISION_PARTITION);
    const void *image = NULL;
    esp_partition_mmap_handle_t handle = 0; /* never given back */
    if (partition == NULL || partition->size < WH_PROVISION_SIZE ||
        esp_partition_mmap(partition, 0, WH_PROVISION_SIZE, ESP_PARTITION_MMAP_DATA, &image, &handle) !=
            ESP_OK) {
        return NULL;
    }
    return image;
}

int wh_esp32_provisioned(wh_esp32_config *out)
{
    wh_provision given;
    const uint8_t *image = map_image();
    *out = (wh_esp32_config){.ssid = NULL};
    int result = image != NULL ? wh_provision_read(image, WH_PROVISION_SIZE, &given) : WH_MISS_EMPTY;
    if (result != WH_OK) {
        return result;
    }
    const wh_client_config *client = &given.client;
    *out = (wh_esp32_config){
        .ssid = given.wifi.ssid,
        .password = given.wifi.password,
        .security = given.wifi.security,
        .static_address = given.wifi.static_address,
        .ca = client->ca,
        .ca_size = client->ca_size,
        .certificate = client->certificate,
        .certificate_size = client->certificate_size,
        .key = client->key,
        .key_size = client->key_size,
        .alpn = client->alpn,
        .min_version = client->min_version,
        .max_version = client->max_version,
        .no_tickets = !client->tickets,
        .policy = client->policy,
        .host = client->host,
        .port = client->port,
        .time_server = given.ntp_server,
        .every_second_wake_full = given.every_second_wake_full,
        .wake_deadline_s = given.wake_deadline_s,
        .slow_wifi = !given.wifi.fast_wake,
    };
    return WH_OK;
}
