/* SPDX-License-Identifier: MIT */
#include "core/query.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct mac_key key;
static uint8_t data[QUERY_BYTES];

static const struct query snapshot = {
	.reply = true,
	.type = QUERY_SNAPSHOT,
	.nonce = "0123456789abcdef",
	.run = 0x01020304,
	.part = 1,
	.parts = 0x0203,
	.server = 0x1112131415161718,
	.generation = 0x2122232425262728,
	.published = 0x3132333435363738,
	.workers = 0x41424344,
	.sending = 0x51525354,
	.verdict = QUERY_NO,
};

static void make_key(void)
{
	if (!mac_available())
		cr_skip_test("this build is without libsodium");
	cr_assert(mac_key_read(
			  &key, "a secret that is not all too short", 34) == 0);
}

TestSuite(query, .init = make_key);

static void seal(const struct query *q)
{
	struct query_room room;

	query_begin(&room, data);
	query_seal(data, q, &room, &key);
}

static int open_with(const struct mac_key *k, struct query *q)
{
	struct query_body b;

	return query_open(data, sizeof(data), k, q, &b);
}

Test(query, is_read_as_it_was_written)
{
	struct query q;

	seal(&snapshot);
	cr_assert(open_with(&key, &q) == 0);
	cr_assert(q.reply && q.type == QUERY_SNAPSHOT);
	cr_assert(memcmp(q.nonce, snapshot.nonce, QUERY_NONCE) == 0);
	cr_assert(q.run == snapshot.run && q.workers == snapshot.workers);
	cr_assert(q.part == 1 && q.parts == 0x0203);
	cr_assert(q.server == snapshot.server);
	cr_assert(q.generation == snapshot.generation);
	cr_assert(q.published == snapshot.published);
}

/* What is on the wire must not change with the host, nor by accident. */
Test(query, has_its_fields_where_they_belong)
{
	static const uint8_t head[] = "umlc\2\2\0\0"
				      "0123456789abcdef"
				      "\1\2\3\4"
				      "\0\1\2\3"
				      "\x11\x12\x13\x14\x15\x16\x17\x18"
				      "\x21\x22\x23\x24\x25\x26\x27\x28"
				      "\x31\x32\x33\x34\x35\x36\x37\x38"
				      "\x41\x42\x43\x44"
				      "\x51\x52\x53\x54"
				      "\0\0\0\0\0\0\0\0\0\0\xff\xff"
				      "\300\0\2\1\x1b\x5f"
				      "\x20\1\xd\xb8\0\0\0\0"
				      "\0\0\0\0\0\0\0\5\0\7"
				      "\2\0\0\0";
	struct query q = snapshot;

	cr_assert(sizeof(head) - 1 == 104);
	cr_assert(address_parse(&q.from, "192.0.2.1:7007") == 0);
	cr_assert(address_parse(&q.to, "[2001:db8::5]:7") == 0);
	memset(data, 0xff, sizeof(data));
	seal(&q);
	cr_assert(memcmp(data, head, 104) == 0);
	for (unsigned i = 104; i < QUERY_BYTES - MAC_BYTES; i++)
		cr_assert(data[i] == 0, "byte %u", i);
	cr_assert(mac_matches(data + QUERY_BYTES - MAC_BYTES, &key, data,
		QUERY_BYTES - MAC_BYTES));
}

Test(query, says_its_direction)
{
	struct query q = {.type = QUERY_HELLO}, got;

	seal(&q);
	cr_assert(memcmp(data, "umlC", 4) == 0);
	cr_assert(open_with(&key, &got) == 0 && !got.reply);
	q.reply = true;
	seal(&q);
	cr_assert(memcmp(data, "umlc", 4) == 0);
	cr_assert(open_with(&key, &got) == 0 && got.reply);
}

/* Of the magic or the version; "umlC" and "umlc" differ by one bit. Version 2
 * becomes 0, 3, 6...: bit 0 and 1 at once would make 1 of it. */
static bool is_of_form(unsigned bit)
{
	return bit < 40 && bit != 29;
}

Test(query, with_any_bit_damaged_is_refused)
{
	struct query q;

	seal(&snapshot);
	for (unsigned bit = 0; bit < 8 * QUERY_BYTES; bit++) {
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(open_with(&key, &q) ==
				  (is_of_form(bit) ? -EPROTO : -EBADMSG),
			"bit %u", bit);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	cr_assert(open_with(&key, &q) == 0);
}

Test(query, of_another_key_is_refused)
{
	struct mac_key other;
	struct query q;

	seal(&snapshot);
	for (unsigned bit = 0; bit < 8 * MAC_KEY_BYTES; bit++) {
		other = key;
		other.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(open_with(&other, &q) == -EBADMSG, "bit %u", bit);
	}
}

Test(query, of_another_length_is_none)
{
	static uint8_t longer[QUERY_BYTES + 1];
	struct query_body b;
	struct query q;

	seal(&snapshot);
	memcpy(longer, data, QUERY_BYTES);
	for (uint32_t n = 0; n <= QUERY_BYTES + 1; n++) {
		bool good = n == QUERY_BYTES;

		cr_assert(query_is(longer, n) == good, "%u bytes", n);
		cr_assert(query_open(longer, n, &key, &q, &b) ==
				  (good ? 0 : -EPROTO),
			"%u bytes", n);
	}
}

Test(query, carries_texts_and_counters_in_their_order)
{
	struct query_room room;
	struct query_body b;
	struct query q;
	char text[16], name[QUERY_NAME];
	uint64_t value;

	memset(data, 0xff, sizeof(data));
	query_begin(&room, data);
	cr_assert(query_put_text(&room, "0.1.0"));
	cr_assert(query_put_text(&room, ""));
	cr_assert(query_put_counter(&room, "rx_datagrams", UINT64_MAX - 1));
	cr_assert(query_put_counter(&room, "b", 0));
	query_seal(data, &snapshot, &room, &key);
	cr_assert(query_open(data, sizeof(data), &key, &q, &b) == 0);
	cr_assert(query_take_text(&b, text, sizeof(text)));
	cr_assert_str_eq(text, "0.1.0");
	cr_assert(query_take_text(&b, text, sizeof(text)));
	cr_assert_str_eq(text, "");
	cr_assert(query_take_counter(&b, name, &value));
	cr_assert_str_eq(name, "rx_datagrams");
	cr_assert(value == UINT64_MAX - 1);
	cr_assert(query_take_counter(&b, name, &value));
	cr_assert(strcmp(name, "b") == 0 && value == 0);
	cr_assert(!query_take_counter(&b, name, &value));
	cr_assert(!query_take_text(&b, text, sizeof(text)));
}

Test(query, writes_nothing_that_does_not_fit)
{
	const uint32_t all = QUERY_BYTES - MAC_BYTES - 104;
	struct query_room room;
	uint32_t n = 0;
	struct query_body b;
	struct query q;
	char name[QUERY_NAME];
	uint64_t value;

	query_begin(&room, data);
	cr_assert(room.left == all);
	while (query_put_counter(&room, "a_name_of_21_letters_", n))
		n++;
	cr_assert(n == all / 30);
	cr_assert(room.left == all % 30);
	/* Room for the name, and not for its value. */
	cr_assert(!query_put_counter(&room, "sixteen_letters_", 1));
	cr_assert(!query_put_text(&room, "a_text_of_24_characters_"));
	cr_assert(room.left == all % 30);
	query_seal(data, &snapshot, &room, &key);
	cr_assert(query_open(data, sizeof(data), &key, &q, &b) == 0);
	for (uint64_t i = 0; i < n; i++)
		cr_assert(query_take_counter(&b, name, &value) && value == i);
	cr_assert(!query_take_counter(&b, name, &value));
}

struct strange {
	const char *bytes;
	uint32_t count;
	bool text, name; /* may it be taken for such a one? */
};

Test(query, takes_only_names_and_text_that_can_be_printed)
{
	static const struct strange cases[] = {
		{"\1a01234567", 10, true, true},
		{"\2a_01234567", 11, true, true},
		{"\2a901234567", 11, true, true},
		{"\00001234567", 9, true, false},
		{"\1_01234567", 10, true, false},
		{"\1901234567", 10, true, false},
		{"\1A01234567", 10, true, false},
		{"\2a-01234567", 11, true, false},
		{"\2a 01234567", 11, true, false},
		{"\2a\"01234567", 11, false, false},
		{"\2a\\01234567", 11, false, false},
		{"\2a\n01234567", 11, false, false},
		{"\2a\033[1234567", 11, false, false},
		{"\2a\177"
		 "1234567",
			10, false, false},
		{"\2a\200"
		 "1234567",
			10, false, false},
		{"\2a\0"
		 "01234567",
			11, false, false},
		{"\1a0123456", 9, true, false}, /* a byte of the value less */
		{"\1a", 2, true, false},
		{"\2a", 2, false, false},
		{"\1a", 1, false, false},
		{"\377a01234567", 10, false, false},
		{"", 0, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct strange *c = &cases[i];
		struct query_body b = {(const uint8_t *)c->bytes, c->count};
		char text[QUERY_NAME];
		uint64_t value;

		cr_assert(query_take_text(&b, text, sizeof(text)) == c->text,
			"case %zu", i);
		cr_assert(c->text || b.left == c->count, "case %zu", i);
		b = (struct query_body){(const uint8_t *)c->bytes, c->count};
		cr_assert(query_take_counter(&b, text, &value) == c->name,
			"case %zu", i);
		cr_assert(c->name || b.left == c->count, "case %zu", i);
	}
}

Test(query, takes_no_text_longer_than_its_room)
{
	struct query_body b = {(const uint8_t *)"\3abc", 4};
	char text[4];

	cr_assert(!query_take_text(&b, text, 3));
	cr_assert(query_take_text(&b, text, 4));
	cr_assert_str_eq(text, "abc");
}

struct address_case {
	const char *said, *seen;
	bool fits;
};

Test(query, tells_whether_an_address_is_the_one_that_was_said)
{
	static const struct address_case cases[] = {
		{"192.0.2.1:7", "192.0.2.1:7", true},
		{"192.0.2.1:7", "192.0.2.1:8", false},
		{"192.0.2.1:7", "192.0.2.2:7", false},
		{"192.0.2.1:0", "192.0.2.1:8", true},
		{"192.0.2.1:7", "192.0.2.1:0", false},
		{"192.0.2.1:7", "[::ffff:192.0.2.1]:7", true},
		{"[::ffff:192.0.2.1]:7", "192.0.2.1:7", true},
		{"[2001:db8::1]:7", "[2001:db8::1]:7", true},
		{"[2001:db8::1]:7", "[2001:db8::2]:7", false},
		/* A scope is each host's own. */
		{"[fe80::1%1]:7", "[fe80::1%2]:7", true},
		{"[fe80::1%1]:7", "[fe80::2%1]:7", false},
		{"0.0.0.0:7", "192.0.2.1:7", false},
		{"[::]:7", "0.0.0.0:7", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct address_case *c = &cases[i];
		union address said, seen;
		struct query q = {.type = QUERY_HELLO}, got;

		cr_assert(address_parse(&said, c->said) == 0, "%s", c->said);
		cr_assert(address_parse(&seen, c->seen) == 0, "%s", c->seen);
		cr_assert(query_address_fits(&said, &seen) == c->fits, "%s %s",
			c->said, c->seen);
		/* And the same when it was on its way. */
		q.from = said;
		q.to = seen;
		seal(&q);
		cr_assert(open_with(&key, &got) == 0);
		cr_assert(query_address_fits(&got.from, &got.to) == c->fits,
			"%s %s", c->said, c->seen);
	}
}

Test(query, of_the_old_version_has_no_addresses_and_no_verdict)
{
	struct query q = snapshot, got;

	q.version = QUERY_OLD_VERSION;
	cr_assert(address_parse(&q.from, "192.0.2.1:7007") == 0);
	memset(data, 0xff, sizeof(data));
	seal(&q);
	cr_assert(data[4] == 1 && data[6] == 0 && data[7] == 0);
	for (unsigned i = 60; i < QUERY_BYTES - MAC_BYTES; i++)
		cr_assert(data[i] == 0, "byte %u", i);
	cr_assert(open_with(&key, &got) == 0);
	cr_assert(got.version == QUERY_OLD_VERSION && got.verdict == 0);
	cr_assert(got.from.sa.sa_family == AF_UNSPEC);
}

struct form_case {
	uint8_t version, type;
	bool reply, may_ask;
};

Test(query, may_ask_by_its_form)
{
	static const struct form_case cases[] = {
		{2, QUERY_HELLO, false, true},
		{2, QUERY_SNAPSHOT, false, true},
		{2, QUERY_HELLO, true, false},
		{2, 0, false, false},
		{2, 3, false, false},
		{1, QUERY_HELLO, false, true},
		{1, QUERY_SNAPSHOT, false, false},
		{0, QUERY_HELLO, false, false},
		{3, QUERY_HELLO, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct form_case *c = &cases[i];
		struct query q = {.type = c->type, .reply = c->reply};

		seal(&q);
		data[4] = c->version;
		cr_assert(query_may_ask(data, QUERY_BYTES) == c->may_ask,
			"case %zu", i);
		cr_assert(!query_may_ask(data, QUERY_BYTES - 1));
	}
}
