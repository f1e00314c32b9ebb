/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel calls its reasons for drops and resets: /proc/coremon/reasons. */
#ifndef COREMON_REASON_H
#define COREMON_REASON_H

#include <stdint.h>

#include "root.h"

enum reason_kind { REASON_DROP, REASON_RST, REASON_KINDS };

#define REASON_NAME_LEN 64

/** reasons_read() - read the names, once a run; without the file, or where a line makes no sense, reasons keep their numbers. */
void reasons_read(const struct root *root);

/** reason_name() - Return: the name of a reason, or NULL. */
const char *reason_name(enum reason_kind kind, uint32_t number);

#endif /* COREMON_REASON_H */
