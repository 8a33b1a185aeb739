#include "warmhello/lock.h"

#include <pthread.h>

static pthread_mutex_t core_lock = PTHREAD_MUTEX_INITIALIZER;

void wh_core_lock(void)
{
    (void)pthread_mutex_lock(&core_lock);
}

void wh_core_unlock(void)
{
    (void)pthread_mutex_unlock(&core_lock);
}
