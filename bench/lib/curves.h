/* SPDX-License-Identifier: Apache-2.0 */
/* Which curve libsignal computes with: the product's, or its own. */
#ifndef CURVES_H
#define CURVES_H

/* From now on; at the start it is the product's. */
void curves_use_own(int own);

#endif
