/* SPDX-License-Identifier: MIT */
#include "net/topology.h"

#include "core/library.h"

#include <hwloc.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The functions of hwloc that are used. */
struct hwloc {
	void *handle;
	__typeof__(&hwloc_topology_init) init;
	__typeof__(&hwloc_topology_set_components) set_components;
	__typeof__(&hwloc_topology_set_io_types_filter) set_io_types_filter;
	__typeof__(&hwloc_topology_load) load;
	__typeof__(&hwloc_topology_destroy) destroy;
	__typeof__(&hwloc_get_type_depth) get_type_depth;
	__typeof__(&hwloc_get_nbobjs_by_depth) get_nbobjs_by_depth;
	__typeof__(&hwloc_get_obj_by_depth) get_obj_by_depth;
	__typeof__(&hwloc_bitmap_isset) isset;
	__typeof__(&hwloc_bitmap_first) first;
	__typeof__(&hwloc_bitmap_weight) weight;
};

static int load_library(struct hwloc *lib, char *why, size_t why_bytes)
{
	static const char *const names[] = {"libhwloc.so.15", NULL};
	const struct library_function functions[] = {
		{&lib->init, "hwloc_topology_init"},
		{&lib->set_components, "hwloc_topology_set_components"},
		{&lib->set_io_types_filter,
			"hwloc_topology_set_io_types_filter"},
		{&lib->load, "hwloc_topology_load"},
		{&lib->destroy, "hwloc_topology_destroy"},
		{&lib->get_type_depth, "hwloc_get_type_depth"},
		{&lib->get_nbobjs_by_depth, "hwloc_get_nbobjs_by_depth"},
		{&lib->get_obj_by_depth, "hwloc_get_obj_by_depth"},
		{&lib->isset, "hwloc_bitmap_isset"},
		{&lib->first, "hwloc_bitmap_first"},
		{&lib->weight, "hwloc_bitmap_weight"},
	};

	lib->handle = library_load(names, functions,
		sizeof(functions) / sizeof(functions[0]),
		"install hwloc (Debian: libhwloc15)", why, why_bytes);
	return lib->handle ? 0 : -ENOPKG;
}

/* Graphics processors are of no use here, and asking for them takes long. */
static int load_topology(const struct hwloc *lib, hwloc_topology_t *out)
{
	static const char *const unwanted[] = {
		"opencl", "cuda", "nvml", "rsmi", "levelzero", "gl"};
	hwloc_topology_t t;

	if (lib->init(&t))
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		(void)lib->set_components(t,
			HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, unwanted[i]);
	if (lib->set_io_types_filter(t, HWLOC_TYPE_FILTER_KEEP_IMPORTANT) ||
		lib->load(t)) {
		lib->destroy(t);
		return -EIO;
	}
	*out = t;
	return 0;
}

static hwloc_obj_t above(hwloc_obj_t o, hwloc_obj_type_t type)
{
	while (o && o->type != type)
		o = o->parent;
	return o;
}

/* The node's memory is beside the CPUs' tree, not in it. */
static short node_of(const struct hwloc *lib, hwloc_topology_t t, unsigned cpu)
{
	const int depth = HWLOC_TYPE_DEPTH_NUMANODE;
	unsigned n = (unsigned)lib->get_nbobjs_by_depth(t, depth);

	for (unsigned i = 0; i < n; i++) {
		hwloc_obj_t node = lib->get_obj_by_depth(t, depth, i);

		if (lib->isset(node->cpuset, cpu))
			return (short)node->os_index;
	}
	return -1;
}

static void read_cpus(
	const struct hwloc *lib, hwloc_topology_t t, struct topology *out)
{
	int depth = lib->get_type_depth(t, HWLOC_OBJ_PU);
	unsigned n = (unsigned)lib->get_nbobjs_by_depth(t, depth);

	out->count = 0;
	for (unsigned i = 0; i < n && i < AFFINITY_CPUS_MAX; i++) {
		hwloc_obj_t pu = lib->get_obj_by_depth(t, depth, i);
		hwloc_obj_t core = above(pu, HWLOC_OBJ_CORE);
		hwloc_obj_t package = above(pu, HWLOC_OBJ_PACKAGE);

		out->cpu[out->count++] = (struct topology_cpu){
			.cpu = (unsigned short)pu->os_index,
			.core = (unsigned short)(core ? core->logical_index
						      : i),
			.package =
				(unsigned short)(package ? package->logical_index
							 : 0),
			.thread = (unsigned short)(core ? pu->sibling_rank : 0),
			.node = node_of(lib, t, pu->os_index),
		};
	}
}

static int find_device(
	const struct hwloc *lib, hwloc_topology_t t, const char *device)
{
	const int depth = HWLOC_TYPE_DEPTH_OS_DEVICE;
	unsigned n = (unsigned)lib->get_nbobjs_by_depth(t, depth);

	for (unsigned i = 0; i < n; i++) {
		hwloc_obj_t o = lib->get_obj_by_depth(t, depth, i);

		if (!o->name || strcmp(o->name, device) != 0)
			continue;
		while (o && !o->nodeset)
			o = o->parent;
		return o && lib->weight(o->nodeset) == 1
			       ? lib->first(o->nodeset)
			       : -1;
	}
	return -1;
}

bool topology_supported(void)
{
	return true;
}

/* The library stays loaded: what it brings cannot all be unloaded. */
int topology_read(struct topology *out, const char *device, int *device_node,
	char *why, size_t why_bytes)
{
	struct hwloc lib = {0};
	hwloc_topology_t t;
	int error = load_library(&lib, why, why_bytes);

	*device_node = -1;
	if (error)
		return error;
	error = load_topology(&lib, &t);
	if (error) {
		snprintf(why, why_bytes,
			"hwloc cannot read the host's topology (%s); "
			"\"lstopo\" shows more",
			strerror(-error));
		return error;
	}
	read_cpus(&lib, t, out);
	if (device)
		*device_node = find_device(&lib, t, device);
	lib.destroy(t);
	return 0;
}
