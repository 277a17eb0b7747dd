/* SPDX-License-Identifier: MIT */
/*
 * Loads the plugin as a later QEMU does, one whose qemu_plugin_insn_data()
 * copies, and executes two blocks. Arguments: the plugin, and a directory to
 * write to.
 */
#define qemu_plugin_insn_data qemu_plugin_insn_data_as_declared
#include "qemu.h"
#undef qemu_plugin_insn_data

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

QEMU_EXPORT size_t qemu_plugin_insn_data(
	const struct qemu_plugin_insn *i, void *to, size_t room);

struct call {
	qemu_executed function;
	void *data;
};

struct qemu_plugin_insn {
	uint64_t address;
	size_t bytes;
	const char *byte;
	struct call call[2];
	unsigned calls;
};

struct qemu_plugin_tb {
	struct qemu_plugin_insn *insn;
	size_t n;
	struct call call;
};

#define MARK(at, code)                                                         \
	{                                                                      \
		.address = (at), .bytes = 8,                                   \
		.byte = "\x0f\x1f\x84\0" code "mdu"                            \
	}
#define NOP(at)                                                                \
	{                                                                      \
		.address = (at), .bytes = 1, .byte = "\x90"                    \
	}

static struct qemu_plugin_insn begins[] = {
	MARK(0x1000, "\x01"),
	MARK(0x1008, "\x10"),
	NOP(0x1010),
};
static struct qemu_plugin_insn ends[] = {
	NOP(0x1011),
	MARK(0x1012, "\x11"),
	NOP(0x101a),
	NOP(0x101b),
	MARK(0x101c, "\x12"),
	MARK(0x1024, "\x02"),
};

static const char expected[] = "udpmill-count 1 api=5 target=x86_64\n"
			       "workload 0\n"
			       "window 1 switches=0\n"
			       "b 1010 0 1 1 0\n"
			       "b 1011 0 2 1 0\n"
			       "end 1\n"
			       "window 2 switches=0\n"
			       "b 101a 0 3 1 0\n"
			       "end 2\n"
			       "done 0\n";

static qemu_translated translated;

void qemu_plugin_register_vcpu_tb_trans_cb(
	qemu_plugin_id_t id, qemu_translated function)
{
	(void)id;
	translated = function;
}

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
	qemu_executed function, enum qemu_plugin_cb_flags flags, void *data)
{
	(void)flags;
	tb->call = (struct call){function, data};
}

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *i,
	qemu_executed function, enum qemu_plugin_cb_flags flags, void *data)
{
	(void)flags;
	if (i->calls == COUNT(i->call))
		abort();
	i->call[i->calls++] = (struct call){function, data};
}

void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *i,
	qemu_accessed function, enum qemu_plugin_cb_flags flags,
	enum qemu_plugin_mem_rw rw, void *data)
{
	(void)i;
	(void)function;
	(void)flags;
	(void)rw;
	(void)data;
	abort(); /* none of these switches */
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	return tb->n;
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t number)
{
	return &tb->insn[number];
}

uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *i)
{
	return i->address;
}

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *i)
{
	return i->bytes;
}

size_t qemu_plugin_insn_data(
	const struct qemu_plugin_insn *i, void *to, size_t room)
{
	size_t bytes = room < i->bytes ? room : i->bytes;

	memcpy(to, i->byte, bytes);
	return bytes;
}

static void execute(struct qemu_plugin_insn *insn, size_t n)
{
	struct qemu_plugin_tb tb = {insn, n, {NULL, NULL}};

	translated(1, &tb);
	tb.call.function(0, tb.call.data);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < insn[i].calls; k++)
			insn[i].call[k].function(0, insn[i].call[k].data);
}

static int load(const char *path, char *argument)
{
	struct qemu_info info = {
		.target_name = "x86_64",
		.version = {2, 5},
		.system_emulation = true,
		.system = {1, 1},
	};
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int (*install)(
		qemu_plugin_id_t, const struct qemu_info *, int, char **);
	const int *version;

	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		return -1;
	}
	version = dlsym(plugin, "qemu_plugin_version");
	*(void **)&install = dlsym(plugin, "qemu_plugin_install");
	if (!version || *version != 2 || !install) {
		fprintf(stderr, "%s: is no plugin of version 2\n", path);
		return -1;
	}
	return install(1, &info, 1, &argument);
}

int main(int argc, char **argv)
{
	static char argument[4096], text[4096];
	FILE *file;

	if (argc != 3)
		return 2;
	snprintf(argument, sizeof(argument), "out=%s/later.counts", argv[2]);
	if (load(argv[1], argument) != 0)
		return 1;
	execute(begins, COUNT(begins));
	execute(ends, COUNT(ends));
	file = fopen(argument + 4, "r");
	if (!file || fread(text, 1, sizeof(text) - 1, file) == 0) {
		perror(argument + 4);
		return 1;
	}
	fclose(file);
	if (strcmp(text, expected) != 0) {
		fprintf(stderr, "expected\n%sbut got\n%s", expected, text);
		return 1;
	}
	return 0;
}
