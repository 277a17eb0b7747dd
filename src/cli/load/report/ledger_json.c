/* SPDX-License-Identifier: MIT */
/* The ledger in the report for programs. */
#include "cli/load/report/ledger.h"

#include "cli/print/json.h"
static void set_named(
	json_t *object, const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_set(object, list[i].name, json_number(list[i].datagrams));
}

static json_t *drops_json(const struct ledger *l)
{
	json_t *object = json_object();

	for (size_t i = 0; i < LEDGER_CAUSES && l->dropped[i].cause; i++)
		json_set(object, l->dropped[i].cause,
			json_number(l->dropped[i].datagrams));
	set_named(object, l->failed, l->failed_count);
	return object;
}

static json_t *bounds_json(const struct ledger *l)
{
	json_t *object = json_object();

	for (size_t i = 0; i < LEDGER_CAUSES && l->dropped[i].cause; i++) {
		const struct ledger_drop *d = &l->dropped[i];

		json_set(object, d->cause,
			json_pack("{s:o, s:o, s:o, s:b}", "skbs",
				json_number(d->skbs), "datagrams_low",
				json_number(d->low), "datagrams_high",
				json_number(d->high), "shared", d->shared));
	}
	return object;
}

static json_t *shared_json(const struct ledger *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		if (l->dropped[i].shared)
			json_add(list, json_string(l->dropped[i].cause));
	return list;
}

/* null if it is not known for each cause. */
static json_t *leg_bytes_json(const struct ledger *l, enum ledger_leg leg)
{
	json_t *object;

	if (!l->way[leg].bytes_known)
		return json_null();
	object = json_object();
	for (enum ledger_cause i = 0; i < LEDGER_CAUSES; i++) {
		uint64_t bytes;

		if (ledger_dropped_bytes(l, leg, i, &bytes) && bytes)
			json_set(object, l->dropped[i].cause,
				json_number(bytes));
	}
	return object;
}

/* One leg of the way: sent = arrived + dropped + unexplained. */
static json_t *leg_json(const struct ledger *l, enum ledger_leg leg)
{
	const struct ledger_way *w = &l->way[leg];
	json_t *dropped, *unexplained = json_null();

	if (!l->server_seen || l->shared)
		return json_null();
	dropped = json_object();
	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		if (l->dropped[i].leg[leg])
			json_set(dropped, l->dropped[i].cause,
				json_number(l->dropped[i].leg[leg]));
	if (w->bytes_known)
		unexplained = json_integer(w->unexplained_bytes);
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "sent",
		json_number(w->sent), "arrived", json_number(w->arrived),
		"dropped", dropped, "unexplained", (json_int_t)w->unexplained,
		"sent_bytes", json_number(w->sent_bytes), "arrived_bytes",
		json_number(w->arrived_bytes), "dropped_bytes",
		leg_bytes_json(l, leg), "unexplained_bytes", unexplained);
}

/* Payload bytes, in the four places where they are counted. */
static json_t *bytes_json(const struct load_result *r)
{
	const struct ledger_server *s = &r->server_whole.counters;
	json_t *object = json_pack("{s:o, s:o}", "sent",
		json_number(r->whole.sent_bytes), "answered",
		json_number(r->whole.answered_bytes));

	if (r->server_seen)
		json_object_update_new(object,
			json_pack("{s:o, s:o}", "delivered",
				json_number(s->delivered_bytes), "replied",
				json_number(s->answered_bytes)));
	return object;
}

static json_t *figures_json(const struct figures *f, bool v6)
{
	json_t *object = json_object();

	for (enum figure i = 0; i < FIGURES; i++)
		if (figure_name(i, v6))
			json_set(object, figure_name(i, v6),
				json_number(f->v[i]));
	return object;
}

/* Figures by the kernel's names. If client and server share a namespace, they
 * are listed once. */
static json_t *kernel_json(const struct ledger_kernel *k)
{
	json_t *server = json_null();

	if (k->server_known && !k->one)
		server = figures_json(&k->server, k->v6);
	return json_pack("{s:b, s:b, s:o, s:o}", "one_namespace", k->one,
		"qdisc_bursts", k->bursts, "client",
		figures_json(&k->client, k->v6), "server", server);
}

static json_t *totals_json(const struct load_result *r)
{
	const struct ledger *l = &r->ledger;
	const struct load_counts *c = &r->whole;
	json_t *refused = json_object(), *unexplained, *missing;
	bool known = l->server_seen && !l->shared;

	set_named(refused, l->refused, l->refused_count);
	unexplained = known ? json_integer(l->unexplained) : json_null();
	missing =
		json_number(c->sent > c->answered ? c->sent - c->answered : 0);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:b, s:b, "
			 "s:b, s:b, s:b}",
		"sent", json_number(l->sent), "answered",
		json_number(l->answered), "absorbed", json_number(l->absorbed),
		"dropped", drops_json(l), "dropped_bounds", bounds_json(l),
		"refused", refused, "repeated", json_number(l->repeated),
		"unexplained", unexplained, "missing", missing, "duplicate",
		json_number(c->duplicate), "reordered",
		json_number(c->reordered), "corrupt", json_number(c->corrupt),
		"late", json_number(c->late), "stale", json_number(c->stale),
		"written_off", json_number(c->written_off),
		"written_off_answered", json_number(c->came_late), "waited_s",
		(double)r->timeout_ns / 1e9, "queued_here",
		json_number(r->queued), "server_seen", l->server_seen,
		"server_gone", r->server_gone, "shared", l->shared, "exact",
		l->exact, "balances", ledger_balances(l));
}

json_t *load_ledger_json(const struct load_result *r)
{
	const struct ledger *l = &r->ledger;
	json_t *all = totals_json(r);

	json_set(all, "shared_counters", shared_json(l));
	json_set(all, "request", leg_json(l, LEDGER_REQUEST));
	json_set(all, "bytes", bytes_json(r));
	json_set(all, "reply", leg_json(l, LEDGER_REPLY));
	json_set(all, "kernel", kernel_json(&l->kernel));
	return all;
}
