// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of a system call fails in turn: the first, then the second, until the call does without so many. Needs a
 * kernel with FAULT_INJECTION, FAILSLAB and FAIL_PAGE_ALLOC, set to fail whatever sleeps and whatever size (debug/faults.sh).
 *
 *   failnth load FILE [PARAMETERS [N]]  loads a module, and unloads it where it loaded all the same. A load that is refused
 *                                    leaves no /proc/coremon and no slab cache, and once the module itself runs it says why in
 *                                    one line of the kernel's log. The loader's own allocations, before that, are sampled; with
 *                                    N one in N of the others.
 *   failnth read FILE...             opens each, reads it to its end (or until it would wait) and closes it. What is refused
 *                                    is refused with ENOMEM; read on after that, it has as many lines (.bin: bytes) as ever.
 *   failnth write FILE VALUE         writes a parameter.
 *   failnth netns [N]                makes a network namespace and uses it: a listener and a connection in it have their rows. Then
 *                                    it goes; there the allocations are the kernel's workers', and one of everybody's fails,
 *                                    later and later (with failslab's `space`). With N about so many faults of the making.
 *
 * Ends with a line that tells how often what failed. At least one fault must have come true.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEVER 1000000L

static int nth_fd, log_fd;

static void arm(long n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%ld", n);

	if (pwrite(nth_fd, text, len, 0) != len)
		err(1, "fail-nth");
}

/* Returns how many allocations more it would have taken to the fault: 0 when it came. */
static long disarm(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 1)
		err(1, "fail-nth");
	arm(0);
	return atol(text);
}

/* Whether a file has lines about the module, if the file is there. */
static int tells_of_coremon(const char *path)
{
	static char line[4096];
	FILE *f = fopen(path, "r");
	int found = 0;

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "coremon", strlen("coremon"));
	if (f)
		fclose(f);
	return found;
}

/* How many lines the module has said since the last call. The last of them is in said_last. */
static char said_last[256];
static int said(void)
{
	char record[8192];
	int lines = 0;
	ssize_t n;

	while ((n = read(log_fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		char *text;

		if (n < 0)
			continue;
		record[n] = '\0';
		text = strchr(record, ';');
		if (text && !strncmp(text + 1, "coremon: ", strlen("coremon: ")) && !strstr(text, "verification failed") &&
		    !strstr(text, "out-of-tree")) {
			snprintf(said_last, sizeof(said_last), "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
			lines++;
		}
	}
	return lines;
}

static int load(int module, const char *parameters)
{
	return syscall(SYS_finit_module, module, parameters, 0) ? errno : 0;
}

/* Refused without a word, and yet later than one that the module told of: the loader does not allocate as often each time. */
static long silent;

/* Loads with one fault. Returns how far away it was. */
static long load_with_fault(int module, const char *parameters, long n, long *refused, long *loaded, long *told)
{
	char last_said[sizeof(said_last)];
	long left;
	int ret, lines;

	said();
	strcpy(last_said, said_last);
	arm(n);
	ret = load(module, parameters);
	left = disarm();
	if (!ret) {
		if (syscall(SYS_delete_module, "coremon", 0))
			err(1, "fault %ld: loaded, and cannot be removed", n);
		*loaded += !left;
		return left;
	}
	++*refused;
	lines = said();
	*told += lines == 1;
	if (ret != ENOMEM)
		errx(1, "fault %ld: %s: %s", n, strerror(ret), said_last);
	if (left)
		errx(1, "fault %ld: refused without a fault: %s", n, said_last);
	if (lines > 1)
		errx(1, "fault %ld: refused with %d lines: %s", n, lines, said_last);
	silent += *told && !lines;
	if (lines && strcmp(said_last, last_said))
		printf("  %ld: %s\n", n, said_last);
	if (!access("/proc/coremon", F_OK) || tells_of_coremon("/proc/slabinfo"))
		errx(1, "fault %ld: something is left behind: %s", n, said_last);
	return 0;
}

static void fail_load(const char *file, const char *parameters, long step)
{
	int module = open(file, O_RDONLY | O_CLOEXEC);
	long refused = 0, loaded = 0, told = 0, n, loader;

	if (module < 0)
		err(1, "%s", file);

	/* A parameter that is refused is looked at when the loader is nearly done: so many allocations are its own. */
	arm(NEVER);
	if (!load(module, "max_conns=-1"))
		errx(1, "loaded with max_conns=-1");
	loader = NEVER - disarm();
	for (n = 1; n < loader; n += loader / 8 + 1)
		load_with_fault(module, parameters, n, &refused, &loaded, &told);
	if (!refused || told)
		errx(1, "%ld faults in the loader were refused, %ld of them by the module", refused, told);
	printf("%ld allocations of the loader: %ld tried, %ld refused, %ld did no harm\n", loader, refused + loaded, refused, loaded);
	refused = loaded = 0;
	for (n = loader; !load_with_fault(module, parameters, n, &refused, &loaded, &told); n += step)
		;
	printf("%ld more: %ld refused, %ld of them with a line of the module, %ld did no harm\n", n - loader, refused, told, loaded);
	if (!told)
		errx(1, "the module itself never refused");
	if (silent > 2 + told / 20)
		errx(1, "%ld were refused without a line", silent);
	silent = 0;
}

/* Reads to the end. Returns how much there is: lines, or bytes of a .bin. */
static long amount(const char *path, int fd, long *refused)
{
	int bin = strlen(path) > 4 && !strcmp(path + strlen(path) - 4, ".bin"), again = 0;
	static char buffer[65536];
	long total = 0;
	ssize_t n, i;

	while ((n = read(fd, buffer, sizeof(buffer)))) {
		if (n < 0 && errno == ENOMEM && !again++) {
			++*refused;
			continue;
		}
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			err(1, "%s: read", path);
		if (bin)
			total += n;
		else
			for (i = 0; i < n; i++)
				total += buffer[i] == '\n';
	}
	return total;
}

static void fail_read(const char *path)
{
	long n, left = 0, total, usual = -1, not_opened = 0, not_read = 0, ignored = 0;

	for (n = 0; !left; n++) {
		struct pollfd p = { .events = POLLIN };

		arm(n ? n : NEVER);	/* the first time, what it has is noted */
		p.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (p.fd < 0) {
			if (disarm() || (errno != ENOMEM && errno != ENFILE))
				err(1, "%s: fault %ld", path, n);
			not_opened++;
			continue;
		}
		poll(&p, 1, 0);
		total = amount(path, p.fd, &not_read);
		close(p.fd);
		left = disarm();
		if (usual < 0)
			usual = total;
		if (total != usual)
			errx(1, "%s: fault %ld: %ld lines (or bytes), not %ld", path, n, total, usual);
		if (!n)
			left = 0;
	}
	ignored = n - 2 - not_opened - not_read;
	printf("%s: %ld allocations: %ld not opened, %ld not read at first, %ld did no harm\n", path, n - 2, not_opened, not_read, ignored);
	if (n <= 2)
		errx(1, "%s: no fault came true", path);
}

static void fail_write(const char *path, const char *value)
{
	long n, left = 0, refused = 0;

	for (n = 1; !left; n++) {
		int fd;

		arm(n);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, value, strlen(value)) < 0) {
			int e = errno;

			if (disarm() || e != ENOMEM)
				errx(1, "%s: fault %ld: %s", path, n, strerror(e));
			refused++;
		} else {
			left = disarm();
		}
		if (fd >= 0)
			close(fd);
	}
	printf("%s: %ld allocations: %ld refused\n", path, n - 2, refused);
}

/* ---- network namespaces ---- */

static int space_fd, times_fd, probability_fd, slab_fd;

static void put(int fd, long value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld", value);

	if (write(fd, text, len) != len)
		err(1, "failslab: %s", text);
}

static int failslab(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/failslab/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* How many faults are still to come. (Such a file tells its value once.) */
static long times_left(void)
{
	char text[24] = "";
	int fd = failslab("times");

	if (read(fd, text, sizeof(text) - 1) < 1)
		err(1, "failslab");
	close(fd);
	return atol(text);
}

/* KASAN keeps what was freed of a cache until that is shrunk. The fault may come here. */
static void shrink_namespaces(void)
{
	int i, fd, ret = -1;

	for (i = 0; ret != 1 && i < 3; i++) {
		fd = open("/sys/kernel/slab/net_namespace/shrink", O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		ret = write(fd, "1", 1);
		close(fd);
	}
	if (ret != 1)
		err(1, "/sys/kernel/slab/net_namespace/shrink");
}

/* Network namespaces that have not been freed. */
static int namespaces(void)
{
	static char text[1 << 17];
	char *line;
	ssize_t n, len = 0;

	shrink_namespaces();
	while ((n = pread(slab_fd, text + len, sizeof(text) - 1 - len, len)) > 0 || (n < 0 && errno == ENOMEM))
		len += n > 0 ? n : 0;
	text[len] = '\0';
	line = strstr(text, "\nnet_namespace ");
	if (!line)
		errx(1, "/proc/slabinfo has no net_namespace");
	return atoi(line + strlen("\nnet_namespace "));
}

static int rows_here(void)
{
	FILE *f = fopen("/proc/coremon/connections", "r");
	int c, rows = -2;

	if (!f)
		err(1, "/proc/coremon/connections");
	while ((c = getc(f)) != EOF)
		rows += c == '\n';
	fclose(f);
	return rows;
}

/* A listener and a connection of this namespace. Closed when it is to go. */
static void use_namespace(int fds[2])
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9) };
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int rows;

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fds[0] < 0 || fds[1] < 0 || ioctl(fds[0], SIOCSIFFLAGS, &up))
		err(1, "a socket, or lo, in the new namespace");
	if (bind(fds[0], (void *)&in, sizeof(in)) || listen(fds[0], 1) || connect(fds[1], (void *)&in, sizeof(in)))
		err(1, "a connection in the new namespace");
	rows = rows_here();
	if (rows != 3)
		errx(1, "a listener and both ends of a connection have %d rows", rows);
}

static void leave_namespace(int home, const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
	if (setns(home, CLONE_NEWNET))
		err(1, "back to the first namespace");
}

static void await_namespaces(int n)
{
	int i;

	for (i = 0; namespaces() > n; i++) {
		if (i == 6000)
			errx(1, "%d namespaces more than there were do not go", namespaces() - n);
		usleep(20000);
	}
}

/* Of those that it cannot finish making the kernel (6.1) loses one, with the module or without. Returns how many are not gone when no more go. */
static int lost_in_making(int before)
{
	int still = 0, last = namespaces(), now;

	for (; last > before && still < 500; last = now) {
		usleep(20000);
		now = namespaces();
		still = now == last ? still + 1 : 0;
	}
	if (last - before > 2)
		errx(1, "%d namespaces more than there were do not go", last - before);
	return last - before;
}

static void fail_netns(long faults)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fds[2], before;
	long n, left = 0, all, tried = 0, refused = 0, space, hit = 1, hits = 0;

	space_fd = failslab("space");
	times_fd = failslab("times");
	probability_fd = failslab("probability");
	slab_fd = open("/proc/slabinfo", O_RDONLY | O_CLOEXEC);
	if (home < 0 || slab_fd < 0)
		err(1, "no namespaces, or no slabs");
	before = namespaces();
	arm(NEVER);
	if (unshare(CLONE_NEWNET) || setns(home, CLONE_NEWNET))
		err(1, "no namespace");
	all = NEVER - disarm();
	for (n = 1; !left; n += faults ? all / faults + 1 : 1, tried++) {
		int ret, e;

		arm(n);
		ret = unshare(CLONE_NEWNET);
		e = errno;
		left = disarm();
		if (!ret) {
			use_namespace(fds);
			leave_namespace(home, fds);
		} else if (left) {	/* (The kernel's own parts have many an error for it.) */
			errx(1, "no namespace, without a fault: %s", strerror(e));
		} else {
			refused++;
		}
	}
	tried--;
	printf("%ld of about %ld allocations of making a namespace: %ld refused, %ld did no harm\n", tried, all, refused, tried - refused);
	fflush(stdout);
	before += lost_in_making(before);
	for (space = 0; hit; space += space / 2 + 64) {
		if (unshare(CLONE_NEWNET))
			err(1, "no namespace");
		use_namespace(fds);
		put(space_fd, space);
		put(times_fd, 1);
		put(probability_fd, 100);
		leave_namespace(home, fds);
		await_namespaces(before);
		put(probability_fd, 0);
		hit = !times_left();
		hits += hit;
	}
	printf("%ld faults while a namespace went, the last after %ld bytes\n", hits, space);
	if (!refused || !hits)
		errx(1, "no fault came true");
}

int main(int argc, char **argv)
{
	int i;

	nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (nth_fd < 0 || log_fd < 0)
		err(1, "no fail-nth, or no log");
	if (argc >= 3 && !strcmp(argv[1], "load"))
		fail_load(argv[2], argc > 3 ? argv[3] : "", argc > 4 ? atol(argv[4]) : 1);
	else if (argc >= 3 && !strcmp(argv[1], "read"))
		for (i = 2; i < argc; i++)
			fail_read(argv[i]);
	else if (argc == 4 && !strcmp(argv[1], "write"))
		fail_write(argv[2], argv[3]);
	else if (argc >= 2 && !strcmp(argv[1], "netns"))
		fail_netns(argc > 2 ? atol(argv[2]) : 0);
	else
		errx(2, "usage: failnth load FILE [PARAMETERS [N]] | read FILE... | write FILE VALUE | netns [N]");
	return 0;
}
