// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rules of nf_tables dropped, by nfnetlink: of each rule that ends in `drop` or `reject` with a counter before it, and of each
 * chain whose policy is to drop, where it is counted. What iptables-nft makes are such rules, too; old iptables is not asked. Nothing is
 * asked, and so no kernel module loaded, where nf_tables is not in use.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "counter_read.h"
#include "lines.h"
#include "netlink.h"
#include "say.h"

#define CAPTURE "/netlink/nft"
#define IN_USE "/sys/module/nf_tables"
#define PATH_LEN 160
#define MOST_ROWS 65536		/* a list of addresses is a set, not so many rules */
#define OBJECT_LEN 640		/* two names of 255, and what is around them */
#define NFT_TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | (message))

/** struct nft_reading - where messages go */
struct nft_reading {
	struct counters *counters;
	unsigned int rows, left_out;
};

/** struct attrs - attributes by their number, of one nest */
#define MOST_ATTRS 16
struct attrs {
	const struct nlattr *attr[MOST_ATTRS];
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;
	unsigned int type = mnl_attr_get_type(attr);

	if (type < MOST_ATTRS)
		attrs->attr[type] = attr;
	return MNL_CB_OK;
}

/* What is in a nest. Return: false where it is not there. */
static bool open_nest(const struct nlattr *nest, struct attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	return nest && mnl_attr_parse_nested(nest, take_attr, attrs) >= 0;
}

static const char *get_text(const struct attrs *attrs, unsigned int type)
{
	const struct nlattr *attr = attrs->attr[type];

	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 ? mnl_attr_get_str(attr) : NULL;
}

static bool get_u32(const struct attrs *attrs, unsigned int type, uint32_t *value)
{
	const struct nlattr *attr = attrs->attr[type];

	if (!attr || mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
		return false;
	*value = ntohl(mnl_attr_get_u32(attr));
	return true;
}

static bool get_u64(const struct attrs *attrs, unsigned int type, uint64_t *value)
{
	const struct nlattr *attr = attrs->attr[type];

	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = be64toh(mnl_attr_get_u64(attr));
	return true;
}

static const char *family_name(unsigned int family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_NETDEV:
		return "netdev";
	default:
		return "-";
	}
}

static int add_row(struct nft_reading *reading, const char *object, const char *name, uint64_t packets)
{
	if (reading->rows == MOST_ROWS) {
		reading->left_out++;
		return 0;
	}
	reading->rows++;
	return counters_add(reading->counters, LAYER_NETFILTER, false, object, name, packets);
}

/** struct rule - what its expressions, up to one, come to */
struct rule {
	bool counted;		/* @packets are all that came to this expression */
	uint64_t packets;
	const char *end;	/* "drop", "reject": they ended here; NULL: not */
};

/* A verdict, or a value for a register, after which the rule goes on. */
static void take_immediate(struct rule *rule, const struct attrs *attrs)
{
	struct attrs data, verdict;
	uint32_t dreg, code;

	if (!get_u32(attrs, NFTA_IMMEDIATE_DREG, &dreg) || dreg != NFT_REG_VERDICT)
		return;
	if (open_nest(attrs->attr[NFTA_IMMEDIATE_DATA], &data) && open_nest(data.attr[NFTA_DATA_VERDICT], &verdict) &&
	    get_u32(&verdict, NFTA_VERDICT_CODE, &code) && code == NF_DROP)
		rule->end = "drop";
}

static int take_expression(const struct nlattr *attr, void *data)
{
	struct rule *rule = data;
	struct attrs expression, attrs;
	const char *name, *target;

	if (rule->end || !open_nest(attr, &expression))
		return MNL_CB_OK;
	name = get_text(&expression, NFTA_EXPR_NAME);
	if (!name)
		return MNL_CB_OK;
	open_nest(expression.attr[NFTA_EXPR_DATA], &attrs);
	if (strcmp(name, "counter") == 0) {
		rule->counted = get_u64(&attrs, NFTA_COUNTER_PACKETS, &rule->packets);
	} else if (strcmp(name, "immediate") == 0) {
		take_immediate(rule, &attrs);
	} else if (strcmp(name, "reject") == 0) {
		rule->end = "reject";
	} else if (strcmp(name, "target") == 0) {
		/* of iptables-nft */
		target = get_text(&attrs, NFTA_TARGET_NAME);
		if (target && strcmp(target, "REJECT") == 0)
			rule->end = "reject";
	} else if (strcmp(name, "log") != 0) {
		/* Not all that were counted may get by this one. */
		rule->counted = false;
	}
	return MNL_CB_OK;
}

static int take_rule(struct nft_reading *reading, const char *family, const struct attrs *attrs)
{
	const char *table = get_text(attrs, NFTA_RULE_TABLE), *chain = get_text(attrs, NFTA_RULE_CHAIN);
	const struct nlattr *expressions = attrs->attr[NFTA_RULE_EXPRESSIONS];
	struct rule rule = { .counted = false };
	char object[OBJECT_LEN];
	uint64_t handle;

	if (!table || !chain || !expressions || !get_u64(attrs, NFTA_RULE_HANDLE, &handle))
		return 0;
	mnl_attr_parse_nested(expressions, take_expression, &rule);
	if (!rule.counted || !rule.end)
		return 0;
	snprintf(object, sizeof(object), "%s %.255s %.255s handle %" PRIu64, family, table, chain, handle);
	return add_row(reading, object, rule.end, rule.packets);
}

/* A chain counts what came to its end, in tables that iptables-nft made. */
static int take_chain(struct nft_reading *reading, const char *family, const struct attrs *attrs)
{
	const char *table = get_text(attrs, NFTA_CHAIN_TABLE), *chain = get_text(attrs, NFTA_CHAIN_NAME);
	char object[OBJECT_LEN];
	struct attrs counted;
	uint64_t packets;
	uint32_t policy;

	if (!table || !chain || !get_u32(attrs, NFTA_CHAIN_POLICY, &policy) || policy != NF_DROP ||
	    !open_nest(attrs->attr[NFTA_CHAIN_COUNTERS], &counted) || !get_u64(&counted, NFTA_COUNTER_PACKETS, &packets))
		return 0;
	snprintf(object, sizeof(object), "%s %.255s %.255s", family, table, chain);
	return add_row(reading, object, "policy", packets);
}

static int take_message(void *ctx, const struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	struct nft_reading *reading = ctx;
	struct attrs attrs = { { NULL } };
	bool rule = nlh->nlmsg_type == NFT_TYPE(NFT_MSG_NEWRULE);

	if (!rule && nlh->nlmsg_type != NFT_TYPE(NFT_MSG_NEWCHAIN))
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*nfg))
		return -EBADMSG;
	mnl_attr_parse(nlh, sizeof(*nfg), take_attr, &attrs);
	return (rule ? take_rule : take_chain)(reading, family_name(nfg->nfgen_family), &attrs);
}

/* Return: as netlink_dump(). */
static int read_live(struct nft_reading *reading)
{
	static const uint16_t messages[] = { NFT_MSG_GETRULE, NFT_MSG_GETCHAIN };
	_Alignas(struct nlmsghdr) char buf[MNL_ALIGN(sizeof(struct nlmsghdr)) + MNL_ALIGN(sizeof(struct nfgenmsg))];
	struct netlink nl;
	int ret = netlink_open(&nl, NETLINK_NETFILTER);

	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < sizeof(messages) / sizeof(messages[0]) && ret == 0; i++) {
		struct nlmsghdr *nlh;

		memset(buf, 0, sizeof(buf));
		nlh = mnl_nlmsg_put_header(buf);
		nlh->nlmsg_type = NFT_TYPE(messages[i]);
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
		ret = netlink_dump(&nl, nlh, take_message, reading);
	}
	netlink_close(&nl);
	return ret;
}

/* Whether the kernel has nf_tables in itself: it is no module then, and no folder of modules tells of it. */
static bool is_built_in(const struct root *root)
{
	char path[PATH_LEN];
	struct utsname host;
	struct lines in;
	bool found = false;
	char *line;

	if (uname(&host) < 0)
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", host.release);
	if (lines_open(&in, root, path) < 0)
		return false;
	while (!found && (line = lines_next(&in)))
		found = strstr(line, "/nf_tables.ko") != NULL;
	lines_close(&in);
	return found;
}

static bool is_in_use(const struct root *root)
{
	if (root_moved(root))
		return root_exists(root, CAPTURE);
	return root_exists(root, IN_USE) || is_built_in(root);
}

int counter_netfilter_read(struct counters *counters, const struct root *root, uint32_t layers)
{
	struct nft_reading reading = { .counters = counters };
	int ret;

	(void)layers;
	if (!is_in_use(root)) {
		/* No rule, and so nothing is lost here. */
		if (root_exists(root, "/proc/sys/net/core"))
			counters_whole(counters, LAYER_NETFILTER);
		return 0;
	}
	ret = root_moved(root) ? netlink_replay(root, CAPTURE, take_message, &reading) : read_live(&reading);
	if (ret == -ENOMEM)
		return ret;
	if (ret < 0)
		say_once(CAPTURE, "rules of nf_tables: %s", ret == -EBADMSG ? "what the kernel answered makes no sense" : strerror(-ret));
	if (reading.left_out)
		say_once("nft rows", "rules of nf_tables: more than %d of them drop and count", MOST_ROWS);
	if (ret == 0 && !reading.left_out)
		counters_whole(counters, LAYER_NETFILTER);
	return 0;
}
