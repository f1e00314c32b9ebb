/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of the JSON writer share. */
#ifndef COREMON_OUT_JSON_H
#define COREMON_OUT_JSON_H

#include <jansson.h>

#include "out.h"

/** json_rate() - how much a counter grew a second, as "@name_per_s"; null where that is not known. */
void json_rate(json_t *object, const char *name, const struct delta *delta, uint64_t elapsed_ns);

/** json_trouble() - the sections that tell of trouble. */
void json_trouble(json_t *object, const struct report *report, const struct sections *sections);

#endif /* COREMON_OUT_JSON_H */
