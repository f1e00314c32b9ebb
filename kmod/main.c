// SPDX-License-Identifier: GPL-2.0-only
/*
 * CoreMon: every TCP connection of this machine, in /proc/coremon.
 *
 * The one idea. A TCP socket already counts its bytes, segments, retransmits, queues and round-trip times, exactly and for
 * every way data can take. Nothing of that is counted again here. A hook only notes what the socket does not keep: who
 * opened the connection and when, how high its queues rose, how often it was called and fell into which congestion state.
 * When a row is read, the record and its socket are joined (snapshot.c).
 *
 * Life of a connection. A hook (hooks.c) tells of a socket that enters SYN_SENT (connect), SYN_RECV (the child of a
 * listener) or LISTEN; table.c begins a record and track.c stamps the running process where it is the owner. What was open
 * before the load is found in TCP's own tables once the hooks are armed (adopt.c); its age is not known, nor its owner until it is
 * next used. When the socket enters CLOSE the connection is over: a copy of the record and of the socket's counters goes to a ring (closed.c),
 * to become a row when somebody reads it. The record stays findable until the socket is destroyed, for the reset that may follow. A grace
 * period later it is used again.
 *
 * Changes. The first change of a connection after a reader of changes was told of it moves its record to the end of a list; a
 * reader's bookmark in that list is all it takes to know what is new (walk.c). The usual change costs one load.
 *
 * Drops. The tracepoint at which packets are freed that are not delivered (drops.c) counts them by place and reason, in tables that each CPU
 * has for itself; what packet it was, and whose, is found out from its headers and its socket (dropped.c), and a connection's own are
 * counted with it (ledger.c). This hook is of the whole network stack: it trusts nothing in a packet.
 *
 * Memory. A record is 368 bytes, and there are at most max_conns of them, besides some that are ready for the next connections (stock.c) and
 * a pointer or two each in the hash table; what does not fit is counted as refused. The rings and the rows of drops are of fixed size. Nothing
 * else grows but the buffer of each open file, a note of each network device, and 48 bytes for each connection that lost a packet.
 *
 * Order. Loading arms the hooks before anything is adopted and shows /proc last; unloading is the mirror: first /proc (which
 * waits for readers), then the hooks (which waits for probes), then the records. LOCKING.md has the locks.
 *
 * Not counted. Requests that a listener has not made a socket for (SYN_RECV minisockets), TIME_WAIT, MPTCP's meta sockets
 * (their subflows are), and sockets in a protocol over TCP of its own family (SMC).
 */
#include <linux/init.h>
#include <linux/module.h>

#ifndef CONFIG_64BIT
#error CoreMon is for 64-bit kernels
#endif

#include "adopt.h"
#include "closed.h"
#include "device.h"
#include "drops.h"
#include "event.h"
#include "hooks.h"
#include "netns.h"
#include "proc.h"
#include "stack.h"
#include "table.h"

static int __init coremon_init(void)
{
	int ret;

	ret = coremon_table_init();
	if (ret) {
		pr_err("not loaded: no memory for %u connections\n", coremon_table_max());
		return ret;
	}
	ret = coremon_closed_init();
	if (ret) {
		pr_err("not loaded: no memory for the ring of ended connections (closed_max)\n");
		goto err_table;
	}
	ret = coremon_netns_init();
	if (ret) {
		pr_err("not loaded: no memory to number the network namespaces\n");
		goto err_closed;
	}
	ret = coremon_device_init();
	if (ret) {
		pr_err("not loaded: cannot follow the network devices (error %d)\n", ret);
		goto err_netns;
	}
	ret = coremon_drops_init();
	if (ret) {
		pr_err("not loaded: no memory for the rows of drops (drop_rows)\n");
		goto err_device;
	}
	ret = coremon_stack_init();
	if (ret) {
		pr_err("not loaded: no memory for stacks (drop_stacks)\n");
		goto err_drops;
	}
	ret = coremon_hooks_arm();
	if (ret)
		goto err_stack;
	coremon_adopt();
	ret = coremon_proc_init();
	if (ret) {
		pr_err("not loaded: cannot make /proc/coremon\n");
		goto err_hooks;
	}
	return 0;

err_hooks:
	coremon_hooks_disarm();
	coremon_event_exit();	/* a reader may have come before another file could not be made */
err_stack:
	coremon_stack_exit();
err_drops:
	coremon_drops_exit();
err_device:
	coremon_device_exit();
err_netns:
	coremon_netns_exit();
err_closed:
	coremon_closed_exit();
err_table:
	coremon_table_exit();
	return ret;
}

static void __exit coremon_exit(void)
{
	coremon_proc_exit();
	coremon_hooks_disarm();
	coremon_event_exit();
	coremon_stack_exit();
	coremon_drops_exit();
	coremon_device_exit();
	coremon_netns_exit();
	coremon_closed_exit();
	coremon_table_exit();
}

module_init(coremon_init);
module_exit(coremon_exit);

MODULE_DESCRIPTION("Per-connection TCP monitor in /proc/coremon");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
