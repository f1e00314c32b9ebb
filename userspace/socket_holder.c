// SPDX-License-Identifier: GPL-2.0-only
/* Who holds a socket: the descriptors of every process, /proc/PID/fd, are links that name the inodes of sockets. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "socket_read.h"

#define INIT 1		/* holds the sockets of services that it starts: the service is of more use */

/** struct wanted - an inode that is looked for */
struct wanted {
	uint64_t inode;
	struct socket *socket;
	uint32_t last;		/* the process seen last to hold it: each counts once, however many descriptors it has */
};

/** struct scan - a search */
struct scan {
	struct wanted *wanted;	/* sorted by inode */
	size_t nr;
	const struct root *root;
	bool denied;
};

static int by_inode(const void *p, const void *q)
{
	const struct wanted *a = p, *b = q;

	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/* Return: the first that has @inode, or NULL. */
static struct wanted *find(const struct scan *scan, uint64_t inode)
{
	size_t low = 0, high = scan->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (scan->wanted[mid].inode < inode)
			low = mid + 1;
		else
			high = mid;
	}
	return low < scan->nr && scan->wanted[low].inode == inode ? &scan->wanted[low] : NULL;
}

static int list(struct scan *scan, struct sockets *sockets)
{
	scan->wanted = calloc(sockets->nr + 1, sizeof(*scan->wanted));
	if (!scan->wanted)
		return -ENOMEM;
	for (unsigned int i = 0; i < sockets->nr; i++) {
		struct socket *socket = &sockets->socket[i];

		if (socket_known(socket, SOCKET_INODE) && socket->num[SOCKET_INODE])
			scan->wanted[scan->nr++] = (struct wanted){ .inode = socket->num[SOCKET_INODE], .socket = socket };
	}
	qsort(scan->wanted, scan->nr, sizeof(*scan->wanted), by_inode);
	return 0;
}

/* The name as the process has it, which may have a newline in it; the last one is the file's. */
static void take_comm(const struct root *root, uint32_t pid, char comm[16])
{
	char path[32], text[17];
	ssize_t got;
	int fd;

	comm[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = root_open(root, path);
	if (fd < 0)
		return;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return;
	if (text[got - 1] == '\n')
		got--;
	if (got > 15)
		got = 15;
	memcpy(comm, text, (size_t)got);
	comm[got] = '\0';
}

/* Return: the inode that a link to a socket names, or 0. */
static uint64_t socket_inode(int dir, const char *name)
{
	static const char prefix[] = "socket:[";
	uint64_t inode;
	char text[64];
	ssize_t len;

	len = readlinkat(dir, name, text, sizeof(text) - 1);
	if (len < (ssize_t)sizeof(prefix) || memcmp(text, prefix, sizeof(prefix) - 1) != 0 || text[len - 1] != ']')
		return 0;
	text[len - 1] = '\0';
	return parse_number(text + sizeof(prefix) - 1, &inode) ? inode : 0;
}

static void take(struct scan *scan, uint64_t inode, uint32_t pid)
{
	for (struct wanted *at = find(scan, inode); at && at < scan->wanted + scan->nr && at->inode == inode; at++) {
		struct socket *socket = at->socket;

		if (at->last == pid)
			continue;
		at->last = pid;
		socket->holders++;
		if (socket->pid == 0 || socket->pid == INIT || (pid < socket->pid && pid != INIT))
			socket->pid = pid;
	}
}

/* A process that is gone by now is no error, nor is one that is going. */
static void look_into(struct scan *scan, uint32_t pid)
{
	char path[PATH_MAX], inside[32];
	struct dirent *entry;
	DIR *dir;

	snprintf(inside, sizeof(inside), "/proc/%u/fd", pid);
	if (root_path(scan->root, inside, path, sizeof(path)) < 0)
		return;
	dir = opendir(path);
	if (!dir) {
		scan->denied |= errno == EACCES || errno == EPERM || errno == EMFILE || errno == ENFILE || errno == ENOMEM;
		return;
	}
	while ((entry = readdir(dir))) {
		uint64_t inode;

		if (entry->d_name[0] == '.')
			continue;
		inode = socket_inode(dirfd(dir), entry->d_name);
		if (inode)
			take(scan, inode, pid);
	}
	closedir(dir);
}

/* Names are read once for each process that holds something, at the end. */
static void take_names(struct sockets *sockets, const struct root *root)
{
	uint32_t last = 0;
	char comm[16] = "";

	for (unsigned int i = 0; i < sockets->nr; i++) {
		struct socket *socket = &sockets->socket[i];

		if (!socket->pid)
			continue;
		if (socket->pid != last)
			take_comm(root, socket->pid, comm);
		last = socket->pid;
		memcpy(socket->comm, comm, sizeof(comm));
	}
}

int socket_holders_read(struct sockets *sockets, const struct root *root)
{
	struct scan scan = { .root = root };
	char path[PATH_MAX];
	struct dirent *entry;
	uint64_t pid;
	DIR *dir;
	int ret;

	ret = root_path(root, "/proc", path, sizeof(path));
	if (ret < 0)
		return ret;
	dir = opendir(path);
	if (!dir)
		return -errno;
	ret = list(&scan, sockets);
	while (ret == 0 && (entry = readdir(dir))) {
		if (parse_number(entry->d_name, &pid) && pid && pid <= UINT32_MAX)
			look_into(&scan, (uint32_t)pid);
	}
	closedir(dir);
	free(scan.wanted);
	if (ret == 0)
		take_names(sockets, root);
	return ret == 0 && scan.denied ? -EACCES : ret;
}
