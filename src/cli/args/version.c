/* SPDX-License-Identifier: MIT */
/*
 * Meson passes what it knows when the program is built. The rest is in the
 * program itself: dl_iterate_phdr(3) shows its headers, first of all objects.
 */
#include "cli/args/version.h"

#include <elf.h>
#include <gnu/libc-version.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

struct program {
	const unsigned char *id;
	size_t id_bytes;
	bool dynamic; /* it names a dynamic linker */
};

static size_t padded(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

static void find_id(struct program *p, const char *at, size_t left)
{
	ElfW(Nhdr) n;

	while (left >= sizeof(n)) {
		size_t name, bytes;

		memcpy(&n, at, sizeof(n));
		name = padded(n.n_namesz);
		bytes = sizeof(n) + name + padded(n.n_descsz);
		if (bytes > left)
			return;
		if (n.n_type == NT_GNU_BUILD_ID &&
			n.n_namesz == sizeof(ELF_NOTE_GNU) &&
			memcmp(at + sizeof(n), ELF_NOTE_GNU, n.n_namesz) == 0) {
			p->id = (const unsigned char *)at + sizeof(n) + name;
			p->id_bytes = n.n_descsz;
			return;
		}
		at += bytes;
		left -= bytes;
	}
}

static int look(struct dl_phdr_info *info, size_t bytes, void *program)
{
	struct program *p = program;

	(void)bytes;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type == PT_INTERP)
			p->dynamic = true;
		if (h->p_type == PT_NOTE && !p->id)
			find_id(p, (const char *)info->dlpi_addr + h->p_vaddr,
				h->p_memsz);
	}
	return 1; /* no other object */
}

/* The items are separated by semicolons. */
static void print_list(FILE *out, const char *name, const char *list)
{
	size_t n;

	for (; *list; list += n + (list[n] == ';')) {
		n = strcspn(list, ";");
		fprintf(out, "  %-10s %.*s\n", name, (int)n, list);
		name = "";
	}
}

void version_print(FILE *out)
{
	struct program p = {0};

	(void)dl_iterate_phdr(look, &p);
	fprintf(out, "udpmill %s\n  build ID   ", UDPMILL_VERSION);
	for (size_t i = 0; i < p.id_bytes; i++)
		fprintf(out, "%02x", p.id[i]);
	if (!p.id)
		fprintf(out, "none");
	fprintf(out, "\n  linked     %s\n",
		p.dynamic ? "to shared libraries" : "statically");
	print_list(out, "features", UDPMILL_FEATURES);
	print_list(out, "without", UDPMILL_WITHOUT);
	print_list(out, "libraries", UDPMILL_LIBRARIES);
	fprintf(out, "             libc %s\n", gnu_get_libc_version());
	fprintf(out, "  compiler   %s, for %s\n", UDPMILL_COMPILER,
		UDPMILL_MACHINE);
}
