/* lwIP's sockets under their name in POSIX, as ESP-IDF's component lwip has them. */
#include "lwip/sockets.h"
