/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs handle what a network device receives, from sysfs and /proc: its
 * interrupts (/sys/class/net/DEV/device/msi_irqs, /proc/irq/N), and RPS of its
 * queues (/sys/class/net/DEV/queues/rx-N/rps_cpus). See the kernel's
 * Documentation/networking/scaling.rst.
 */
#pragma once

#include <net/if.h>
#include <stddef.h>

#define NIC_IRQS_MOST   512
#define NIC_QUEUES_MOST 512

/* An interrupt of a receive queue. */
struct nic_irq {
	unsigned irq;
	int queue;     /* by its name; -1: the name has no number */
	int cpu;       /* which handles it; the first of several; -1: unknown */
	char name[64]; /* as in /proc/interrupts */
};

struct nic {
	char name[IF_NAMESIZE];
	int node;        /* NUMA; -1: none, or not known */
	unsigned queues; /* for receiving */
	unsigned rps;    /* how many of them have RPS */
	unsigned irq_count;
	struct nic_irq irq[NIC_IRQS_MOST]; /* in ascending order */
};

/* root: before /sys and /proc; "" but for tests. What cannot be read is left
 * out. 0; or -ENODEV: there is no such device. */
int nic_read(struct nic *out, const char *root, const char *name);

/* How many of the device's interrupts are handled on none of these CPUs. */
unsigned nic_irqs_beside(
	const struct nic *nic, const unsigned short *cpu, unsigned count);

/* The receive queue that an interrupt of this name is for: -2 if it is for
 * none, -1 if for one without a number. */
int nic_queue_of(const char *irq_name);
