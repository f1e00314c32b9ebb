/* SPDX-License-Identifier: GPL-2.0-only */
/* A place in the kernel, as a reader may know it: by its symbol, never by its address. */
#ifndef _COREMON_PLACE_H
#define _COREMON_PLACE_H

#include <linux/types.h>

#include "uapi/coremon.h"

void coremon_place_text(char buf[COREMON_PLACE_LEN], unsigned long place);

#endif /* _COREMON_PLACE_H */
