/* SPDX-License-Identifier: MIT */
#include "xdp/object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first warning since xdp_object_*() began, which names the cause. */
static _Thread_local char said[160];

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !said[0]) {
		vsnprintf(said, sizeof(said), format, args);
		said[strcspn(said, "\n")] = '\0';
	}
	return 0;
}

static int explain(int err, const char *verb, char *why, size_t why_bytes)
{
	if (err == -EPERM || err == -EACCES)
		snprintf(why, why_bytes,
			"loading a BPF program needs CAP_BPF, CAP_NET_ADMIN "
			"and "
			"CAP_PERFMON (run as root)");
	else if (said[0])
		snprintf(why, why_bytes, "%s", said);
	else
		snprintf(why, why_bytes, "cannot %s a BPF object: %s", verb,
			strerror(-err));
	return err;
}

int xdp_object_open(const struct xdp_object *object, struct bpf_object **out,
	char *why, size_t why_bytes)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = object->name);

	said[0] = '\0';
	libbpf_set_print(keep);
	*out = bpf_object__open_mem(object->data, object->bytes, &options);
	if (!*out)
		return explain(-errno, "open", why, why_bytes);
	return 0;
}

int xdp_object_load(struct bpf_object *object, char *why, size_t why_bytes)
{
	int err;

	said[0] = '\0';
	err = bpf_object__load(object);
	if (err < 0)
		return explain(err, "load", why, why_bytes);
	return 0;
}

void xdp_object_close(struct bpf_object *object)
{
	bpf_object__close(object);
}
