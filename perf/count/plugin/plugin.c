/* SPDX-License-Identifier: MIT */
/*
 * A plugin of QEMU's for "udpmill perf count": counts the instructions that its
 * guest executes between the marks of core/marker.h, by block and by task.
 *
 *     -plugin file=udpmill-count-1.so,out=FILE
 *
 * It is built once for each version of the interface that some QEMU accepts.
 */
#include "blocks.h"
#include "core/marker.h"
#include "qemu.h"
#include "report.h"
#include "tasks.h"
#include "windows.h"
#include "x86.h"

#include <stdio.h>
#include <string.h>

int qemu_plugin_version = COUNT_API;

static int api; /* of the QEMU that runs */

/* Everything else waits for this: one call for each block that is executed. */
static void on_block(unsigned cpu, void *data)
{
	(void)cpu;
	if (window.counts)
		block_execute(data, window.task);
}

static void on_mark(unsigned cpu, void *data)
{
	(void)cpu;
	windows_mark((int)(intptr_t)data);
}

static void on_switch(unsigned cpu, uint32_t info, uint64_t address, void *data)
{
	(void)cpu;
	(void)info;
	(void)data;
	windows_switch(address);
}

static struct x86 read_instruction(const struct qemu_plugin_insn *i)
{
	struct x86 x = {.bytes = qemu_plugin_insn_size(i)};

	if (x.bytes > sizeof(x.byte))
		x.bytes = 0; /* none of those that matter */
	if (api < 3) {
		const void *(*data)(const struct qemu_plugin_insn *) =
			(const void *(*)(const struct qemu_plugin_insn *))
				qemu_plugin_insn_data;

		memcpy(x.byte, data(i), x.bytes);
	} else {
		size_t (*data)(const struct qemu_plugin_insn *, void *,
			size_t) = (size_t(*)(const struct qemu_plugin_insn *,
			void *, size_t))qemu_plugin_insn_data;

		x.bytes = data(i, x.byte, x.bytes);
	}
	return x;
}

/*
 * QEMU stops before an instruction that reaches into another page, unless it is
 * the first. QEMU 7.2 lists it nevertheless, with the bytes that it had read by
 * then, and does not execute it there. So the last instruction that could be
 * such a one is a block of its own, which counts if it is executed.
 */
static bool may_be_cut_off(const struct qemu_plugin_insn *last)
{
	uint64_t address = qemu_plugin_insn_vaddr(last);

	return (address ^ (address + X86_MOST - 1)) >= X86_PAGE;
}

/* Calls function when the block gets to its instruction number at. */
static void call_at(struct qemu_plugin_tb *tb, size_t at,
	qemu_executed function, void *data)
{
	if (at == 0)
		qemu_plugin_register_vcpu_tb_exec_cb(
			tb, function, QEMU_PLUGIN_CB_NO_REGS, data);
	else
		qemu_plugin_register_vcpu_insn_exec_cb(
			qemu_plugin_tb_get_insn(tb, at), function,
			QEMU_PLUGIN_CB_NO_REGS, data);
}

/*
 * Counts as one block what is executed as one: QEMU's block, up to an
 * instruction after which something else applies. Returns the number of the
 * first instruction that is not in it.
 */
static size_t count_from(struct qemu_plugin_tb *tb, size_t from)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i = from;
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, from);
	struct qemu_plugin_insn *last = first;
	struct block *string = NULL;
	int code = MARKER_NONE;
	bool switches = false;

	while (i < n && !string && !switches && code == MARKER_NONE) {
		struct x86 x;
		uint64_t address;
		struct qemu_plugin_insn *this = qemu_plugin_tb_get_insn(tb, i);

		if (i > from && i == n - 1 && may_be_cut_off(this))
			break;
		last = this;
		i++;
		x = read_instruction(last);
		address = qemu_plugin_insn_vaddr(last);
		code = marker_code(x.byte, x.bytes);
		switches = task_switches(address, &x);
		if (x86_repeats(&x))
			string = block_of_string(address, x.bytes);
	}
	call_at(tb, from, on_block,
		block_of(qemu_plugin_insn_vaddr(first), (uint32_t)(i - from),
			string));
	if (code != MARKER_NONE)
		qemu_plugin_register_vcpu_insn_exec_cb(last, on_mark,
			QEMU_PLUGIN_CB_NO_REGS, (void *)(intptr_t)code);
	if (switches)
		qemu_plugin_register_vcpu_mem_cb(last, on_switch,
			QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
	return i;
}

/* QEMU may throw a translation away at any time. What was counted for it is in
 * the block, and a new translation finds the same. */
static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n;)
		i = count_from(tb, i);
}

/* In the words of QEMU's own plugins, one line and an error. */
static int refuse(const char *what, const char *value)
{
	fprintf(stderr, "udpmill-count: %s%s\n", what, value);
	return -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
	int argc, char **argv)
{
	const char *out = NULL;
	int failed;

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) != 0)
			return refuse(
				"out=FILE is the only argument, not ", argv[i]);
		out = argv[i] + 4;
	}
	if (!out || !*out)
		return refuse("name a file for the counts by out=FILE", "");
	if (strcmp(info->target_name, X86_TARGET) != 0)
		return refuse("counts on " X86_TARGET " only, not on ",
			info->target_name);
	if (info->system_emulation && info->system.smp_vcpus != 1)
		return refuse(
			"counts on one CPU only; start QEMU by -smp 1", "");
	api = info->version.cur;
	failed = report_open(out, api, info->target_name);
	if (failed) {
		fprintf(stderr, "udpmill-count: cannot write to %s: %s\n", out,
			strerror(-failed));
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
