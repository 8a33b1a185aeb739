/* One task owns every TLS call. The few calls into the core that others make, as the service does when it
 * forgets a session, take turns with it by this lock, which is held while the task works and not while it
 * waits. */
#ifndef WH_CORE_LOCK_H
#define WH_CORE_LOCK_H

#include "warmhello/lock.h"
#include "warmhello/service.h"

/* Before anything else, from any task. False: no memory. */
bool wh_core_lock_make(void);

/* The service's hooks into the core, under the lock. */
extern const wh_service_hooks wh_locked_hooks;

#endif
