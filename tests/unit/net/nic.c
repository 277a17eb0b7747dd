/* SPDX-License-Identifier: MIT */
/* A device's queues and interrupts, in a tree of files that is made up. */
#include "net/nic.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/udpmill-test-XXXXXX";
static struct nic nic;

static void make_folders(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		cr_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
		*at = '/';
	}
}

static void put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	make_folders(path);
	if (!text)
		return;
	f = fopen(path, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
}

static void init(void)
{
	cr_assert(mkdtemp(root));
}

static void fini(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -r '%s'", root);
	cr_assert(system(command) == 0);
}

TestSuite(nic, .init = init, .fini = fini);

static void put_irq(const char *device, unsigned irq, const char *name,
	const char *effective)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/msi_irqs/%u",
		device, irq);
	put(path, "msix\n");
	snprintf(path, sizeof(path), "/proc/irq/%u/%s/", irq, name);
	put(path, NULL);
	snprintf(path, sizeof(path), "/proc/irq/%u/smp_affinity_list", irq);
	put(path, "4-7\n");
	if (!effective)
		return;
	snprintf(path, sizeof(path), "/proc/irq/%u/effective_affinity_list",
		irq);
	put(path, effective);
}

Test(nic, has_the_interrupts_of_its_receive_queues)
{
	put("/sys/class/net/eth0/ifindex", "2\n");
	put("/sys/class/net/eth0/device/numa_node", "1\n");
	put("/sys/class/net/eth0/queues/rx-0/rps_cpus", "00,00000000\n");
	put("/sys/class/net/eth0/queues/rx-1/rps_cpus", "00,0000f000\n");
	put_irq("eth0", 52, "eth0-TxRx-1", "13\n");
	put_irq("eth0", 51, "eth0-TxRx-0", NULL);
	put_irq("eth0", 50, "eth0", "3\n");
	cr_assert(nic_read(&nic, root, "eth0") == 0);
	cr_assert_str_eq(nic.name, "eth0");
	cr_assert(nic.node == 1);
	cr_assert(nic.queues == 2 && nic.rps == 1);
	cr_assert(nic.irq_count == 2);
	cr_assert(nic.irq[0].irq == 51 && nic.irq[0].queue == 0 &&
		  nic.irq[0].cpu == 4);
	cr_assert(nic.irq[1].irq == 52 && nic.irq[1].queue == 1 &&
		  nic.irq[1].cpu == 13);
	cr_assert_str_eq(nic.irq[1].name, "eth0-TxRx-1");
}

Test(nic, may_have_none)
{
	put("/sys/class/net/lo/ifindex", "1\n");
	put("/sys/class/net/lo/queues/rx-0/rps_cpus", "0\n");
	cr_assert(nic_read(&nic, root, "lo") == 0);
	cr_assert(nic.node == -1 && nic.queues == 1);
	cr_assert(nic.rps == 0 && nic.irq_count == 0);
}

Test(nic, that_is_not_there_is_an_error)
{
	cr_assert(nic_read(&nic, root, "eth9") == -ENODEV);
	cr_assert(nic_read(&nic, root, "../x") == -ENODEV);
	cr_assert(
		nic_read(&nic, root, "a-name-that-is-far-too-long") == -ENODEV);
}

Test(nic, of_this_host_can_be_read)
{
	cr_assert(nic_read(&nic, "", "lo") == 0);
	cr_assert(nic.queues >= 1);
}

/* As drivers write them: Intel, Mellanox, Amazon, VMware, virtio. */
Test(nic, knows_receive_queues_by_the_names_of_interrupts)
{
	static const struct {
		const char *name;
		int queue;
	} cases[] = {
		{"eth0-TxRx-3", 3},
		{"i40e-eth0-TxRx-12", 12},
		{"ice-ens1-TxRx-0", 0},
		{"mlx5_comp63@pci:0000:17:00.0", 63},
		{"eth0-Tx-Rx-7", 7},
		{"eth0-rxtx-1", 1},
		{"virtio2-input.5", 5},
		{"eth0-rx", -1},
		{"virtio2-output.5", -2},
		{"eth0-tx-4", -2},
		{"mlx5_async0@pci:0000:17:00.0", -2},
		{"ena-mgmnt@pci:0000:00:05.0", -2},
		{"virtio2-config", -2},
		{"", -2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(nic_queue_of(cases[i].name) == cases[i].queue, "%s",
			cases[i].name);
}

Test(nic, counts_interrupts_that_are_elsewhere)
{
	static const unsigned short cpus[] = {2, 3, 2};

	nic = (struct nic){.irq_count = 4,
		.irq = {{.cpu = 2}, {.cpu = 7}, {.cpu = -1}, {.cpu = 3}}};
	cr_assert(nic_irqs_beside(&nic, cpus, 3) == 2);
	cr_assert(nic_irqs_beside(&nic, cpus, 1) == 3);
	cr_assert(nic_irqs_beside(&nic, NULL, 0) == 4);
}
