// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOCKDOWN "/sys/kernel/security/lockdown"
#define ENFORCE "/sys/module/module/parameters/sig_enforce"
#define DISABLED "/proc/sys/kernel/modules_disabled"
/* A variable of the firmware: four bytes of attributes, then 1 where it is on. */
#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

#define SIGN "sign coremon.ko with a key that it knows (README, Secure Boot)"

/* The first bytes of a file, with a NUL behind them. Return: how many; 0 where there is none. */
static size_t first_bytes(const struct root *root, const char *path, char buf[64])
{
	int fd = root_open(root, path);
	ssize_t n = -1;

	buf[0] = '\0';
	if (fd < 0)
		return 0;
	do
		n = read(fd, buf, 63);
	while (n < 0 && errno == EINTR);
	close(fd);
	n = n < 0 ? 0 : n;
	buf[n] = '\0';
	return (size_t)n;
}

const char *load_advice(const struct root *root)
{
	char lockdown[64], buf[64];
	bool secure_boot, told;

	if (first_bytes(root, DISABLED, buf) && buf[0] == '1')
		return "this kernel loads no more modules until it is booted again (kernel.modules_disabled)";
	secure_boot = first_bytes(root, SECURE_BOOT, buf) == 5 && buf[4] == 1;
	/* Where the kernel says that it is not locked down, unsigned modules may be loaded whatever the firmware says. */
	told = first_bytes(root, LOCKDOWN, lockdown) > 0;
	if (strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]") || (secure_boot && !told))
		return secure_boot ? "with Secure Boot this kernel loads signed modules only: " SIGN
				   : "this kernel is locked down and loads signed modules only: " SIGN;
	if (first_bytes(root, ENFORCE, buf) && buf[0] == 'Y')
		return "this kernel loads signed modules only (module.sig_enforce): " SIGN;
	return "'modprobe coremon' as root loads it";
}
