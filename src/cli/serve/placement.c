/* SPDX-License-Identifier: MIT */
#include "cli/serve/placement.h"

#include "cli/args/usage.h"
#include "cli/print/json.h"
#include "cli/print/say.h"
#include "net/interface.h"
#include "net/nic.h"
#include "net/place.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define NICS_MOST    8
#define WORKERS_MOST 32 /* lines for people */

struct serve_placement {
	struct topology topology; /* the CPUs that may be used, in order */
	unsigned nic_count;
	struct nic nic[NICS_MOST];
};

static bool is_known(const struct serve_placement *p, const char *name)
{
	for (unsigned i = 0; i < p->nic_count; i++)
		if (strcmp(p->nic[i].name, name) == 0)
			return true;
	return false;
}

/* The devices whose addresses are listened at; a wildcard is of none. */
static void read_nics(struct serve_placement *p, const struct serve_options *o)
{
	char name[IF_NAMESIZE];

	for (uint32_t i = 0; i < o->server.listen_count; i++) {
		unsigned index = interface_index(&o->listen[i]);

		if (p->nic_count < NICS_MOST && index &&
			if_indextoname(index, name) && !is_known(p, name) &&
			nic_read(&p->nic[p->nic_count], "", name) == 0)
			p->nic_count++;
	}
}

/* The kernel and hwloc may each know what the other does not. */
static int read_topology(struct serve_placement *p)
{
	struct nic *first = p->nic_count ? &p->nic[0] : NULL;
	char why[256];
	int node;

	if (topology_read(&p->topology, first ? first->name : NULL, &node, why,
		    sizeof(why)))
		say_exit(EXIT_SYSTEM, "--cpus auto: %s", why);
	if (first && first->node < 0)
		first->node = node;
	return first ? first->node : -1;
}

void serve_placement_choose(struct serve_options *o)
{
	struct serve_placement *p = calloc(1, sizeof(*p));
	struct cpu_list allowed;
	int error = affinity_allowed(&allowed);

	if (!topology_supported())
		say_exit(EXIT_SYSTEM,
			"--cpus auto: this build does not support it; install "
			"libhwloc-dev and build again, without -Dstatic=true");
	if (!p || error)
		say_exit(EXIT_SYSTEM, "--cpus auto: %s",
			strerror(p ? -error : ENOMEM));
	read_nics(p, o);
	place_order(&p->topology, &allowed, read_topology(p));
	if (!p->topology.count)
		say_exit(EXIT_SYSTEM,
			"--cpus auto: hwloc knows none of the CPUs that this "
			"process may use; give --cpus LIST");
	o->cpus.count = p->topology.count;
	for (unsigned i = 0; i < p->topology.count; i++)
		o->cpus.cpu[i] = p->topology.cpu[i].cpu;
	o->placement = p;
}

/* Each address has workers of its own. */
static uint32_t count_workers(const struct serve_options *o)
{
	return o->server.workers * o->server.listen_count;
}

/* How many of the device's interrupts are handled on this CPU. */
static unsigned served(const struct nic *nic, unsigned short cpu)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nic->irq_count; i++)
		n += nic->irq[i].cpu == cpu;
	return n;
}

static void print_worker(
	FILE *out, const struct serve_placement *p, uint32_t worker)
{
	const struct topology_cpu *c =
		&p->topology.cpu[worker % p->topology.count];

	fprintf(out, "  worker %u at CPU %u: core %u", worker, c->cpu, c->core);
	if (c->thread)
		fprintf(out, " (thread %u)", c->thread);
	if (c->node >= 0)
		fprintf(out, ", node %d", c->node);
	for (unsigned i = 0; i < p->nic_count; i++) {
		unsigned n = served(&p->nic[i], c->cpu);

		if (n)
			fprintf(out, ", %u queue%s of %s", n, n == 1 ? "" : "s",
				p->nic[i].name);
	}
	fputc('\n', out);
}

static void print_nic(FILE *out, const struct nic *nic)
{
	fprintf(out, "  %s: %u receive queue%s", nic->name, nic->queues,
		nic->queues == 1 ? "" : "s");
	if (nic->node >= 0)
		fprintf(out, ", at node %d", nic->node);
	if (nic->rps)
		fprintf(out, ", RPS at %u", nic->rps);
	if (nic->irq_count)
		fprintf(out, ", interrupts at CPU");
	for (unsigned i = 0; i < nic->irq_count && i < 8; i++)
		fprintf(out, "%s%d", i ? "," : " ", nic->irq[i].cpu);
	fprintf(out, "%s\n", nic->irq_count > 8 ? ",..." : "");
}

/* Which interrupts of the device have no worker of this address? Each address
 * has workers of its own. */
static unsigned without_worker(
	const struct serve_options *o, const struct nic *nic, uint32_t address)
{
	unsigned short cpu[AFFINITY_CPUS_MAX];
	unsigned n = o->server.workers;

	if (n > o->cpus.count)
		n = o->cpus.count;
	for (unsigned i = 0; i < n; i++)
		cpu[i] = o->cpus.cpu[(address * o->server.workers + i) %
				     o->cpus.count];
	return nic_irqs_beside(nic, cpu, n);
}

/* Of datagrams from there, --steer cpu leaves the choice to the hash. */
static void print_strays(FILE *out, const struct serve_options *o,
	const struct nic *nic, uint32_t address)
{
	unsigned n = without_worker(o, nic, address);
	char text[ADDRESS_TEXT];

	if (!n || interface_index(&o->listen[address]) !=
			  if_nametoindex(nic->name))
		return;
	fprintf(out,
		"  note: %u of the interrupts of %s are at CPUs without a "
		"worker of\n        %s; their datagrams are spread by the "
		"hash\n",
		n, nic->name, address_format(&o->listen[address], text));
}

void serve_placement_print(FILE *out, const struct serve_options *o)
{
	const struct serve_placement *p = o->placement;
	uint32_t workers = count_workers(o);

	if (!p)
		return;
	fprintf(out, "Placement by hwloc:\n");
	for (unsigned i = 0; i < p->nic_count; i++)
		print_nic(out, &p->nic[i]);
	for (uint32_t i = 0; i < workers && i < WORKERS_MOST; i++)
		print_worker(out, p, i);
	if (workers > WORKERS_MOST)
		fprintf(out, "  and %u more (see --json)\n",
			workers - WORKERS_MOST);
	for (unsigned i = 0; o->server.steer->by_cpu && i < p->nic_count; i++)
		for (uint32_t k = 0; k < o->server.listen_count; k++)
			print_strays(out, o, &p->nic[i], k);
}

static json_t *known(int number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *nic_json(const struct nic *nic)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < nic->irq_count; i++) {
		const struct nic_irq *r = &nic->irq[i];

		json_add(list,
			json_pack("{s:i, s:o, s:o, s:o}", "irq", (int)r->irq,
				"name", json_text(r->name), "queue",
				known(r->queue), "cpu", known(r->cpu)));
	}
	return json_pack("{s:s, s:o, s:i, s:i, s:o}", "name", nic->name, "node",
		known(nic->node), "queues", (int)nic->queues, "rps_queues",
		(int)nic->rps, "irqs", list);
}

json_t *serve_placement_json(const struct serve_options *o)
{
	const struct serve_placement *p = o->placement;
	json_t *workers = json_array(), *nics = json_array();

	for (uint32_t i = 0; i < count_workers(o); i++) {
		const struct topology_cpu *c =
			&p->topology.cpu[i % p->topology.count];

		json_add(workers,
			json_pack("{s:i, s:i, s:i, s:i, s:o}", "cpu", c->cpu,
				"core", c->core, "thread", c->thread, "package",
				c->package, "node", known(c->node)));
	}
	for (unsigned i = 0; i < p->nic_count; i++)
		json_add(nics, nic_json(&p->nic[i]));
	return json_pack("{s:s, s:o, s:o}", "by", "hwloc", "devices", nics,
		"workers", workers);
}
