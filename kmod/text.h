/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows and events as text: the column table, and how each kind of value is written. */
#ifndef _COREMON_TEXT_H
#define _COREMON_TEXT_H

#include <linux/types.h>

#include "uapi/coremon.h"

/* A row or event at its longest, with room to spare. */
#define COREMON_TEXT_MAX 2048

size_t coremon_text_head(char *buf, size_t size, bool ended);
size_t coremon_text_row(char *buf, size_t size, const struct coremon_row *row, bool ended);
size_t coremon_text_event_head(char *buf, size_t size);
size_t coremon_text_event(char *buf, size_t size, const struct coremon_event_drop *record);
size_t coremon_text_drop_head(char *buf, size_t size);
size_t coremon_text_drop(char *buf, size_t size, const struct coremon_drop *drop);

#endif /* _COREMON_TEXT_H */
