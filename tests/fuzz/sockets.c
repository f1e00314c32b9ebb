// SPDX-License-Identifier: GPL-2.0-only
/* Sockets as text, and who holds them: /proc/net/tcp and the like, links and names of /proc/PID. */
#include "fuzz.h"
#include "socket.h"
#include "sockets.h"

static const char *const paths[] = {
	"/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6", "/proc/1/fd/0", "/proc/20/fd/3", "/proc/20/fd/4",
	"/proc/20/comm", "/proc/1/comm",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockets_options options = { .tcp = true, .udp = true, .v4 = true, .v6 = true, .all = true };
	struct sockets sockets = { 0 };
	struct root root = fuzz_root();
	char owner[SOCKET_OWNER_LEN];

	fuzz_files(data, size, paths, sizeof(paths) / sizeof(paths[0]), 0);
	fuzz_begin(FUZZ_TEXT);
	fuzz_must(sockets_read(&sockets, &root, true) == 0, "out of memory");
	for (unsigned int i = 0; i < sockets.nr; i++) {
		socket_shown(&options, &sockets.socket[i]);
		socket_owner(&sockets.socket[i], owner);
	}
	sockets_free(&sockets);
	fuzz_end();
	return 0;
}
