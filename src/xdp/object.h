/* SPDX-License-Identifier: MIT */
/*
 * BPF objects that are part of this program. Meson compiles NAME.bpf.c and
 * makes xdp_object_NAME of it (xdp/embed.py); declare that where it is used.
 *
 * Any thread may call these functions; an object belongs to one thread.
 */
#pragma once

#include <stddef.h>

struct bpf_object;

struct xdp_object {
	const char *name;
	const unsigned char *data; /* an ELF file */
	size_t bytes;
};

/*
 * Opens an object with libbpf, for bpf_object__load() after its maps have got
 * their sizes. 0 and *out, which the caller closes; or -errno, and what libbpf
 * said in why.
 *
 * libbpf prints nothing from then on.
 */
int xdp_object_open(const struct xdp_object *object, struct bpf_object **out,
	char *why, size_t why_bytes);

/* Loads an opened object into the kernel, which verifies its programs. 0; or
 * -errno, and one sentence in why: a missing privilege, or what libbpf said
 * first. */
int xdp_object_load(struct bpf_object *object, char *why, size_t why_bytes);

/* Closes an object, its programs and its maps. Legal for NULL. */
void xdp_object_close(struct bpf_object *object);
