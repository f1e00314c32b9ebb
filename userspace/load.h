/* SPDX-License-Identifier: GPL-2.0-only */
/* What it takes to load the module on this machine. */
#ifndef COREMON_LOAD_H
#define COREMON_LOAD_H

#include "root.h"

/* Who may read what it shows: behind the error of one who may not. */
#define LOAD_READERS " (root may, and the group that the module was given as proc_gid)"

/**
 * load_advice() - what to do for the module, which is not loaded.
 *
 * Return: half a sentence: the command, or that this kernel takes signed modules only and why, or that it loads none any more.
 * What cannot be read is taken for not so.
 */
const char *load_advice(const struct root *root);

#endif /* COREMON_LOAD_H */
