/* The blocks of a file of certificates or keys, in PEM or DER: the one way in for the core and for the tools
 * on a desk. Private.
 *
 * A file that has no block of PEM may be DER: certificates one behind the other, or a private key. What
 * stands behind them is left out of account, such as the rest of a flash partition, unless it begins as
 * another one does. DER says less of itself than PEM: each of its blocks may be a certificate, and may be a
 * key. */
#ifndef WH_BLOCKS_H
#define WH_BLOCKS_H

#include "pem.h"

#ifdef WH_PEM_ONLY
#define wh_block_next wh_pem_next
#else
/** As wh_pem_next(). Of DER, damage is what behind a whole block begins as one and is not. */
wh_pem_result wh_block_next(wh_pem_text file, wh_pem_block *block);
#endif

#endif
