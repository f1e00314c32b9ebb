// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine in memory. The reader's calls of open(), read() ... come here, for the Makefile renames them in its objects.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *fuzz_malloc(size_t size);
void *fuzz_calloc(size_t nr, size_t size);
void fuzz_free(void *at);

/* So that what it keeps can be forgotten. */
#define calloc fuzz_calloc
#include "../../userspace/reason.c"
#undef calloc

#define MOST_FILES 128
#define MOST_OPEN 64
#define FIRST_FD 1000000
#define PATH_LEN 128
#define MARK "#@#"
#define BIG 100000		/* nothing that is made larger by realloc() begins so */
#define MOST_BLOCKS 16

struct file {
	char path[PATH_LEN];
	uint64_t print;			/* print_of() the path */
	const uint8_t *data;
	size_t len;
};

/** struct handle - a file or directory that is open */
struct handle {
	bool used;
	const struct file *file;	/* NULL: a directory */
	char path[PATH_LEN];
	size_t at;			/* of a file the next byte, of a directory the next file looked at */
	struct dirent entry;
};

/** struct block - memory that is kept */
struct block {
	void *at;
	size_t size;
	bool used;
};

static struct block blocks[MOST_BLOCKS];
static struct file files[MOST_FILES];
static unsigned int nr_files;
static struct handle handles[MOST_OPEN];

/* ---- files ---- */

/* A fingerprint: files are looked for so often that strcmp(), which the sanitizer and the fuzzer watch, took a tenth of the time. */
static uint64_t print_of(const char *path)
{
	uint64_t print = 0;

	for (; *path; path++)
		print = (print ^ (uint8_t)*path) * 0x100000001b3u;
	return print;
}

static const struct file *find_file(const char *path)
{
	uint64_t print = print_of(path);

	for (unsigned int i = 0; i < nr_files; i++) {
		if (files[i].print == print && strcmp(files[i].path, path) == 0)
			return &files[i];
	}
	return NULL;
}

static bool is_directory(const char *path)
{
	size_t len = strlen(path);

	for (unsigned int i = 0; i < nr_files && len < PATH_LEN; i++) {
		if (files[i].path[len] == '/' && strncmp(files[i].path, path, len) == 0)
			return true;
	}
	return false;
}

void fuzz_file(const char *path, const void *data, size_t len)
{
	struct file *file = &files[nr_files];

	if (nr_files == MOST_FILES || find_file(path))
		return;
	snprintf(file->path, sizeof(file->path), "%s", path);
	file->print = print_of(file->path);
	file->data = data;
	file->len = len;
	nr_files++;
}

const void *fuzz_find(const char *path, size_t *len)
{
	const struct file *file = find_file(path);

	*len = file ? file->len : 0;
	return file ? file->data : NULL;
}

struct root fuzz_root(void)
{
	return (struct root){ .base = FUZZ_ROOT };
}

static void add_file(const char *path, unsigned int tree, const uint8_t *data, size_t len)
{
	char place[PATH_LEN];

	if (tree)
		snprintf(place, sizeof(place), FUZZ_ROOT "/%u%s", tree, path);
	else
		snprintf(place, sizeof(place), FUZZ_ROOT "%s", path);
	fuzz_file(place, data, len);
}

static void forget_reasons(void)
{
	fuzz_free(reasons);
	reasons = NULL;
	nr = 0;
	done = false;
}

/* What the second reading has not is as it was. */
static void complete(const char *const *paths, unsigned int letters)
{
	char place[PATH_LEN];
	const void *data;
	size_t len;

	for (unsigned int i = 0; i < letters; i++) {
		snprintf(place, sizeof(place), FUZZ_ROOT "/1%s", paths[i]);
		data = fuzz_find(place, &len);
		if (data)
			add_file(paths[i], 2, data, len);
	}
	add_file("/clock", 1, (const uint8_t *)"5000000000 1767274930000000000\n", 31);
	add_file("/clock", 2, (const uint8_t *)"7500000000 1767274932500000000\n", 31);
	add_file("/proc/x", 1, NULL, 0);
	add_file("/proc/x", 2, NULL, 0);
}

void fuzz_files(const uint8_t *data, size_t size, const char *const *paths, unsigned int letters, unsigned int trees)
{
	const uint8_t *end = size ? data + size : NULL, *mark = size ? memmem(data, size, MARK, 3) : NULL, *next;

	for (unsigned int i = 0; i < MOST_OPEN; i++)
		handles[i].used = false;
	nr_files = 0;
	forget_reasons();
	while (mark && end - mark > 3) {
		unsigned int letter = mark[3], which;

		data = mark + 4;
		data += data < end && *data == '\n';
		next = memmem(data, (size_t)(end - data), MARK, 3);
		which = letter >= 'a' ? letter - 'a' : letter - 'A';
		if (which < letters && (trees || letter >= 'a'))
			add_file(paths[which], !trees ? 0 : letter >= 'a' ? 1 : 2, data, (size_t)((next ? next : end) - data));
		mark = next;
	}
	if (trees)
		complete(paths, letters);
}

static int handle_new(const char *path)
{
	const struct file *file = find_file(path);
	int i;

	if (!file && !is_directory(path)) {
		errno = ENOENT;
		return -1;
	}
	for (i = 0; i < MOST_OPEN && handles[i].used; i++)
		;
	fuzz_must(i < MOST_OPEN, "files are not closed");
	handles[i] = (struct handle){ .used = true, .file = file };
	snprintf(handles[i].path, sizeof(handles[i].path), "%s", path);
	return FIRST_FD + i;
}

static struct handle *handle_of(int fd)
{
	bool good = fd >= FIRST_FD && fd < FIRST_FD + MOST_OPEN && handles[fd - FIRST_FD].used;

	fuzz_must(good, "a descriptor that is not open");
	return &handles[fd - FIRST_FD];
}

int fuzz_open(const char *path, int flags, ...);
int fuzz_openat(int dir, const char *name, int flags, ...);
ssize_t fuzz_read(int fd, void *buf, size_t size);
int fuzz_close(int fd);
int fuzz_access(const char *path, int mode);
int fuzz_fstat(int fd, struct stat *st);
DIR *fuzz_opendir(const char *path);
DIR *fuzz_fdopendir(int fd);
struct dirent *fuzz_readdir(DIR *dir);
int fuzz_closedir(DIR *dir);
int fuzz_dirfd(DIR *dir);
ssize_t fuzz_readlinkat(int dir, const char *name, char *buf, size_t size);
char *fuzz_getenv(const char *name);
char *fuzz_secure_getenv(const char *name);
int fuzz_ioctl(int fd, unsigned long request, ...);
int fuzz_fcntl(int fd, int cmd, ...);
int fuzz_isatty(int fd);
int fuzz_poll(struct pollfd *fds, nfds_t nr, int timeout_ms);
int fuzz_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout, const sigset_t *mask);
int fuzz_sigaction(int signal, const struct sigaction *action, struct sigaction *old);
int fuzz_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int fuzz_setvbuf(FILE *file, char *buf, int mode, size_t size);
struct servent *fuzz_getservbyname(const char *name, const char *protocol);

int fuzz_open(const char *path, int flags, ...)
{
	(void)flags;
	return handle_new(path);
}

int fuzz_openat(int dir, const char *name, int flags, ...)
{
	char path[2 * PATH_LEN];

	(void)flags;
	snprintf(path, sizeof(path), "%s/%s", handle_of(dir)->path, name);
	return handle_new(path);
}

/* Pieces, so that what is read is put together. */
ssize_t fuzz_read(int fd, void *buf, size_t size)
{
	struct handle *handle = handle_of(fd);
	size_t rest, part;

	if (!handle->file) {
		errno = EISDIR;
		return -1;
	}
	rest = handle->file->len - handle->at;
	part = handle->at ? rest : rest - rest / 3;
	if (part > size)
		part = size;
	if (part)
		memcpy(buf, handle->file->data + handle->at, part);
	handle->at += part;
	return (ssize_t)part;
}

int fuzz_close(int fd)
{
	handle_of(fd)->used = false;
	return 0;
}

int fuzz_access(const char *path, int mode)
{
	(void)mode;
	return find_file(path) || is_directory(path) ? 0 : -1;
}

int fuzz_fstat(int fd, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_ino = strlen(handle_of(fd)->path);
	return 0;
}

DIR *fuzz_fdopendir(int fd)
{
	return (DIR *)handle_of(fd);
}

DIR *fuzz_opendir(const char *path)
{
	int fd = handle_new(path);

	if (fd < 0)
		return NULL;
	if (!handle_of(fd)->file)
		return (DIR *)handle_of(fd);
	fuzz_close(fd);
	errno = ENOTDIR;
	return NULL;
}

/* Return: true where an earlier file is in the same entry of a directory. */
static bool is_repeated(size_t at, size_t len)
{
	for (size_t i = 0; i < at; i++) {
		if (strncmp(files[i].path, files[at].path, len) == 0 && (files[i].path[len] == '/' || !files[i].path[len]))
			return true;
	}
	return false;
}

struct dirent *fuzz_readdir(DIR *dir)
{
	struct handle *handle = (struct handle *)dir;
	size_t len = strlen(handle->path), end;

	while (handle->at < nr_files) {
		const char *path = files[handle->at++].path;

		if (strncmp(path, handle->path, len) != 0 || path[len] != '/')
			continue;
		end = len + 1 + strcspn(path + len + 1, "/");
		if (is_repeated(handle->at - 1, end))
			continue;
		snprintf(handle->entry.d_name, sizeof(handle->entry.d_name), "%.*s", (int)(end - len - 1), path + len + 1);
		handle->entry.d_type = path[end] ? DT_DIR : DT_REG;
		return &handle->entry;
	}
	return NULL;
}

int fuzz_closedir(DIR *dir)
{
	((struct handle *)dir)->used = false;
	return 0;
}

int fuzz_dirfd(DIR *dir)
{
	return FIRST_FD + (int)((struct handle *)dir - handles);
}

/* What a link leads to is what is in its file. */
ssize_t fuzz_readlinkat(int dir, const char *name, char *buf, size_t size)
{
	char path[2 * PATH_LEN];
	const struct file *file;

	snprintf(path, sizeof(path), "%s/%s", handle_of(dir)->path, name);
	file = find_file(path);
	if (!file)
		return -1;
	if (size > file->len)
		size = file->len;
	if (size)
		memcpy(buf, file->data, size);
	return (ssize_t)size;
}

/* ---- memory ---- */

/*
 * Blocks of more than the allocator keeps in its own lists would be mapped and unmapped by the kernel in each run, which takes most of
 * the time. They are kept, and what is freed is poisoned.
 */
void *fuzz_malloc(size_t size)
{
	struct block *block = blocks;

	if (size < BIG)
		return malloc(size);
	while (block < blocks + MOST_BLOCKS && block->at && (block->used || block->size != size))
		block++;
	if (block == blocks + MOST_BLOCKS)
		return malloc(size);
	if (!block->at)
		block->at = malloc(size);
	block->size = size;
	block->used = true;
	ASAN_UNPOISON_MEMORY_REGION(block->at, size);
	return block->at;
}

void *fuzz_calloc(size_t nr, size_t size)
{
	void *at;

	if (nr * size < BIG)
		return calloc(nr, size);
	at = fuzz_malloc(nr * size);
	return at ? memset(at, 0, nr * size) : NULL;
}

void fuzz_free(void *at)
{
	for (struct block *block = blocks; at && block < blocks + MOST_BLOCKS; block++) {
		if (block->at != at)
			continue;
		fuzz_must(block->used, "memory is freed twice");
		block->used = false;
		ASAN_POISON_MEMORY_REGION(at, block->size);
		return;
	}
	free(at);
}

/* ---- the rest of the machine ---- */

char *fuzz_secure_getenv(const char *name)
{
	static char root[] = FUZZ_ROOT;

	return strcmp(name, "COREMON_ROOT") == 0 ? root : NULL;
}

char *fuzz_getenv(const char *name)
{
	return fuzz_secure_getenv(name);
}

int fuzz_ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	errno = ENOTTY;
	return -1;
}

int fuzz_fcntl(int fd, int cmd, ...)
{
	(void)fd;
	(void)cmd;
	return 0;
}

int fuzz_isatty(int fd)
{
	(void)fd;
	return 0;
}

/* Nobody waits: what is polled for is there. */
int fuzz_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *timeout, const sigset_t *mask)
{
	(void)timeout;
	(void)mask;
	for (nfds_t i = 0; i < nr; i++)
		fds[i].revents = fds[i].events;
	return (int)nr;
}

int fuzz_poll(struct pollfd *fds, nfds_t nr, int timeout_ms)
{
	(void)timeout_ms;
	return fuzz_ppoll(fds, nr, NULL, NULL);
}

int fuzz_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	(void)signal;
	(void)action;
	(void)old;
	return 0;
}

int fuzz_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	(void)how;
	(void)set;
	(void)old;
	return 0;
}

int fuzz_setvbuf(FILE *file, char *buf, int mode, size_t size)
{
	(void)file;
	(void)buf;
	(void)mode;
	(void)size;
	return 0;
}

/* The machine's /etc/services would be read for each word. */
struct servent *fuzz_getservbyname(const char *name, const char *protocol)
{
	static struct servent https = { .s_port = 0xbb01 };

	(void)protocol;
	return strcmp(name, "https") == 0 ? &https : NULL;
}
