/* The blocks of a file of certificates or keys, in PEM or DER: the one way in for the core and for the tools
 * on a desk. Private.
 *
 * A file that has no block of PEM may be DER: certificates one behind the other, or a private key. Each has
 * the label that PEM would give it. What stands behind them is left out of account, such as the rest of a
 * flash partition, unless it begins as another one does. */
#ifndef WH_BLOCKS_H
#define WH_BLOCKS_H

#include "pem.h"

/** As wh_pem_next(). Damage of DER is WH_PEM_CUT, at the block that is not whole, behind one that is. */
wh_pem_result wh_block_next(wh_pem_text file, wh_pem_block *block);

#endif
