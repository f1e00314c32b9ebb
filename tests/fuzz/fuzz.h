/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share: a machine whose files are pieces of the input, in memory, and the output of the program, caught and
 * looked at. Each target is a file with LLVMFuzzerTestOneInput(); README.md says which reads what.
 *
 * An input is a character that chooses how to run, and then files: each begins behind a line `#@#X`, where X is a letter of the
 * target's list of paths. Small letters are files of the first reading (the tree 1), capitals of the second; one that the
 * second has not is that of the first.
 */
#ifndef COREMON_FUZZ_H
#define COREMON_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "root.h"

#define FUZZ_ROOT "/f"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** fuzz_files() - make the files of an input. @paths: those of the letters from a on. @trees: 2: numbered trees; 0: none are. */
void fuzz_files(const uint8_t *data, size_t size, const char *const *paths, unsigned int letters, unsigned int trees);

/** fuzz_file() - add a file that is always there; @path begins with the root. @data must stay valid. */
void fuzz_file(const char *path, const void *data, size_t len);

/** fuzz_find() - Return: what is in the file @path, or NULL. */
const void *fuzz_find(const char *path, size_t *len);

/** fuzz_root() - Return: the root with all that fuzz_files() made, not numbered. */
struct root fuzz_root(void);

/** fuzz_must() - end the run where @holds is not true: @what is wrong. */
void fuzz_must(bool holds, const char *what);

enum fuzz_output {
	FUZZ_ANY,	/* not looked at: of the command line, which is the user's own */
	FUZZ_TEXT,	/* for a terminal: nothing that does something to it */
	FUZZ_JSON,	/* an object a line */
	FUZZ_CSV,
};

/** fuzz_begin() - what is printed from now on is caught. */
void fuzz_begin(enum fuzz_output output);

/** fuzz_end() - look at it, and forget it. */
void fuzz_end(void);

/** fuzz_verb() - run a verb with a command line, words with a blank between; what it writes is looked at by --json and --csv in it. */
void fuzz_verb(int (*verb)(int argc, char **argv), const char *line);

#endif /* COREMON_FUZZ_H */
