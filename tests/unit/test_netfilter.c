// SPDX-License-Identifier: GPL-2.0-only
/* Rules of nf_tables that drop: which of their counters tell of that, and messages that make no sense. */
#include "unit.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "counter.h"
#include "ledger.h"
#include "message.h"

#define BIT (UINT32_C(1) << LAYER_NETFILTER)
#define FILE_OF_RULES "/netlink/nft"

static struct root root;
static struct counters counters;

static void setup(void)
{
	root = tree_new();
	memset(&counters, 0, sizeof(counters));
	no_messages();
}

static void teardown(void)
{
	counters_free(&counters);
	tree_free(&root);
}

static void put_nft(uint16_t type, uint8_t family)
{
	struct nfgenmsg nfg = { .nfgen_family = family };

	put_message((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), &nfg, sizeof(nfg));
}

static void put_u32(uint16_t type, uint32_t value)
{
	value = htonl(value);
	put_attr(type, &value, sizeof(value));
}

static void put_u64(uint16_t type, uint64_t value)
{
	value = htobe64(value);
	put_attr(type, &value, sizeof(value));
}

static size_t begin_list(uint16_t type)
{
	return begin_nest(type | NLA_F_NESTED);
}

/*
 * A rule, a letter an expression: c a counter, m what matches or not, l a log, v a value for a register, d drop, a accept, r reject,
 * R that of iptables, T another target of iptables, ? one without a name.
 */
static void put_rule(uint8_t family, uint64_t handle, const char *expressions, uint64_t packets)
{
	static const char *const names[] = { ['c'] = "counter", ['m'] = "cmp", ['l'] = "log", ['v'] = "immediate", ['d'] = "immediate", ['a'] = "immediate",
					     ['r'] = "reject", ['R'] = "target", ['T'] = "target" };
	size_t list, element, data, inner, verdict;

	put_nft(NFT_MSG_NEWRULE, family);
	put_text(NFTA_RULE_TABLE, "filter");
	put_text(NFTA_RULE_CHAIN, "input");
	put_u64(NFTA_RULE_HANDLE, handle);
	list = begin_list(NFTA_RULE_EXPRESSIONS);
	for (const char *c = expressions; *c; c++) {
		element = begin_list(NFTA_LIST_ELEM);
		if (*c != '?')
			put_text(NFTA_EXPR_NAME, names[(unsigned char)*c]);
		data = begin_list(NFTA_EXPR_DATA);
		if (*c == 'c') {
			put_u64(NFTA_COUNTER_BYTES, 1);
			put_u64(NFTA_COUNTER_PACKETS, packets);
		} else if (*c == 'd' || *c == 'a' || *c == 'v') {
			put_u32(NFTA_IMMEDIATE_DREG, *c == 'v' ? NFT_REG_1 : NFT_REG_VERDICT);
			inner = begin_list(NFTA_IMMEDIATE_DATA);
			verdict = begin_list(NFTA_DATA_VERDICT);
			put_u32(NFTA_VERDICT_CODE, *c == 'a' ? NF_ACCEPT : NF_DROP);
			end_nest(verdict);
			end_nest(inner);
		} else if (*c == 'R' || *c == 'T') {
			put_text(NFTA_TARGET_NAME, *c == 'R' ? "REJECT" : "TCPMSS");
		}
		end_nest(data);
		end_nest(element);
	}
	end_nest(list);
}

static void put_chain(const char *name, uint32_t policy, uint64_t packets)
{
	size_t nest;

	put_nft(NFT_MSG_NEWCHAIN, NFPROTO_IPV4);
	put_text(NFTA_CHAIN_TABLE, "filter");
	put_text(NFTA_CHAIN_NAME, name);
	put_u32(NFTA_CHAIN_POLICY, policy);
	if (packets) {
		nest = begin_list(NFTA_CHAIN_COUNTERS);
		put_u64(NFTA_COUNTER_PACKETS, packets);
		end_nest(nest);
	}
}

static void read_rules(void)
{
	tree_put(&root, FILE_OF_RULES, buf, len);
	counters_free(&counters);
	ck_assert_int_eq(counters_read(&counters, &root, BIT), 0);
}

static void assert_value(const char *object, const char *name, uint64_t value)
{
	const struct counter *counter = counters_find(&counters, LAYER_NETFILTER, object, name);

	ck_assert_msg(counter, "no %s %s", object, name);
	ck_assert_uint_eq(counter->value, value);
	ck_assert(!counter->gauge);
}

START_TEST(rules_that_drop_and_count)
{
	put_rule(NFPROTO_INET, 1, "mmcd", 10);
	put_rule(NFPROTO_IPV6, UINT64_MAX, "cld", UINT64_MAX);
	put_rule(NFPROTO_BRIDGE, 3, "mcvr", 30);
	put_rule(NFPROTO_IPV4, 4, "mcR", 40);
	put_rule(77, 5, "cdm", 50);
	put_chain("INPUT", NF_DROP, 60);
	read_rules();
	ck_assert_uint_eq(counters.known, BIT);
	ck_assert_uint_eq(counters.nr, 6);
	assert_value("inet filter input handle 1", "drop", 10);
	assert_value("ip6 filter input handle 18446744073709551615", "drop", UINT64_MAX);
	assert_value("bridge filter input handle 3", "reject", 30);
	assert_value("ip filter input handle 4", "reject", 40);
	assert_value("- filter input handle 5", "drop", 50);
	assert_value("ip filter INPUT", "policy", 60);
}
END_TEST

/* What was counted may have gone on, or nothing was. */
START_TEST(rules_that_do_not)
{
	put_rule(NFPROTO_INET, 1, "cmd", 10);
	put_rule(NFPROTO_INET, 2, "mca", 10);
	put_rule(NFPROTO_INET, 3, "md", 10);
	put_rule(NFPROTO_INET, 4, "c", 10);
	put_rule(NFPROTO_INET, 5, "cT", 10);
	put_rule(NFPROTO_INET, 6, "c?", 10);
	put_rule(NFPROTO_INET, 7, "", 10);
	put_rule(NFPROTO_INET, 8, "dc", 10);
	put_chain("INPUT", NF_ACCEPT, 60);
	put_chain("FORWARD", NF_DROP, 0);
	read_rules();
	ck_assert_uint_eq(counters.known, BIT);
	ck_assert_uint_eq(counters.nr, 0);
}
END_TEST

START_TEST(no_rules)
{
	ck_assert_int_eq(counters_read(&counters, &root, BIT), 0);
	ck_assert_uint_eq(counters.known, 0);
	tree_text(&root, "/proc/sys/net/core/somaxconn", "128\n");
	ck_assert_int_eq(counters_read(&counters, &root, BIT), 0);
	ck_assert_uint_eq(counters.known, BIT);
	ck_assert_uint_eq(counters.nr, 0);
}
END_TEST

/* However it is cut, and whatever is in it: rows that are right, or none, and no access beyond. */
START_TEST(rules_that_make_no_sense)
{
	static char good[sizeof(buf)];
	size_t whole;

	put_rule(NFPROTO_INET, 1, "mmcd", 10);
	put_chain("INPUT", NF_DROP, 60);
	whole = len;
	memcpy(good, buf, whole);
	for (len = 0; len < whole; len += 4) {
		read_rules();
		ck_assert_uint_le(counters.nr, 1);
	}
	for (size_t at = NLMSG_HDRLEN; at < whole; at++) {
		for (unsigned int byte = 1; byte < 256; byte = byte * 3 + 1) {
			memcpy(buf, good, whole);
			buf[at] = (char)byte;
			len = whole;
			read_rules();
			ck_assert_uint_le(counters.nr, 2);
		}
	}
}
END_TEST

START_TEST(rows_of_the_ledger)
{
	struct ledger_reading before = { 0 }, now = { 0 };
	struct ledger ledger;

	for (unsigned int i = 0; i < 2; i++) {
		struct ledger_reading *reading = i ? &now : &before;

		ck_assert_int_eq(counters_add(&reading->counters, LAYER_NETFILTER, false, "inet filter input handle 1", "drop", 10 + 5 * i), 0);
		ck_assert_int_eq(counters_add(&reading->counters, LAYER_NETFILTER, false, "inet filter input handle 2", "drop", 10), 0);
		reading->counters.known = UINT32_MAX;
		reading->counters.when.mono_ns = 1 + i;
		reading->sockets.tcp_whole = reading->sockets.udp_whole = true;
		counters_sort(&reading->counters);
	}
	ck_assert_int_eq(ledger_make(&ledger, &before, &now, false), 0);
	ck_assert_uint_eq(ledger.nr, 1);
	ck_assert_str_eq(ledger.row[0].object, "inet filter input handle 1");
	ck_assert_uint_eq(ledger.row[0].delta.grown, 5);
	ck_assert_ptr_nonnull(strstr(ledger.row[0].means, "by this rule"));
	ledger_free(&ledger);
	ledger_reading_free(&before);
	ledger_reading_free(&now);
}
END_TEST

TCase *netfilter_case(void)
{
	TCase *tc = tcase_create("netfilter");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rules_that_drop_and_count);
	tcase_add_test(tc, rules_that_do_not);
	tcase_add_test(tc, no_rules);
	tcase_add_test(tc, rules_that_make_no_sense);
	tcase_add_test(tc, rows_of_the_ledger);
	return tc;
}
