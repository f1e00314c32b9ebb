/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where /proc and /sys are, and what time it is.
 *
 * COREMON_ROOT is put before every path. Where $COREMON_ROOT/1/proc exists the directory holds numbered trees: reading k is
 * made of the files in $COREMON_ROOT/k and of the clock in $COREMON_ROOT/k/clock ("monotonic_ns realtime_ns"), nobody sleeps,
 * and the run ends after the last tree. So captured files give the same report every time.
 */
#ifndef COREMON_ROOT_H
#define COREMON_ROOT_H

#include <stdbool.h>
#include <stdint.h>

/** struct stamp - a moment, on both clocks, in nanoseconds */
struct stamp {
	uint64_t mono_ns;	/* CLOCK_MONOTONIC: what rates are made from */
	uint64_t real_ns;	/* CLOCK_REALTIME: what is printed */
};

/** struct root - where files are read from */
struct root {
	const char *base;	/* COREMON_ROOT, or "" */
	unsigned int tree;	/* number of the tree in use, from 1; 0 before the first */
	bool numbered;		/* @base holds numbered trees */
};

/** root_init() - take COREMON_ROOT from the environment. */
void root_init(struct root *root);

/** root_next() - go on to the next reading. Return: false when there is no further tree. */
bool root_next(struct root *root);

/** root_moved() - Return: true when files are not this machine's own /proc. */
bool root_moved(const struct root *root);

/** root_path() - put the place of the absolute @path in @buf. Return: 0 or -ENAMETOOLONG. */
int root_path(const struct root *root, const char *path, char *buf, unsigned int size);

/** root_open() - open the absolute @path for reading. Return: a descriptor or a negative errno. */
int root_open(const struct root *root, const char *path);

/** root_exists() - Return: true where @path is. */
bool root_exists(const struct root *root, const char *path);

/** root_has_entries() - Return: true where the directory @path has something in it. */
bool root_has_entries(const struct root *root, const char *path);

/** root_clock() - what time it is in this tree. Return: 0, or a negative errno where the tree's clock file is unusable. */
int root_clock(const struct root *root, struct stamp *now);

#endif /* COREMON_ROOT_H */
