/* SPDX-License-Identifier: MIT */
/* The ledger in the report for machines. */
#include "cli/load_report.h"

static json_t *number(uint64_t v)
{
	return json_integer((json_int_t)v);
}

static void set_named(
	json_t *object, const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_set_new(
			object, list[i].name, number(list[i].datagrams));
}

static json_t *drops_json(const struct ledger *l)
{
	json_t *object = json_object();

	for (size_t i = 0; i < LEDGER_CAUSES && l->dropped[i].cause; i++)
		json_object_set_new(object, l->dropped[i].cause,
			number(l->dropped[i].datagrams));
	set_named(object, l->failed, l->failed_count);
	return object;
}

static json_t *bounds_json(const struct ledger *l)
{
	json_t *object = json_object();

	for (size_t i = 0; i < LEDGER_CAUSES && l->dropped[i].cause; i++) {
		const struct ledger_drop *d = &l->dropped[i];

		json_object_set_new(object, d->cause,
			json_pack("{s:o, s:o, s:o}", "skbs", number(d->skbs),
				"datagrams_low", number(d->low),
				"datagrams_high", number(d->high)));
	}
	return object;
}

json_t *load_ledger_json(const struct load_result *r)
{
	const struct ledger *l = &r->ledger;
	const struct load_counts *c = &r->whole;
	json_t *refused = json_object(), *unexplained, *missing;
	bool known = l->server_seen && !l->shared;

	set_named(refused, l->refused, l->refused_count);
	unexplained = known ? json_integer(l->unexplained) : json_null();
	missing = number(c->sent > c->answered ? c->sent - c->answered : 0);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}",
		"sent", number(l->sent), "answered", number(l->answered),
		"absorbed", number(l->absorbed), "dropped", drops_json(l),
		"dropped_bounds", bounds_json(l), "refused", refused,
		"unexplained", unexplained, "missing", missing, "duplicate",
		number(c->duplicate), "reordered", number(c->reordered),
		"corrupt", number(c->corrupt), "late", number(c->late), "stale",
		number(c->stale), "written_off", number(c->written_off),
		"server_seen", l->server_seen, "server_gone", r->server_gone,
		"shared", l->shared, "exact", l->exact, "balances",
		ledger_balances(l));
}
