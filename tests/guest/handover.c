// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server that accepts and forks: what it does with each connection is known, and who should own it. Prints a line a
 * connection, `ID ROLE PID`, and waits until standard input ends. Roles, PID being the owner:
 *   accepted   this process accepted it, and nobody has used it
 *   child      this process accepted it, a child sent first, then this process
 *   parent     this process sent first, then a child
 *   connected  this process connected, and nobody has used it
 *   given      this process connected, a child received first
 */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

static void say(int fd, const char *role, pid_t pid)
{
	uint64_t id;
	socklen_t len = sizeof(id);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &id, &len))
		err(1, "SO_COOKIE");
	printf("%" PRIx64 " %s %d\n", id, role, pid);
	fflush(stdout);
}

static void give(int fd)
{
	if (send(fd, "x", 1, 0) != 1)
		err(1, "send");
}

static void take(int fd)
{
	char c;

	if (recv(fd, &c, 1, 0) != 1)
		err(1, "recv");
}

/* A child does it. Returns its number. */
static pid_t in_child(void (*what)(int), int fd)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		what(fd);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "child: status %d", status);
	return pid;
}

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int c[3], s[3];
	pid_t pid;

	if (bind(listener, (void *)&at, sizeof(at)) || listen(listener, 8) || getsockname(listener, (void *)&at, &len))
		err(1, "listener");
	for (int i = 0; i < 3; i++) {
		c[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(c[i], (void *)&at, sizeof(at)))
			err(1, "connect");
		s[i] = accept(listener, NULL, NULL);
		if (s[i] < 0)
			err(1, "accept");
	}
	say(s[0], "accepted", getpid());
	say(c[0], "connected", getpid());
	pid = in_child(give, s[1]);
	give(s[1]);
	say(s[1], "child", pid);
	say(c[1], "given", in_child(take, c[1]));
	give(s[2]);
	in_child(give, s[2]);
	say(s[2], "parent", getpid());
	while (read(0, &pid, sizeof(pid)) > 0)
		;
	return 0;
}
