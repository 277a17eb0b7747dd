/* SPDX-License-Identifier: MIT */
/* What a server answers to clients with its key, and to those without. */
#include "keyed.h"

TestSuite(consent, .init = set_up);

Test(consent, is_given_to_holders_of_the_key)
{
	struct query_body b;
	struct query q;
	char text[QUERY_NAME];

	ask((struct query){.type = QUERY_HELLO});
	run("discard");
	cr_assert(sent_count == 1);
	q = read_reply(0, &b);
	cr_assert(q.type == QUERY_HELLO && q.workers == WORKERS);
	cr_assert(query_take_text(&b, text, sizeof(text)));
	cr_assert_str_eq(text, "9.8.7");
	cr_assert(query_take_text(&b, text, sizeof(text)));
	cr_assert_str_eq(text, "echo");
	cr_assert(query_take_text(&b, text, sizeof(text)));
	cr_assert_str_eq(text, "mem");
	cr_assert(b.left == 0);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == 1);
	assert_balance();
}

Test(consent, does_not_count_as_payload)
{
	static const char text[] = "abcd";

	add(text, 1);
	ask((struct query){.type = QUERY_HELLO});
	add(text + 1, 1);
	add(text + 2, 1);
	ask((struct query){.type = QUERY_HELLO});
	add(text + 3, 1);
	run("echo");
	cr_assert(count(COUNTER_RX_DATAGRAMS) == 4);
	cr_assert(count(COUNTER_RX_BYTES) == 4);
	cr_assert(count(COUNTER_RX_TRAINS) == 4);
	cr_assert(count(COUNTER_RX_BATCHES) == 1);
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == 4);
	cr_assert(count(COUNTER_ANSWERED_BYTES) == 4);
	cr_assert(count(COUNTER_TX_MESSAGES) == 1);
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == 2);
	/* In the order it came in, and coupled as without the queries. */
	cr_assert(sent_count == 3 && sent[0].bytes == 4);
	cr_assert(memcmp(sent[0].data, text, 4) == 0);
	assert_balance();
}

Test(consent, alone_in_a_batch_does_not_count_as_a_receive)
{
	ask((struct query){.type = QUERY_HELLO});
	run("echo");
	cr_assert(count(COUNTER_RX_BATCHES) == 0);
	cr_assert(count(COUNTER_RX_TRAINS) == 0);
	cr_assert(count(COUNTER_TX_MESSAGES) == 0);
}

Test(consent, is_payload_without_a_key)
{
	with_key = false;
	ask((struct query){.type = QUERY_HELLO});
	run("echo");
	cr_assert(count(COUNTER_RX_DATAGRAMS) == 1);
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == 0);
	cr_assert(sent_count == 1 &&
		  memcmp(sent[0].data, trains[0].data, QUERY_BYTES) == 0);
	assert_balance();
}

Test(consent, is_not_given_for_another_key)
{
	uint8_t data[QUERY_BYTES];

	seal(data, (struct query){.type = QUERY_HELLO}, &other);
	add(data, QUERY_BYTES);
	run("echo");
	cr_assert(sent_count == 0);
	cr_assert(count(COUNTER_QUERY_REFUSED_MAC) == 1);
	assert_balance();
}

Test(consent, is_not_given_to_replies)
{
	ask((struct query){.type = QUERY_HELLO, .reply = true});
	run("echo");
	cr_assert(sent_count == 0);
	cr_assert(count(COUNTER_QUERY_REFUSED_FORM) == 1);
	assert_balance();
}

Test(consent, refuses_unknown_types_and_parts)
{
	ask((struct query){.type = 0});
	ask((struct query){.type = QUERY_SNAPSHOT + 1});
	ask((struct query){.type = QUERY_SNAPSHOT, .part = 1000});
	run("echo");
	cr_assert(sent_count == 0);
	cr_assert(count(COUNTER_QUERY_REFUSED_FORM) == 3);
	assert_balance();
}

Test(consent, obeys_the_rules_for_all_replies)
{
	struct mem_train *low = ask((struct query){.type = QUERY_HELLO});
	struct mem_train *group = ask((struct query){.type = QUERY_HELLO});
	struct mem_train *memcached = ask((struct query){.type = QUERY_HELLO});

	address_set_port(&low->peer, 53);
	group->local.group = true;
	address_set_port(&memcached->peer, 11211);
	run("echo");
	cr_assert(sent_count == 0);
	cr_assert(count(COUNTER_QUERY_REFUSED_SOURCE) == 3);
	assert_balance();
}

Test(consent, is_given_to_ports_that_echo_does_not_answer)
{
	struct mem_train *t = ask((struct query){.type = QUERY_HELLO});

	address_set_port(&t->peer, 7007);
	run("echo");
	cr_assert(sent_count == 1);
}

/* A network device may join queries, as it joins any datagrams of one size. */
Test(consent, is_given_to_each_of_a_train)
{
	uint8_t data[4 * QUERY_BYTES + 9] = {0};
	struct query hello = {.type = QUERY_HELLO};
	struct query_body b;

	seal(data, hello, &other);
	seal(data + QUERY_BYTES, hello, &key);
	seal(data + 2 * QUERY_BYTES, (struct query){.type = 9}, &key);
	seal(data + 3 * QUERY_BYTES, hello, &key);
	add(data, sizeof(data))->segment_bytes = QUERY_BYTES;
	run("echo");
	cr_assert(sent_count == 2);
	read_reply(0, &b);
	read_reply(1, &b);
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == 5);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == 2);
	cr_assert(count(COUNTER_QUERY_REFUSED_MAC) == 1);
	cr_assert(count(COUNTER_QUERY_REFUSED_FORM) == 2);
	assert_balance();
}

Test(consent, is_not_given_to_truncated_queries)
{
	ask((struct query){.type = QUERY_HELLO})->truncated = true;
	run("echo");
	cr_assert(sent_count == 0);
	cr_assert(count(COUNTER_TRUNCATED) == 1);
	assert_balance();
}

Test(consent, that_could_not_be_sent_is_counted_separately)
{
	add("a", 1);
	ask((struct query){.type = QUERY_HELLO});
	ask((struct query){.type = QUERY_HELLO});
	fail_at = 2;
	run("echo");
	cr_assert(count(COUNTER_ANSWERED_DATAGRAMS) == 1);
	cr_assert(count(COUNTER_QUERY_FAILED) == 1);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == 1);
	assert_balance();
}

/* Damage costs nothing where it can be seen without the MAC: what is checked
 * is what could be a question. */
Test(consent, checks_a_reply_and_another_kind_by_their_form_alone)
{
	uint8_t data[3][QUERY_BYTES];

	seal(data[0], (struct query){.type = QUERY_HELLO, .reply = true},
		&other);
	seal(data[1], (struct query){.type = 9}, &other);
	seal(data[2], (struct query){.type = QUERY_HELLO}, &other);
	data[2][4] = 77; /* its version */
	for (int i = 0; i < 3; i++)
		add(data[i], QUERY_BYTES);
	run("echo");
	cr_assert(count(COUNTER_QUERY_REFUSED_FORM) == 3);
	cr_assert(count(COUNTER_QUERY_REFUSED_MAC) == 0);
	assert_balance();
}

/* Longer than a batch, by trains of 50: a flood, and one who has the key. */
Test(consent, is_checked_a_bounded_number_of_times_a_batch)
{
	static uint8_t flood[50 * QUERY_BYTES];

	for (int i = 0; i < 50; i++)
		seal(flood + i * QUERY_BYTES,
			(struct query){.type = QUERY_HELLO}, &other);
	for (int i = 0; i < 5; i++)
		add(flood, sizeof(flood))->segment_bytes = QUERY_BYTES;
	ask((struct query){.type = QUERY_HELLO});
	run("echo");
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == 251);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == 1);
	cr_assert(count(COUNTER_QUERY_REFUSED_MAC) == CONSENT_CHECKS - 1);
	cr_assert(count(COUNTER_QUERY_REFUSED_BUSY) == 251 - CONSENT_CHECKS);
	assert_balance();
}

Test(consent, is_given_in_turn_if_not_all_can_be_checked)
{
	static uint8_t flood[QUERY_BYTES];

	seal(flood, (struct query){.type = QUERY_HELLO}, &other);
	for (int i = 0; i < 15; i++)
		add(flood, sizeof(flood));
	ask((struct query){.type = QUERY_HELLO});
	repeat = 16;
	run("echo");
	cr_assert(count(COUNTER_QUERY_DATAGRAMS) == 256);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == CONSENT_CHECKS);
	cr_assert(count(COUNTER_QUERY_REFUSED_BUSY) ==
		  16 * (16 - CONSENT_CHECKS));
	assert_balance();
}

struct way {
	const char *what;
	const char *from, *to;            /* as the question says */
	const char *peer, *bound, *local; /* as the server sees it */
	const char *known_as;
	uint8_t verdict;
};

static const struct way ways[] = {
	{"as it was sent", "203.0.113.1:40000", "192.0.2.1:7007",
		"203.0.113.1:40000", "192.0.2.1:7007", NULL, NULL, QUERY_YES},
	{"to another host", "203.0.113.1:40000", "192.0.2.2:7007",
		"203.0.113.1:40000", "192.0.2.1:7007", NULL, NULL, QUERY_NO},
	{"to another port", "203.0.113.1:40000", "192.0.2.1:7008",
		"203.0.113.1:40000", "192.0.2.1:7007", NULL, NULL, QUERY_NO},
	{"from another host", "203.0.113.1:40000", "192.0.2.1:7007",
		"203.0.113.2:40000", "192.0.2.1:7007", NULL, NULL, QUERY_NO},
	{"from another port", "203.0.113.1:40000", "192.0.2.1:7007",
		"203.0.113.1:40001", "192.0.2.1:7007", NULL, NULL, QUERY_NO},
	{"from any port of a NAT", "203.0.113.1:0", "192.0.2.1:7007",
		"203.0.113.1:40001", "192.0.2.1:7007", NULL, NULL, QUERY_YES},
	{"to no port", "203.0.113.1:40000", "192.0.2.1:0", "203.0.113.1:40000",
		"192.0.2.1:7007", NULL, NULL, QUERY_NO},
	{"to an address of a NAT", "203.0.113.1:40000", "198.51.100.1:99",
		"203.0.113.1:40000", "192.0.2.1:7007", NULL, "198.51.100.1:99",
		QUERY_YES},
	{"to another port of a NAT", "203.0.113.1:40000", "198.51.100.1:98",
		"203.0.113.1:40000", "192.0.2.1:7007", NULL, "198.51.100.1:99",
		QUERY_NO},
	{"to one of all addresses", "203.0.113.1:40000", "192.0.2.1:7007",
		"203.0.113.1:40000", "0.0.0.0:7007", "192.0.2.1:0", NULL,
		QUERY_YES},
	{"to another of all addresses", "203.0.113.1:40000", "192.0.2.2:7007",
		"203.0.113.1:40000", "0.0.0.0:7007", "192.0.2.1:0", NULL,
		QUERY_NO},
	{"to where it is not known", "203.0.113.1:40000", "192.0.2.1:7007",
		"203.0.113.1:40000", "0.0.0.0:7007", NULL, NULL, QUERY_NO},
	{"to any address", "203.0.113.1:40000", "0.0.0.0:7007",
		"203.0.113.1:40000", "0.0.0.0:7007", "192.0.2.1:0", NULL,
		QUERY_NO},
	{"by IPv4 to a dual-stack socket", "203.0.113.1:40000",
		"192.0.2.1:7007", "[::ffff:203.0.113.1]:40000", "[::]:7007",
		"[::ffff:192.0.2.1]:0", NULL, QUERY_YES},
	{"by IPv6", "[2001:db8::9]:40000", "[2001:db8::1]:7007",
		"[2001:db8::9]:40000", "[::]:7007", "[2001:db8::1]:0", NULL,
		QUERY_YES},
	{"link-local, of other scopes", "[fe80::9%7]:40000", "[fe80::1%7]:7007",
		"[fe80::9%8]:40000", "[fe80::1%8]:7007", NULL, NULL, QUERY_YES},
};

static void set_local(struct local_address *l, const char *text)
{
	union address a;

	cr_assert(address_parse(&a, text) == 0);
	*l = (struct local_address){.family = a.sa.sa_family};
	if (l->family == AF_INET)
		l->v4 = a.in.sin_addr;
	else
		l->v6 = a.in6.sin6_addr;
}

static void take_way(const struct way *w, uint8_t type)
{
	struct query q = {.type = type}, got;
	struct query_body b;
	union address as;
	struct mem_train *t;

	sent_count = train_count = 0;
	cr_assert(address_parse(&q.from, w->from) == 0);
	cr_assert(address_parse(&q.to, w->to) == 0);
	cr_assert(address_parse(&there, w->peer) == 0);
	cr_assert(address_parse(&here, w->bound) == 0);
	if (w->known_as)
		cr_assert(address_parse(&as, w->known_as) == 0);
	shared.known_as = &as;
	shared.known_as_count = w->known_as != NULL;
	t = ask(q);
	if (w->local)
		set_local(&t->local, w->local);
	run("discard");
	got = read_reply(0, &b);
	cr_assert(got.verdict == w->verdict, "%s", w->what);
	cr_assert((b.left > 0) == (w->verdict == QUERY_YES), "%s", w->what);
	cr_assert(query_address_fits(&got.from, &there), "%s", w->what);
	cr_assert(address_port(&got.to) == address_port(&here));
}

Test(consent, is_given_for_exactly_the_addresses_asked)
{
	uint64_t denied = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		take_way(&ways[i], QUERY_HELLO);
		take_way(&ways[i], QUERY_SNAPSHOT);
		denied += ways[i].verdict == QUERY_NO ? 2 : 0;
	}
	cr_assert(count(COUNTER_QUERY_DENIED) == denied);
	assert_balance();
}

/* Which its reader takes for no consent: see query.h. */
Test(consent, answers_the_old_version_with_an_empty_reply)
{
	struct query_body b;
	struct query q;

	ask((struct query){.type = QUERY_HELLO, .version = QUERY_OLD_VERSION});
	run("echo");
	q = read_reply(0, &b);
	cr_assert(q.version == QUERY_OLD_VERSION && b.left == 0);
	assert_balance();
}

/* What the device has made a train of: a client asks again. */
Test(consent, reads_of_a_train_what_was_copied)
{
	static uint8_t three[3 * QUERY_BYTES];
	struct query_body b;

	for (uint32_t i = 0; i < 3; i++)
		seal(three + i * QUERY_BYTES,
			(struct query){.type = QUERY_HELLO}, &key);
	add(three, sizeof(three))->segment_bytes = QUERY_BYTES;
	head_only = true;
	run("discard");
	cr_assert(sent_count == 1);
	read_reply(0, &b);
	cr_assert(count(COUNTER_QUERY_ANSWERED) == 1);
	cr_assert(count(COUNTER_QUERY_REFUSED_BUSY) == 2);
	assert_balance();
}
