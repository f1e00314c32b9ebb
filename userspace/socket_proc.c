// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/tcp, tcp6, udp, udp6: the sockets as text, where the kernel has no inet_diag for the protocol. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "say.h"
#include "socket_read.h"

/* Cut a hexadecimal number of at most 8 digits off *@p, up to the character @end ('\0': its whole rest). */
static bool take_hex(char **p, char end, uint32_t *value)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	unsigned int n = 0;

	*value = 0;
	for (; **p && **p != end; (*p)++) {
		const char *digit = strchr(digits, **p);

		if (!digit || ++n > 8)
			return false;
		*value = *value << 4 | (uint32_t)((digit - digits) & 15);
	}
	if (n == 0 || **p != end)
		return false;
	if (end)
		(*p)++;
	return true;
}

/* "0100007F:0035", each four bytes of the address a number as this machine holds it. */
static bool take_endpoint(char *word, bool v6, struct endpoint *ep)
{
	uint32_t port;

	memset(ep, 0, sizeof(*ep));
	ep->v6 = v6;
	if (!word || strlen(word) != (v6 ? 37 : 13))
		return false;
	for (size_t i = 0; i < (v6 ? 4 : 1); i++) {
		char part[9], *p = part;
		uint32_t value;

		memcpy(part, word, 8);
		part[8] = '\0';
		if (!take_hex(&p, '\0', &value))
			return false;
		memcpy(ep->addr + 4 * i, &value, 4);
		word += 8;
	}
	if (*word++ != ':' || !take_hex(&word, '\0', &port) || port > UINT16_MAX)
		return false;
	ep->port = (uint16_t)port;
	return true;
}

/* The words of a line: sl local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops (UDP alone). */
static bool take_line(struct socket *socket, char *line, bool v6)
{
	char *sl = next_word(&line), *local = next_word(&line), *remote = next_word(&line), *state = next_word(&line);
	char *queues = next_word(&line), *timer = next_word(&line), *retrans = next_word(&line), *word;
	uint32_t number, tx, rx;
	uint64_t uid, inode, drops;

	if (!sl || !take_endpoint(local, v6, &socket->local) || !take_endpoint(remote, v6, &socket->remote))
		return false;
	if (!state || !take_hex(&state, '\0', &number) || number == 0 || number >= SOCKET_STATES)
		return false;
	socket->state = (uint8_t)number;
	if (!queues || !take_hex(&queues, ':', &tx) || !take_hex(&queues, '\0', &rx) || !timer || !retrans)
		return false;
	socket_set(socket, SOCKET_RECV_Q, rx);
	/* A listener's limit is not there. */
	if (socket->udp || socket->state != SOCKET_LISTEN)
		socket_set(socket, SOCKET_SEND_Q, tx);
	word = next_word(&line);
	if (!word || !parse_number(word, &uid) || !next_word(&line))
		return false;
	word = next_word(&line);
	if (!word || !parse_number(word, &inode))
		return false;
	if (inode) {
		socket_set(socket, SOCKET_INODE, inode);
		socket_set(socket, SOCKET_UID, uid);
	}
	if (!socket->udp)
		return true;
	if (!next_word(&line) || !next_word(&line))
		return false;
	word = next_word(&line);
	if (!word || !parse_number(word, &drops))
		return false;
	socket_set(socket, SOCKET_DROPS, drops);
	return true;
}

/* Return: how many lines made no sense, or a negative errno. */
static long read_file(struct sockets *sockets, const struct root *root, const char *path, bool udp, bool v6)
{
	unsigned long bad;
	struct lines in;
	char *line;
	int ret = lines_open(&in, root, path);

	if (ret < 0)
		return ret;
	for (lines_next(&in), bad = 0; (line = lines_next(&in));) {
		struct socket *socket = sockets_add(sockets);

		if (!socket) {
			ret = -ENOMEM;
			break;
		}
		socket->udp = udp;
		if (take_line(socket, line, v6))
			continue;
		sockets->nr--;
		bad++;
	}
	bad += in.skipped + (in.truncated ? 1 : 0);
	if (ret == 0 && in.error)
		ret = -in.error;
	lines_close(&in);
	return ret < 0 ? ret : (long)bad;
}

int socket_proc_read(struct sockets *sockets, const struct root *root, bool udp)
{
	const char *v4 = udp ? "/proc/net/udp" : "/proc/net/tcp", *v6 = udp ? "/proc/net/udp6" : "/proc/net/tcp6";
	long bad = read_file(sockets, root, v4, udp, false), more;

	if (bad < 0)
		return (int)bad;
	more = read_file(sockets, root, v6, udp, true);
	if (more == -ENOENT)	/* a kernel without IPv6 */
		more = 0;
	if (more < 0)
		return (int)more;
	bad += more;
	if (bad)
		say_once(v4, "%s: %ld lines make no sense", v4, bad);
	return bad > 0;
}
