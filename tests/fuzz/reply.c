/* SPDX-License-Identifier: MIT */
/*
 * Any answers of a server with the key: they are accepted or refused, and added
 * up without an overflow. The sockets of asking.c are replaced by answers from
 * the input, sealed with the key.
 */
#include "fuzz.h"
#include "load/peer/asking.h"
#include "load/peer/counted.h"
#include "load/peer/remote.h"

#include <errno.h>
#include <string.h>

#define ANSWERS 40

/* Each answer: type's own numbers in 4 bytes, the body's length, the body. */
const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\0\1\1\1\14"
	       "\3"
	       "0.1"
	       "\3"
	       "foo"
	       "\3"
	       "bar"
	       "\0\1\1\1\26\14rx_datagrams\0\0\0\0\0\0\0\5"
	       "\0\1\1\1\26\14rx_datagrams\0\0\0\0\0\0\0\6"),
	SAMPLE("\0\1\1\1\14"
	       "\3"
	       "0.1"
	       "\3"
	       "foo"
	       "\3"
	       "bar"
	       "\0\2\1\1\31\17query_datagrams\x80\0\0\0\0\0\0\0"
	       "\1\2\1\1\22\10rx_bytes\0\0\0\0\0\0\0\6"
	       "\0\2\1\2\24\13refused_few\0\0\0\0\0\0\1\0"),
	{NULL, 0},
};

static struct mac_key key;
static const uint8_t *input;
static size_t left;
static unsigned answers;

int asking_init(struct asking *a, const struct asking_config *config, char *why,
	size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	a->key = *config->key;
	return 0;
}

void asking_fini(struct asking *a)
{
	(void)a;
}

static int next_answer(enum query_type type, struct answer *out)
{
	struct query q = {
		.reply = true, .verdict = QUERY_YES, .type = (uint8_t)type};
	struct query_room room;
	size_t n;

	if (left < 5 || ++answers > ANSWERS)
		return 0;
	q.part = input[0];
	q.parts = input[1];
	q.workers = input[2];
	q.server = input[2] & 2;
	q.generation = input[3];
	q.published = input[3] * UINT64_C(0x0101010101010101);
	n = input[4] < left - 5 ? input[4] : left - 5;
	query_begin(&room, out->data);
	memcpy(room.at, input + 5, n);
	room.at += n;
	input += 5 + n;
	left -= 5 + n;
	query_seal(out->data, &q, &room, &key);
	CHECK(query_open(out->data, QUERY_BYTES, &key, &out->query,
		      &out->body) == 0);
	out->sent = answers;
	return 1;
}

int asking_begin(struct asking *a, struct answer *answer, char *why, size_t n)
{
	(void)a;
	(void)why;
	(void)n;
	return next_answer(QUERY_HELLO, answer);
}

int asking_ask(struct asking *a, enum query_type type, uint16_t part,
	uint64_t generation, uint64_t until_ns, struct answer *answer)
{
	(void)a;
	(void)part;
	(void)generation;
	(void)until_ns;
	return next_answer(type, answer);
}

int asking_renew(struct asking *a, struct answer *answer)
{
	(void)a;
	(void)answer;
	return 0;
}

uint64_t asking_lapse_ns(const struct asking *a)
{
	(void)a;
	return 0;
}

void asking_explain_no(const struct asking *a, char *why, size_t n)
{
	(void)a;
	(void)why;
	(void)n;
}

void asking_explain_silence(const struct asking *a, char *why, size_t n)
{
	(void)a;
	(void)why;
	(void)n;
}

void asking_explain_loss(const struct asking *a, char *why, size_t n)
{
	(void)a;
	(void)why;
	(void)n;
}

/* As a run does with what it was told at its two ends. */
static void settle(const struct load_server *from, const struct load_server *to)
{
	struct ledger_client client = {
		.sent = 1000,
		.sent_bytes = 64000,
		.answered = 900,
		.answered_bytes = 57600,
		.trains = 20,
		.bytes = 64,
		.reply_bytes = 64,
		.train = 64,
		.partial = 1,
		.nobufs = 1,
		.queries_lost = to->queries_lost - from->queries_lost,
		.gro = true,
	};
	static const struct ledger_kernel unknown;
	struct ledger_server server;
	struct ledger l;

	ledger_server_difference(&server, &from->counters, &to->counters);
	ledger_settle(&l, &client, &server, &unknown);
	(void)ledger_balances(&l);
	server.silent = true;
	ledger_settle(&l, &client, &server, &unknown);
	(void)ledger_balances(&l);
}

static void read_all(struct remote *r)
{
	struct load_server first = {0}, now;
	struct counted_past past = {0};

	while (remote_read(r, LOOK_MUST, &now) == 0) {
		if (counted_follow(&past, &now))
			continue;
		if (!first.asked)
			first = now;
		CHECK(now.counters.delivered <= COUNTED_MOST);
		CHECK(now.counters.delivered >= first.counters.delivered);
		settle(&first, &now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct remote_config config = {.key = &key};
	struct remote *r;
	char why[768];

	if (!mac_available())
		return 0;
	if (!key.bytes[0])
		CHECK(mac_key_read(&key, "a secret that is long enough, yes",
			      33) == 0);
	input = data;
	left = bytes;
	answers = 0;
	if (remote_open(&r, &config, why, sizeof(why)))
		return 0;
	CHECK(remote_about(r)->workers > 0);
	read_all(r);
	remote_close(r);
	return 0;
}
