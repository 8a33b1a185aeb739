/* What tests see of the stand-in, beside esp_tls.h. */
#ifndef LAYER_H
#define LAYER_H

#include "esp_tls_custom_stack.h"

/* The table that was registered, or NULL. */
const esp_tls_stack_ops_t *layer_table(void);

/* How often a connect has gone round: many times is a busy loop. */
extern uint64_t layer_rounds;

#endif
