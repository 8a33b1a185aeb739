/* poll() for the tasks of ESP-IDF's Linux target. The C library's would keep every task of lower priority
 * from running while it waits, as FreeRTOS takes the one that waits for one that computes; ESP-IDF has a
 * select() of its own against that, and no poll(). */
#include "sdkconfig.h"

#ifndef CONFIG_LWIP_ENABLE /* whose tasks wait by FreeRTOS */

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

int poll(struct pollfd *fds, nfds_t nfds, int timeout)
{
    static const struct timespec none;
    TickType_t began = xTaskGetTickCount();
    for (;;) {
        int ready = ppoll(fds, nfds, &none, NULL);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return ready;
        }
        if (timeout >= 0 && xTaskGetTickCount() - began >= pdMS_TO_TICKS((TickType_t)timeout)) {
            return 0;
        }
        vTaskDelay(1);
    }
}

#endif
