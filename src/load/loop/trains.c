/* SPDX-License-Identifier: MIT */
/* How trains fared, and the MTU of the path. */
#include "load/loop/trains.h"

uint32_t load_longest_train(const struct load *l)
{
	uint32_t longest = 1;

	for (uint32_t i = 0; i < l->config.threads; i++)
		if (l->threads[i].train > longest)
			longest = l->threads[i].train;
	return longest;
}

/* Sockets learn the path's MTU when they send: the smallest that any knows. */
static uint32_t path_mtu(const struct load *l)
{
	uint32_t least = 0;

	for (uint32_t i = 0; i < l->config.flows; i++) {
		uint32_t mtu = socket_mtu(l->flows[i].fd);

		if (mtu && (!least || mtu < least))
			least = mtu;
	}
	return least;
}

void load_see_trains(const struct load *l, struct load_result *r)
{
	r->train_planned = l->train_planned;
	r->train = load_longest_train(l);
	r->train_least = r->train;
	for (uint32_t i = 0; i < l->config.threads; i++) {
		uint32_t train = l->threads[i].train;

		r->trainless += train < l->train_planned;
		if (train < r->train_least)
			r->train_least = train;
	}
	r->path_mtu = path_mtu(l);
}
