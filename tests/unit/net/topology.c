/* SPDX-License-Identifier: MIT */
/* Hosts that hwloc makes up, or reads from a file. */
#include "net/topology.h"

#include "net/place.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct topology t;
static char why[256];

static void init(void)
{
	int node;

	/* Each test runs in a process of its own. */
	if (!topology_supported())
		cr_skip("this build has no hwloc");
	if (topology_read(&t, NULL, &node, why, sizeof(why)) == -ENOPKG)
		cr_skip("%s", why);
}

TestSuite(topology, .init = init);

/* The environment's host. Returns the node of the device. */
static int read_host(
	const char *variable, const char *value, const char *device)
{
	int node;

	cr_assert(setenv(variable, value, 1) == 0);
	cr_assert(topology_read(&t, device, &node, why, sizeof(why)) == 0, "%s",
		why);
	return node;
}

Test(topology, of_this_host_has_the_cpus_of_this_process)
{
	struct cpu_list allowed;
	unsigned found = 0;

	cr_assert(affinity_allowed(&allowed) == 0);
	for (unsigned i = 0; i < t.count; i++)
		for (unsigned k = 0; k < allowed.count; k++)
			found += t.cpu[i].cpu == allowed.cpu[k];
	cr_assert(found == allowed.count);
}

Test(topology, of_two_sockets_with_siblings)
{
	int node = read_host(
		"HWLOC_SYNTHETIC", "pack:2 numa:1 core:4 pu:2", "eth0");

	cr_assert(node == -1);
	cr_assert(t.count == 16);
	for (unsigned i = 0; i < 16; i++) {
		const struct topology_cpu *c = &t.cpu[i];

		cr_assert(c->cpu == i && c->core == i / 2);
		cr_assert(c->thread == i % 2);
		cr_assert(c->package == i / 8 && c->node == (int)i / 8);
	}
}

Test(topology, is_placed_one_a_core_and_siblings_last)
{
	static const unsigned short wanted[] = {
		8, 10, 12, 14, 0, 2, 4, 6, 9, 11, 13, 15, 1, 3, 5, 7};
	struct cpu_list allowed = {.count = 16};

	(void)read_host("HWLOC_SYNTHETIC", "pack:2 numa:1 core:4 pu:2", NULL);
	for (unsigned short i = 0; i < 16; i++)
		allowed.cpu[i] = i;
	place_order(&t, &allowed, 1);
	for (unsigned i = 0; i < 16; i++)
		cr_assert(t.cpu[i].cpu == wanted[i], "%u", i);
}

/* Two sockets of one core and two threads, numbered as Linux does; a device at
 * the second one. */
static const char xml[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
	"<topology version=\"2.0\">\n"
	"<object type=\"Machine\" os_index=\"0\" cpuset=\"0xf\" "
	"complete_cpuset=\"0xf\" allowed_cpuset=\"0xf\" nodeset=\"0x3\" "
	"complete_nodeset=\"0x3\" allowed_nodeset=\"0x3\" gp_index=\"1\">\n"
	"<object type=\"Package\" os_index=\"0\" cpuset=\"0x5\" "
	"complete_cpuset=\"0x5\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
	"gp_index=\"2\">\n"
	"<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x5\" "
	"complete_cpuset=\"0x5\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
	"gp_index=\"3\" local_memory=\"1073741824\"/>\n"
	"<object type=\"Core\" os_index=\"0\" cpuset=\"0x5\" "
	"complete_cpuset=\"0x5\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
	"gp_index=\"4\">\n"
	"<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" "
	"complete_cpuset=\"0x1\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
	"gp_index=\"5\"/>\n"
	"<object type=\"PU\" os_index=\"2\" cpuset=\"0x4\" "
	"complete_cpuset=\"0x4\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
	"gp_index=\"6\"/>\n"
	"</object></object>\n"
	"<object type=\"Package\" os_index=\"1\" cpuset=\"0xa\" "
	"complete_cpuset=\"0xa\" nodeset=\"0x2\" complete_nodeset=\"0x2\" "
	"gp_index=\"7\">\n"
	"<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0xa\" "
	"complete_cpuset=\"0xa\" nodeset=\"0x2\" complete_nodeset=\"0x2\" "
	"gp_index=\"8\" local_memory=\"1073741824\"/>\n"
	"<object type=\"Core\" os_index=\"1\" cpuset=\"0xa\" "
	"complete_cpuset=\"0xa\" nodeset=\"0x2\" complete_nodeset=\"0x2\" "
	"gp_index=\"9\">\n"
	"<object type=\"PU\" os_index=\"1\" cpuset=\"0x2\" "
	"complete_cpuset=\"0x2\" nodeset=\"0x2\" complete_nodeset=\"0x2\" "
	"gp_index=\"10\"/>\n"
	"<object type=\"PU\" os_index=\"3\" cpuset=\"0x8\" "
	"complete_cpuset=\"0x8\" nodeset=\"0x2\" complete_nodeset=\"0x2\" "
	"gp_index=\"11\"/>\n"
	"</object>\n"
	"<object type=\"Bridge\" gp_index=\"12\" bridge_type=\"0-1\" "
	"depth=\"0\" bridge_pci=\"0000:[00-00]\">\n"
	"<object type=\"PCIDev\" gp_index=\"13\" pci_busid=\"0000:00:01.0\" "
	"pci_type=\"0200 [8086:1572] [0000:0000] 01\" "
	"pci_link_speed=\"0.0\">\n"
	"<object type=\"OSDev\" gp_index=\"14\" name=\"eth7\" "
	"osdev_type=\"2\"/>\n"
	"</object></object>\n"
	"</object></object></topology>\n";

Test(topology, knows_the_node_of_a_device)
{
	static const unsigned short wanted[] = {1, 0, 3, 2};
	struct cpu_list allowed = {4, {0, 1, 2, 3}};
	char path[] = "/tmp/udpmill-test-XXXXXX";
	int fd = mkstemp(path), node;

	cr_assert(fd >= 0);
	cr_assert(write(fd, xml, sizeof(xml) - 1) == sizeof(xml) - 1);
	close(fd);
	node = read_host("HWLOC_XMLFILE", path, "eth7");
	cr_assert(node == 1, "node %d", node);
	place_order(&t, &allowed, node);
	for (unsigned i = 0; i < 4; i++)
		cr_assert(t.cpu[i].cpu == wanted[i]);
	cr_assert(read_host("HWLOC_XMLFILE", path, "eth8") == -1);
	unlink(path);
}
