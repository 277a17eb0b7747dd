/* SPDX-License-Identifier: MIT */
/* The ledger of a row, by the same rules as for any run. */
#include "load/stress/settle.h"
#include "core/clock.h"
#include "load/traffic/text.h"

#include <stdio.h>

#define STILL_NS 50000000u
#define EVEN_NS  100000000u
#define REST_NS  3000000000u
#define BUSY_NS  30000000000u

static void sleep_tick(void)
{
	const struct timespec t = {.tv_nsec = 5000000};

	(void)nanosleep(&t, NULL);
}

static uint64_t arrived(const struct stress_row *row)
{
	return row->answered + row->foreign + row->wrong;
}

/* Has the server received fewer than were sent? */
static bool is_behind(const struct stress_lab *lab)
{
	return lab->now.server.counters.delivered -
		       lab->start.server.counters.delivered <
	       lab->row->datagrams;
}

/* Has the server counted the fate of all datagrams that it received? */
static bool is_even(const struct ledger_server *s)
{
	uint64_t n = s->answered + s->absorbed;

	for (size_t i = 0; i < s->refused_count; i++)
		n += s->refused[i].datagrams;
	for (size_t i = 0; i < s->failed_count; i++)
		n += s->failed[i].datagrams;
	return n == s->delivered;
}

static bool missing(const struct stress_lab *lab)
{
	const struct ledger_server *x = &lab->start.server.counters;
	const struct ledger_server *y = &lab->now.server.counters;

	return is_behind(lab) || !is_even(y) ||
	       arrived(lab->row) < y->answered - x->answered;
}

static bool moved(const struct load_server *a, const struct load_server *b)
{
	const struct ledger_server *x = &a->counters, *y = &b->counters;

	return x->delivered != y->delivered || x->answered != y->answered ||
	       x->absorbed != y->absorbed ||
	       x->socket_drops != y->socket_drops ||
	       x->ring_drops != y->ring_drops;
}

/* If something is missing, the figures that the server reads back from the
 * kernel now and then must have been renewed meanwhile (see LOAD_RENEWAL).
 * False if that did not happen in time. */
static bool comes_to_rest(struct stress_lab *lab)
{
	uint64_t start = clock_ns(), still = start, published, now;
	struct load_server last;

	if (!lab_look(lab, LOOK_MUST))
		return true;
	published = lab->now.server.published;
	for (;;) {
		bool renewed;

		last = lab->now.server;
		sleep_tick();
		if (!lab_look(lab, LOOK_MUST))
			return false;
		now = clock_ns();
		if (moved(&last, &lab->now.server)) {
			still = now;
			published = lab->now.server.published;
		}
		renewed = !missing(lab) ||
			  lab->now.server.published >= published + LOAD_RENEWAL;
		if (renewed && now - still >= STILL_NS)
			return true;
		/* On a busy machine a server that works off its queue takes
		 * longer. */
		if (now - (is_behind(lab) ? still : start) > REST_NS &&
			(renewed || !lab->now.server.runs))
			return renewed;
		if (now - start > BUSY_NS)
			return renewed;
	}
}

static uint32_t reply_bytes(const struct stress_lab *lab, uint32_t bytes)
{
	char text[40];

	if (bytes && lab->config->replies == REPLIES_TEXT)
		return (uint32_t)snprintf(
			text, sizeof(text), TEXT_LENGTH, bytes);
	return bytes;
}

static void read_kernel(struct stress_lab *lab, struct ledger_kernel *k)
{
	const struct lab_moment *from = &lab->start;
	struct lab_moment *to = &lab->now;

	figures_read(&lab->near, &to->near);
	figures_read(&lab->far, &to->far);
	k->client = figures_between(&from->near, &to->near);
	k->client_known = true;
	k->one = !from->server_error && !lab->config->server_apart;
	k->v6 = lab->v6;
	k->server = k->client;
	if (lab->far.open)
		k->server = figures_between(&from->far, &to->far);
	k->server_known = k->one || lab->far.open;
}

/* The kernel does not count replies left in sockets that are closed: up to
 * closed_most missing replies are excused. */
static void excuse_closed(struct stress_row *row)
{
	struct ledger *l = &row->ledger;
	struct ledger_way *w = &l->way[LEDGER_REPLY];
	int64_t *left = l->server_seen ? &w->unexplained : &l->unexplained;

	if (*left <= 0)
		return;
	row->closed = (uint64_t)*left < row->closed_most ? (uint64_t)*left
							 : row->closed_most;
	*left -= (int64_t)row->closed;
	if (l->server_seen)
		l->unexplained -= (int64_t)row->closed;
	if (row->closed)
		w->unexplained_bytes = 0;
}

/* Replies may not have had the time to come. */
static bool is_cut_short(struct stress_lab *lab)
{
	const struct ledger *l = &lab->row->ledger;

	return l->unexplained > 0 && l->way[LEDGER_REQUEST].unexplained >= 0 &&
	       l->way[LEDGER_REPLY].unexplained >= 0 && lab_is_interrupted(lab);
}

/* drops: at our own sockets, known even if the server is not seen. */
static void judge(struct stress_lab *lab, int64_t drops)
{
	const struct ledger *l = &lab->row->ledger;

	if (is_cut_short(lab))
		return;
	if (!l->server_seen && lab_replies(lab) && l->unexplained > drops)
		lab_judge(lab, STRESS_OTHERWISE,
			"%lld are missing, and the server's counters cannot be "
			"seen",
			(long long)(l->unexplained - drops));
	else if (l->shared)
		lab_judge(lab, STRESS_AS_EXPECTED,
			"other clients used the server meanwhile");
	else if (!ledger_balances(l))
		lab_judge(lab, STRESS_FAILED,
			"no counter explains %lld datagrams",
			(long long)l->unexplained);
}

void lab_await_even(struct stress_lab *lab)
{
	uint64_t end = clock_ns() + EVEN_NS;

	while (lab_look(lab, LOOK_MUST) &&
		!is_even(&lab->now.server.counters) && clock_ns() < end)
		sleep_tick();
}

void lab_rest(struct stress_lab *lab)
{
	lab->rested = comes_to_rest(lab);
}

void lab_settle(struct stress_lab *lab, const struct lab_client *client)
{
	struct stress_row *row = lab->row;
	struct ledger_client c = {
		.sent = row->datagrams,
		.sent_bytes = client->sent_bytes,
		.answered = arrived(row),
		.answered_bytes = client->answered_bytes,
		.trains = arrived(row),
		.bytes = client->bytes,
		.reply_bytes = reply_bytes(lab, client->bytes),
		.train = 1,
		.socket_drops = client->socket_drops,
		.too_big_reports = row->too_big,
		.too_big_most = row->too_big_most,
		.queries_lost = lab->now.server.queries_lost -
				lab->start.server.queries_lost,
	};
	bool seen = !lab->start.server_error && !lab->now.server_error;
	struct ledger_kernel kernel = {0};
	struct ledger_server s;

	read_kernel(lab, &kernel);
	if (seen) {
		ledger_server_difference(&s, &lab->start.server.counters,
			&lab->now.server.counters);
		s.silent = !lab->rested;
	}
	ledger_settle(&row->ledger, &c, seen ? &s : NULL, &kernel);
	row->ledgered = true;
	excuse_closed(row);
	judge(lab, (int64_t)client->socket_drops);
}
