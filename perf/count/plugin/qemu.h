/* SPDX-License-Identifier: MIT */
/*
 * The part of QEMU's interface to plugins that is used here, declared anew so
 * that no source of QEMU is needed to build. QEMU defines these functions in
 * its executable, which is what loads the plugin.
 *
 * A plugin states the version that it was built for, and QEMU refuses one that
 * is too old or too new for it. QEMU 7 and 8 take version 1, QEMU 9 and later
 * take 2. What is used here is the same in all of them, except for
 * qemu_plugin_insn_data(), which see.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;

struct qemu_info {
	const char *target_name;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation; /* or of one program */
	struct {
		int smp_vcpus;
		int max_vcpus;
	} system;
};

struct qemu_plugin_tb;   /* a block that was translated */
struct qemu_plugin_insn; /* one of its instructions */

enum qemu_plugin_cb_flags {
	QEMU_PLUGIN_CB_NO_REGS, /* the function reads no registers */
};

enum qemu_plugin_mem_rw {
	/* QEMU 7.2 takes reads for writes and writes for reads. */
	QEMU_PLUGIN_MEM_RW = 3,
};

typedef void (*qemu_translated)(
	qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*qemu_executed)(unsigned cpu, void *data);
typedef void (*qemu_accessed)(
	unsigned cpu, uint32_t info, uint64_t address, void *data);

/* What a plugin has to define. 0, or an error, which ends QEMU. */
QEMU_EXPORT extern int qemu_plugin_version;
QEMU_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
	const struct qemu_info *info, int argc, char **argv);

void qemu_plugin_register_vcpu_tb_trans_cb(
	qemu_plugin_id_t id, qemu_translated function);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block,
	qemu_executed function, enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *instruction, qemu_executed function,
	enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction,
	qemu_accessed function, enum qemu_plugin_cb_flags flags,
	enum qemu_plugin_mem_rw rw, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *block, size_t number);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);

/* Until version 2: const void *(instruction), its bytes. From version 3 on:
 * size_t (instruction, void *to, size_t room), which copies them. */
void qemu_plugin_insn_data(void);
