/* SPDX-License-Identifier: MIT */
#include "net/nic.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first line of a file; false: it cannot be read. */
static bool read_line(char *line, size_t room, const char *format, ...)
{
	char path[PATH_MAX];
	va_list words;
	FILE *f;
	bool read;

	va_start(words, format);
	vsnprintf(path, sizeof(path), format, words);
	va_end(words);
	f = fopen(path, "re");
	if (!f)
		return false;
	read = fgets(line, (int)room, f) != NULL;
	fclose(f);
	return read;
}

/* Drivers name them after their queues: eth0-TxRx-3, eth0-rx-3, mlx5_comp3,
 * virtio2-input.3. What stands behind an @ is a bus address. */
int nic_queue_of(const char *irq_name)
{
	size_t n = strcspn(irq_name, "@");
	char name[64];
	char *end;

	snprintf(name, sizeof(name), "%.*s", (int)n, irq_name);
	if (!strcasestr(name, "rx") && !strstr(name, "input") &&
		!strstr(name, "comp"))
		return -2;
	end = name + strlen(name);
	if (end == name || !isdigit((unsigned char)end[-1]))
		return -1;
	while (end > name && isdigit((unsigned char)end[-1]))
		end--;
	return (int)strtoul(end, NULL, 10);
}

/* Its name is that of a folder beside its settings. */
static void read_irq(struct nic *out, const char *root, unsigned irq)
{
	struct nic_irq *r = &out->irq[out->irq_count];
	char path[PATH_MAX], line[256];
	const struct dirent *entry;
	DIR *folder;

	*r = (struct nic_irq){.irq = irq, .queue = -2, .cpu = -1};
	snprintf(path, sizeof(path), "%s/proc/irq/%u", root, irq);
	folder = opendir(path);
	while (folder && r->queue == -2 && (entry = readdir(folder)) != NULL) {
		snprintf(r->name, sizeof(r->name), "%.63s", entry->d_name);
		r->queue = nic_queue_of(r->name);
	}
	if (folder)
		closedir(folder);
	if (r->queue == -2)
		return;
	if (read_line(line, sizeof(line), "%s/effective_affinity_list", path) ||
		read_line(line, sizeof(line), "%s/smp_affinity_list", path))
		r->cpu = isdigit((unsigned char)line[0])
				 ? (int)strtoul(line, NULL, 10)
				 : -1;
	out->irq_count++;
}

static int by_queue(const void *a, const void *b)
{
	const struct nic_irq *x = a, *y = b;

	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return x->irq < y->irq ? -1 : x->irq > y->irq;
}

/* Those of a virtio device are those of its PCI device. */
static void read_irqs(struct nic *out, const char *root)
{
	static const char *const at[] = {"device", "device/.."};
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *folder = NULL;

	for (size_t i = 0; i < 2 && !folder; i++) {
		snprintf(path, sizeof(path), "%s/sys/class/net/%s/%s/msi_irqs",
			root, out->name, at[i]);
		folder = opendir(path);
	}
	while (folder && out->irq_count < NIC_IRQS_MOST &&
		(entry = readdir(folder)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			read_irq(out, root,
				(unsigned)strtoul(entry->d_name, NULL, 10));
	if (folder)
		closedir(folder);
	qsort(out->irq, out->irq_count, sizeof(out->irq[0]), by_queue);
}

/* RPS is a mask in hexadecimal, with commas. */
static void read_queues(struct nic *out, const char *root)
{
	char mask[1024];

	for (; out->queues < NIC_QUEUES_MOST; out->queues++) {
		if (!read_line(mask, sizeof(mask),
			    "%s/sys/class/net/%s/queues/rx-%u/rps_cpus", root,
			    out->name, out->queues))
			return;
		out->rps += mask[strspn(mask, "0,\n")] != '\0';
	}
}

static void read_node(struct nic *out, const char *root)
{
	char line[32];

	if (read_line(line, sizeof(line),
		    "%s/sys/class/net/%s/device/numa_node", root, out->name) ||
		read_line(line, sizeof(line),
			"%s/sys/class/net/%s/device/../numa_node", root,
			out->name))
		out->node = (int)strtol(line, NULL, 10);
}

int nic_read(struct nic *out, const char *root, const char *name)
{
	char line[32];

	*out = (struct nic){.node = -1};
	if (strlen(name) >= sizeof(out->name) || strchr(name, '/'))
		return -ENODEV;
	strcpy(out->name, name);
	if (!read_line(line, sizeof(line), "%s/sys/class/net/%s/ifindex", root,
		    name))
		return -ENODEV;
	read_node(out, root);
	read_queues(out, root);
	read_irqs(out, root);
	return 0;
}

static bool is_among(int which, const unsigned short *cpu, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (cpu[i] == which)
			return true;
	return false;
}

unsigned nic_irqs_beside(
	const struct nic *nic, const unsigned short *cpu, unsigned count)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nic->irq_count; i++)
		n += !is_among(nic->irq[i].cpu, cpu, count);
	return n;
}
