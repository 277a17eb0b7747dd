/* SPDX-License-Identifier: MIT */
/*
 * The kernel's UDP counters, of the network namespace of the calling thread, as
 * metrics with the names that node_exporter gives them.
 */
#pragma once

#include "metrics/text.h"

/* From /proc; what cannot be read is left out. */
void metrics_kernel_write(struct metrics_text *t);

/* The same from open files: snmp and snmp6 of proc(5). NULL: not there. */
void metrics_kernel_write_from(struct metrics_text *t, FILE *snmp, FILE *snmp6);
