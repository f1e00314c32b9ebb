// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "filter.h"

static char error[256];

/* A web server's connection, and the few columns that filters are asked about. */
static struct conn make(void)
{
	struct conn conn = { 0 };

	conn_parse(&conn, C_ID, "1a");
	conn_parse(&conn, C_NETNS, "4026531840");
	conn_parse(&conn, C_FAMILY, "inet");
	conn_parse(&conn, C_STATE, "ESTABLISHED");
	conn_parse(&conn, C_CA_STATE, "Open");
	conn_parse(&conn, C_LOCAL, "10.1.2.3:443");
	conn_parse(&conn, C_REMOTE, "192.0.2.77:51000");
	conn_parse(&conn, C_UID, "33");
	conn_parse(&conn, C_PID, "812");
	conn_parse(&conn, C_COMM, "nginx");
	conn_parse(&conn, C_RETRANS, "3");
	conn_parse(&conn, C_SRTT_US, "20000");
	conn_parse(&conn, C_BYTES_SENT, "1500000");
	return conn;
}

static bool matches(const char *text, const struct conn *conn)
{
	struct filter *filter = filter_parse(text, error, sizeof(error));
	bool ret;

	ck_assert_msg(filter, "%s: %s", text, error);
	ret = filter_match(filter, conn);
	filter_free(filter);
	return ret;
}

static const char *const yes[] = {
	"state established", "state ESTABLISHED", "state = established", "state connected", "state synchronized", "state all",
	"state big", "exclude listening", "exclude time-wait", "state != listen", "not state listen", "! state fin-wait-1",
	"sport = :443", "sport :443", "sport 443", "sport == 443", "sport eq :443", "sport = :https", "sport = https",
	"sport < :444", "sport <= :443", "sport >= :443", "sport > :442", "sport != :80", "sport lt 444", "sport neq :80",
	"dport gt :50000", "dport = :51000",
	"src 10.0.0.0/8", "src = 10.1.2.3", "src 10.1.2.3:443", "src 10.0.0.0/8:443", "src 10.0.0.0/8:https", "src :443", "src *:443",
	"src *", "src 10.1.2.3:*", "src 0.0.0.0/0", "src 10.1.2.3/32", "src != 10.1.2.4", "src != 10.1.2.3:80", "src 10.1.2.2/31",
	"local 10.1.2.3", "dst 192.0.2.64/26", "dst [192.0.2.77]:51000", "remote = 192.0.2.77", "dst != [2001:db8::]/32",
	"comm nginx", "comm = nginx", "comm != apache", "comm ng*", "comm 'nginx'", "comm \"nginx\"", "comm n?inx", "comm [mn]ginx",
	"pid 812", "uid 33", "netns 4026531840", "id 1a", "id = 1A", "id 001a", "family inet", "ca_state Open",
	"retrans > 0", "retrans >= 3", "retrans 3", "retrans = 3", "retrans < 4", "retrans le 3", "srtt_us >= 20000", "srtt_us >= 20k",
	"bytes_sent > 1M", "bytes_sent < 1G", "bytes_sent = 1500K",
	/* words that hug */
	"retrans>0", "retrans>=3&&pid=812", "(retrans>0)", "!(retrans=0)", "!!(retrans=3)",
	/* and, or, not, brackets, and that and binds tighter than or, not tighter than and */
	"pid 812 and uid 33", "pid 812 uid 33", "pid 812 && uid 33", "pid 812 & uid 33", "pid 1 or uid 33", "pid 1 || uid 33",
	"pid 1 | uid 33", "not pid 1", "not (pid 1 or uid 1)", "pid 812 or pid 1 and pid 2", "(pid 812 or pid 1) and uid 33",
	"pid 1 and pid 2 or pid 812", "not pid 1 and uid 33", "not pid 812 or uid 33", "((((pid 812))))",
	"state established ( dport = :51000 or sport = :443 )", "pid 812 not pid 1 uid 33", "not not pid 812",
	"  pid   812  ", "\tpid\n812",
};

static const char *const no[] = {
	"state listen", "state bucket", "exclude connected", "exclude established", "state closed", "state = syn-sent",
	"state time-wait", "state close-wait", "state last-ack", "state closing", "state fin-wait-2", "state syn-recv",
	"sport != :443", "sport > 443", "dport :443", "sport = :ssh",
	"src 10.2.0.0/16", "src 10.1.2.3:80", "src 10.0.0.0/8:80", "src :80", "src [::]/0", "src ::1", "src [2001:db8::]/32:443",
	"src 2001:db8::/32", "dst 10.0.0.0/8", "src != 10.0.0.0/8", "src 10.1.2.4/31",
	"comm nginx2", "comm ngin", "comm NGINX", "comm = ''", "pid 8", "uid 0", "id 1b", "family inet6", "ca_state Loss",
	"retrans > 3", "retrans < 3", "retrans != 3", "bytes_sent > 2M",
	"pid 812 and uid 34", "pid 1 or uid 34", "not pid 812", "not (pid 812 or uid 1)", "(pid 812 or pid 1) and uid 34",
	"pid 812 pid 813", "not pid 812 and uid 33",
	/* what is not known is neither this nor that */
	"rx_calls > 0", "rx_calls = 0", "rx_calls != 0", "not rx_calls > 0", "not (rx_calls > 0)", "rx_calls > 0 or pid 1",
	"rx_calls > 0 and pid 812", "not (rx_calls > 0 and pid 812)",
};

START_TEST(shown)
{
	struct conn conn = make();

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(matches(yes[i], &conn), "%s", yes[i]);
}
END_TEST

START_TEST(not_shown)
{
	struct conn conn = make();

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!matches(no[i], &conn), "%s", no[i]);
}
END_TEST

START_TEST(what_is_not_known_does_not_spoil_the_rest)
{
	struct conn conn = make();

	ck_assert(matches("rx_calls > 0 or pid 812", &conn));
	ck_assert(matches("pid 812 or rx_calls > 0", &conn));
	ck_assert(matches("not (rx_calls > 0 and pid 1)", &conn));
	ck_assert(matches("not (pid 1 and rx_calls > 0)", &conn));
	ck_assert(filter_match(NULL, &conn));
}
END_TEST

START_TEST(v4_mapped_addresses_are_in_ipv4_prefixes)
{
	struct conn conn = make();

	conn_parse(&conn, C_REMOTE, "[::ffff:192.0.2.77]:51000");
	ck_assert(matches("dst 192.0.2.0/24", &conn));
	ck_assert(matches("dst 192.0.2.77:51000", &conn));
	ck_assert(matches("dst 0.0.0.0/0", &conn));
	ck_assert(matches("dst [::ffff:192.0.2.0]/120", &conn));
	ck_assert(matches("dst ::/0", &conn));
	ck_assert(!matches("dst 192.0.3.0/24", &conn));
	ck_assert(!matches("dst 2001:db8::/32", &conn));
	/* ::192.0.2.77 is no v4-mapped address */
	conn_parse(&conn, C_REMOTE, "[::c000:24d]:51000");
	ck_assert(!matches("dst 192.0.2.0/24", &conn));
}
END_TEST

START_TEST(ipv6)
{
	struct conn conn = make();

	conn_parse(&conn, C_REMOTE, "[2001:db8::1:2]:443");
	ck_assert(matches("dst [2001:db8::]/32:443", &conn));
	ck_assert(matches("dst [2001:db8::]/32", &conn));
	ck_assert(matches("dst 2001:db8::/32", &conn));
	ck_assert(matches("dst [2001:db8::1:2]:443", &conn));
	ck_assert(matches("dst 2001:db8::1:2", &conn));
	ck_assert(matches("dst 2001:db8::1:2/127", &conn));
	ck_assert(matches("dst 2001:db8::/111", &conn));
	ck_assert(!matches("dst 2001:db8::/112", &conn));
	ck_assert(!matches("dst [2001:db8::]/32:80", &conn));
	ck_assert(!matches("dst 0.0.0.0/0", &conn));
}
END_TEST

START_TEST(states_this_program_does_not_know)
{
	struct conn conn = make();

	conn_parse(&conn, C_STATE, "BOUND_INACTIVE");
	ck_assert(!matches("state established", &conn));
	ck_assert(matches("not state established", &conn));
}
END_TEST

START_TEST(every_column_can_be_compared)
{
	for (int col = 0; col < C_NR; col++) {
		static const char *const values[] = { [COL_NUMBER] = "1", [COL_COUNTER] = "1", [COL_HEX] = "1f",
						      [COL_TEXT] = "established", [COL_ENDPOINT] = "10.0.0.1" };
		struct filter *filter;
		char text[64];

		strcpy(text, conn_columns[col].name);
		strcat(text, " = ");
		strcat(text, values[conn_columns[col].type]);
		filter = filter_parse(text, error, sizeof(error));
		ck_assert_msg(filter, "%s: %s", text, error);
		filter_free(filter);
	}
}
END_TEST

/* What is wrong, and the word and place the user is told of. */
static const struct {
	const char *text, *error;
} wrong[] = {
	{ "", "filter: it is empty" },
	{ "  ", "filter: it is empty" },
	{ "foo", "character 1: 'foo' is not a column" },
	{ "foo = 1", "character 1: 'foo' is not a column" },
	{ "pid 1 and foo 2", "character 11: 'foo' is not a column" },
	{ "pid", "character 1: 'pid' needs something after it" },
	{ "pid =", "character 5: '=' needs something after it" },
	{ "pid = ", "character 5: '=' needs something after it" },
	{ "pid = =", "character 7: '=' is not expected here" },
	{ "= 5", "character 1: '=' is not expected here" },
	{ "pid = 5 and", "character 9: 'and' needs something after it" },
	{ "and pid 5", "character 1: 'and' is not expected here" },
	{ "pid 5 or or pid 6", "character 10: 'or' is not expected here" },
	{ "( pid 5", "character 7: '5' needs something after it" },
	{ "pid 5 )", "character 7: ')' is not expected here" },
	{ "()", "character 2: ')' is not expected here" },
	{ "not", "character 1: 'not' needs something after it" },
	{ "pid five", "character 5: 'five' is not a number" },
	{ "pid -1", "character 5: '-1' is not a number" },
	{ "pid 1.5", "character 5: '1.5' is not a number" },
	{ "pid 1kk", "character 5: '1kk' is not a number" },
	{ "pid k", "character 5: 'k' is not a number" },
	{ "pid 9223372036854775808", "character 5: '9223372036854775808' is not a number" },
	{ "pid 99999999999999999G", "is not a number" },
	{ "id xyz", "character 4: 'xyz' is not a hexadecimal number" },
	{ "id -1", "character 4: '-1' is not a hexadecimal number" },
	{ "state up", "character 7: 'up' is not a TCP state" },
	{ "state > established", "character 1: 'state' can only be = or !=" },
	{ "comm < b", "character 1: 'comm' can only be = or !=" },
	{ "src > 10.0.0.1", "character 1: 'src' can only be = or !=" },
	{ "sport :65536", "character 7: ':65536' is not a port" },
	{ "sport :", "character 7: ':' is not a port" },
	{ "sport :no-such-service", "is not a port" },
	{ "sport 10.0.0.1:80", "is not a port" },
	{ "src 10.0.0", "character 5: '10.0.0' is not an address" },
	{ "src 10.0.0.0/33", "is not an address" },
	{ "src 10.0.0.0/", "is not an address" },
	{ "src /8", "is not an address" },
	{ "src 10.0.0.0/8/8", "is not an address" },
	{ "src 10.0.0.0/-1", "is not an address" },
	{ "src ::/129", "is not an address" },
	{ "src [::1", "is not an address" },
	{ "src [::1]x", "is not an address" },
	{ "src []", "is not an address" },
	{ "src 10.0.0.1:", "is not an address" },
	{ "src 10.0.0.1:http:80", "is not an address" },
	{ "src 10.0.0.1:99999", "is not an address" },
	{ "src host.example", "is not an address" },
	{ "comm 'a", "character 6: ''' is not expected here" },
	{ "comm \"a", "character 6: '\"' is not expected here" },
};

START_TEST(errors_name_the_word)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_msg(!filter_parse(wrong[i].text, error, sizeof(error)), "%s", wrong[i].text);
		ck_assert_msg(strstr(error, wrong[i].error), "%s: %s", wrong[i].text, error);
	}
}
END_TEST

/* Many of one thing, then @end. */
static struct filter *parse_many(const char *what, unsigned int nr, const char *end)
{
	char *text = calloc(nr * strlen(what) + strlen(end) + 1, 1);
	struct filter *filter;
	size_t len = 0;

	for (unsigned int i = 0; i < nr; i++)
		len += strlen(strcpy(text + len, what));
	strcpy(text + len, end);
	filter = filter_parse(text, error, sizeof(error));
	free(text);
	return filter;
}

START_TEST(long_filters_end_well)
{
	struct conn conn = make();
	struct filter *filter;

	filter = parse_many("pid 812 and ", 3000, "pid 812");
	ck_assert_ptr_nonnull(filter);
	ck_assert(filter_match(filter, &conn));
	filter_free(filter);

	filter = parse_many("not ", 1000, "pid 812");
	ck_assert_ptr_nonnull(filter);
	ck_assert(filter_match(filter, &conn));
	filter_free(filter);

	ck_assert_ptr_null(parse_many("not ", 15000, "pid 812"));
	ck_assert_ptr_null(parse_many("(", 60000, ""));
	ck_assert_ptr_null(parse_many("x", 300, " = 1"));
	ck_assert_ptr_null(parse_many("pid 812 and ", 30000, "pid 812"));
	ck_assert(strstr(error, "too long"));
}
END_TEST

TCase *filter_case(void)
{
	TCase *tc = tcase_create("filter");

	tcase_add_test(tc, shown);
	tcase_add_test(tc, not_shown);
	tcase_add_test(tc, errors_name_the_word);
	tcase_add_test(tc, what_is_not_known_does_not_spoil_the_rest);
	tcase_add_test(tc, v4_mapped_addresses_are_in_ipv4_prefixes);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, states_this_program_does_not_know);
	tcase_add_test(tc, every_column_can_be_compared);
	tcase_add_test(tc, long_filters_end_well);
	return tc;
}
